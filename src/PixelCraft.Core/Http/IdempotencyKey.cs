using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.HttpResults;

namespace PixelCraft.Http;

/// <summary>The header <c>Idempotency-Key</c> (draft-ietf-httpapi-idempotency-key-header), the same wherever something is created.</summary>
internal static class IdempotencyKey
{
    private const string Header = "Idempotency-Key";
    private const int MaxLength = 255;

    /// <summary>Reads it.</summary>
    /// <param name="request">The request.</param>
    /// <param name="key">The key; null where none was sent.</param>
    /// <returns>The answer to one that can't be used; null where it can.</returns>
    public static ProblemHttpResult? Fault(HttpRequest request, out string? key)
    {
        key = request.Headers[Header] is [{ } sent, ..] ? sent : null;
        return key is { Length: 0 or > MaxLength } ? Problems.Invalid.Result($"{Header}: 1 to {MaxLength} characters.") : null;
    }
}
