using Microsoft.AspNetCore.Http;
using PixelCraft.Images.Contracts;

namespace PixelCraft.Web.Gallery;

/// <summary>What a page of a list is asked to search for.</summary>
/// <param name="Text">As it was typed; null for nothing.</param>
/// <param name="Fault">Why it can't be searched for; null when it can.</param>
internal sealed record Search(string? Text, SearchFault? Fault)
{
    /// <summary>Reads <c>q</c> of an address. What can't be searched for makes the answer a 400, and the page says why.</summary>
    public static Search Of(string? text, HttpContext http)
    {
        if (string.IsNullOrWhiteSpace(text)) return new Search(null, null);
        if (SearchTerms.TryParse(text, out _, out var fault)) return new Search(text.Trim(), null);
        http.Response.StatusCode = StatusCodes.Status400BadRequest;
        return new Search(text.Trim(), fault);
    }
}
