using Microsoft.AspNetCore.Http;

namespace PixelCraft.Http;

/// <summary>On an endpoint, or a page, that tells of an outage: it answers also while it can't be told who asks, as to a visitor.</summary>
[AttributeUsage(AttributeTargets.Class)]
public sealed class DuringOutagesAttribute : Attribute
{
    /// <summary>Whether the request is for such an endpoint.</summary>
    public static bool IsOn(HttpContext http) => http.GetEndpoint()?.Metadata.GetMetadata<DuringOutagesAttribute>() is not null;
}
