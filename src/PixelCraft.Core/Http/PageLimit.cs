using Microsoft.AspNetCore.Http.HttpResults;

namespace PixelCraft.Http;

/// <summary>How many items a page of a list may have: the parameter <c>limit</c> of all lists.</summary>
internal static class PageLimit
{
    /// <summary>Where none is given.</summary>
    public const int Default = 50;

    private const int Most = 100;

    /// <summary>The answer to one that is out of range; null where it is not.</summary>
    public static ProblemHttpResult? Fault(int limit) => limit is < 1 or > Most ? Problems.Invalid.Result($"limit: 1 to {Most}.") : null;
}
