using Microsoft.AspNetCore.Components;
using Microsoft.AspNetCore.Http;
using Microsoft.Net.Http.Headers;
using PixelCraft.Accounts.Contracts;

namespace PixelCraft.Web;

/// <summary>What every page has: the request, and who makes it.</summary>
public abstract class Page : ComponentBase
{
    /// <summary>The request.</summary>
    [CascadingParameter]
    public HttpContext Http { get; set; } = default!;

    /// <summary>Who makes it.</summary>
    protected Caller Caller => Caller.From(Http.User);

    /// <summary>Ends when the browser has gone.</summary>
    protected CancellationToken Aborted => Http.RequestAborted;

    /// <summary>
    /// Lets the browser keep this page for its Back button (a page with a form is <c>no-store</c> otherwise), so that a
    /// list is where it was left. Signing out clears what is kept.
    /// </summary>
    protected void KeepForBackButton() => Http.Response.OnStarting(() =>
    {
        Http.Response.Headers[HeaderNames.CacheControl] = "private, no-cache";
        Http.Response.Headers.Remove(HeaderNames.Pragma);
        return Task.CompletedTask;
    });
}
