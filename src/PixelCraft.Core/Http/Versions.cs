using System.Globalization;
using Microsoft.AspNetCore.Http;
using Microsoft.Net.Http.Headers;

namespace PixelCraft.Http;

/// <summary>Records' versions as entity tags (RFC 9110 sections 8.8.3 and 13.1).</summary>
internal static class Versions
{
    public static EntityTagHeaderValue ETag(long version) => new($"\"{version.ToString(CultureInfo.InvariantCulture)}\"");

    /// <summary>Reads <c>If-Match</c>.</summary>
    /// <param name="request">The request.</param>
    /// <param name="version">The version asked for; null when there is no header, or it is <c>*</c>.</param>
    /// <returns>Whether there is a header that can be read. One that holds no version of ours asks for version 0, which no record has.</returns>
    public static bool TryGetIfMatch(HttpRequest request, out long? version)
    {
        version = null;
        var tags = request.GetTypedHeaders().IfMatch;
        if (tags.Count == 0) return false;
        if (tags.Any(tag => tag.Equals(EntityTagHeaderValue.Any))) return true;
        // Of several, the newest: there is only one current version to compare with.
        version = tags.Max(tag => !tag.IsWeak && long.TryParse(tag.Tag.AsSpan().Trim('"'), NumberStyles.None, CultureInfo.InvariantCulture, out var number) ? number : 0);
        return true;
    }

    public static bool IsNotModified(HttpRequest request, EntityTagHeaderValue tag)
    {
        if (request.Headers.IfNoneMatch.Count == 0) return false;
        foreach (var candidate in request.GetTypedHeaders().IfNoneMatch)
            if (candidate.Equals(EntityTagHeaderValue.Any) || candidate.Compare(tag, useStrongComparison: false)) return true;
        return false;
    }
}
