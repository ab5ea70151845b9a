using Microsoft.AspNetCore.Components;
using Microsoft.AspNetCore.Http;
using Microsoft.Net.Http.Headers;
using PixelCraft.Accounts.Contracts;
using PixelCraft.Http;
using PixelCraft.Web.Forms;

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
    /// Does what a form asks for. While what that needs is away, or full, the answer is 503 or 507, and the page again: it must show the form as
    /// it was sent, but for passwords. What fails before it comes to this (who asks can't be told) is kept by the page of the error (Errors/Resend.razor).
    /// </summary>
    /// <param name="errors">What the form's summary shows.</param>
    /// <param name="work">What is asked for.</param>
    protected async Task SubmitAsync(FormErrors errors, Func<Task> work)
    {
        try
        {
            await work();
        }
        catch (Exception e) when (Outage.Is(e))
        {
            Outage.Answer(Http, e);
            errors.Outage = e;
        }
    }

    /// <summary>Reads what the page can be shown without; false when it is away, which makes the answer a 503 all the same.</summary>
    protected async Task<bool> CanReadAsync(Func<Task> read)
    {
        try
        {
            await read();
            return true;
        }
        catch (UnavailableException e)
        {
            Outage.Answer(Http, e);
            return false;
        }
    }

    /// <summary>
    /// Lets the browser keep this page for its Back button (a page with a form is <c>no-store</c> otherwise), so that a
    /// list is where it was left. Signing out clears what is kept.
    /// </summary>
    protected void KeepForBackButton() => OnStarting(isForAll: false);

    /// <summary>
    /// The same; and where nobody is signed in, edges may keep the page for some seconds, for others with the same cookies: mostly none.
    /// Only for pages that show nothing but what everybody may see then.
    /// </summary>
    protected void KeepForVisitors() => OnStarting(isForAll: Caller.MemberId is null);

    private void OnStarting(bool isForAll) => Http.Response.OnStarting(() =>
    {
        var headers = Http.Response.Headers;
        // Antiforgery sets Pragma: then the page has a form, with a token that is this visitor's.
        isForAll &= Http.Response.StatusCode == StatusCodes.Status200OK && headers.Pragma.Count == 0 && headers.SetCookie.Count == 0;
        headers.CacheControl = isForAll ? "public, max-age=0, s-maxage=5, stale-while-revalidate=10, stale-if-error=600" : "private, no-cache";
        if (isForAll) headers.Append(HeaderNames.Vary, HeaderNames.Cookie);
        headers.Remove(HeaderNames.Pragma);
        return Task.CompletedTask;
    });
}
