using Microsoft.AspNetCore.Antiforgery;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.DependencyInjection;
using PixelCraft.Accounts.Contracts;
using PixelCraft.Http;
using PixelCraft.Ids;
using PixelCraft.Images.Contracts;
using PixelCraft.Jobs;
using PixelCraft.Limits;
using PixelCraft.Web.Layout;

namespace PixelCraft.Web.Actions;

/// <summary>
/// What buttons on the pages post to: each does one thing and leads back to a page, which tells what was done (Layout/Toasts.razor).
/// </summary>
internal static class PageActions
{
    public static void MapPageActions(this IEndpointRouteBuilder endpoints)
    {
        // Without antiforgery: another site that sends it changes the colours, and pages that edges keep can have no token.
        endpoints.MapPost("/theme", (Delegate)SetThemeAsync).ExcludeFromDescription();
        var all = endpoints.MapGroup("").ExcludeFromDescription().AddEndpointFilter(RequireAntiforgeryAsync);
        all.MapPost("/sign-out", SignOutAsync);

        var member = all.MapGroup("").RequireAuthorization(Policies.Session);
        member.MapPost("/images/{id}/trash", TrashAsync);
        member.MapPost("/images/{id}/restore", RestoreAsync);
        member.MapPost("/images/{id}/keywords", TagFromKeywordsAsync);
        member.MapPost("/images/{id}/comments", CommentAsync).RequireRateLimit(LimitPolicy.Comment);
        member.MapPost("/account/sessions/{id}/end", EndSessionAsync);
        member.MapPost("/account/tokens/{id}/revoke", RevokeTokenAsync);
        member.MapPost("/account/export", Export);

        var administrator = all.MapGroup("/admin/members/{id}").RequireAuthorization(Policies.Administrator);
        administrator.MapPost("/suspend", SuspendAsync);
        administrator.MapPost("/quota", SetQuotaAsync);
        var jobs = all.MapGroup("/admin/jobs").RequireAuthorization(Policies.Administrator);
        jobs.MapPost("/replay", ReplayAllAsync);
        jobs.MapPost("/{id}/replay", ReplayAsync);
        jobs.MapPost("/{id}/drop", DropAsync);
    }

    private static async ValueTask<object?> RequireAntiforgeryAsync(EndpointFilterInvocationContext context, EndpointFilterDelegate next) =>
        await context.HttpContext.RequestServices.GetRequiredService<IAntiforgery>().IsRequestValidAsync(context.HttpContext)
            ? await next(context)
            : TypedResults.BadRequest();

    private static async Task<RedirectHttpResult> SetThemeAsync(HttpContext http)
    {
        var form = await http.Request.ReadFormAsync(http.RequestAborted);
        ThemeCookie.Write(http, form["theme"]);
        return TypedResults.LocalRedirect(ReturnUrl.Local(form["returnUrl"]));
    }

    private static async Task<RedirectHttpResult> SignOutAsync(HttpContext http, ISignIn signIn)
    {
        await signIn.SignOutAsync(http);
        // Pages and private images that the browser keeps must not come back by its Back button.
        http.Response.Headers["Clear-Site-Data"] = "\"cache\"";
        return TypedResults.LocalRedirect("/?notice=signed-out");
    }

    private static async Task<Results<RedirectHttpResult, NotFound>> TrashAsync(Id id, HttpContext http, IImages images)
    {
        var result = await images.TrashAsync(Caller.From(http.User), id, http.RequestAborted);
        if (result.Outcome is ChangeOutcome.NotFound) return TypedResults.NotFound();
        return TypedResults.LocalRedirect(await NextPageAsync(http, "/mine", $"notice=trashed&of={id}"));
    }

    private static async Task<Results<RedirectHttpResult, NotFound>> RestoreAsync(Id id, HttpContext http, IImages images)
    {
        var result = await images.RestoreAsync(Caller.From(http.User), id, http.RequestAborted);
        if (result.Outcome is ChangeOutcome.NotFound) return TypedResults.NotFound();
        return TypedResults.LocalRedirect(await NextPageAsync(http, $"/images/{id}", "notice=restored"));
    }

    private static async Task<Results<RedirectHttpResult, NotFound>> TagFromKeywordsAsync(Id id, HttpContext http, IImages images)
    {
        var result = await images.TagFromKeywordsAsync(Caller.From(http.User), id, http.RequestAborted);
        return result.Outcome is ChangeOutcome.NotFound ? TypedResults.NotFound() : TypedResults.LocalRedirect($"/images/{id}?notice=tagged");
    }

    private static async Task<Results<RedirectHttpResult, NotFound, BadRequest>> CommentAsync(Id id, HttpContext http, IDiscussions discussions)
    {
        var form = await http.Request.ReadFormAsync(http.RequestAborted);
        // A browser sends line ends as CR LF; they are kept as LF.
        var draft = new CommentDraft(form["text"].ToString().ReplaceLineEndings("\n"));
        if (draft.Fault() is not null || form["key"].ToString() is not { Length: > 0 and <= 64 } key) return TypedResults.BadRequest();
        var result = await discussions.AddAsync(Caller.From(http.User), id, draft, key, http.RequestAborted);
        return result switch
        {
            { Outcome: CommentOutcome.Done, Comment: { } comment } => TypedResults.LocalRedirect($"{await NextPageAsync(http, $"/images/{id}", "notice=commented")}#comment-{comment.Id}"),
            { Outcome: CommentOutcome.Full } => TypedResults.LocalRedirect(await NextPageAsync(http, $"/images/{id}", "notice=comments-full")),
            { Outcome: CommentOutcome.KeyReused } => TypedResults.BadRequest(),
            _ => TypedResults.NotFound(),
        };
    }

    private static async Task<Results<RedirectHttpResult, NotFound>> EndSessionAsync(Id id, HttpContext http, IOwnAccount account) =>
        await account.RevokeSessionAsync(Caller.From(http.User).MemberId!.Value, id, http.RequestAborted)
            ? TypedResults.LocalRedirect("/account?notice=session-ended#sessions")
            : TypedResults.NotFound();

    private static async Task<Results<RedirectHttpResult, NotFound>> RevokeTokenAsync(Id id, HttpContext http, IOwnAccount account) =>
        await account.RevokeTokenAsync(Caller.From(http.User).MemberId!.Value, id, http.RequestAborted)
            ? TypedResults.LocalRedirect("/account?notice=token-revoked#tokens")
            : TypedResults.NotFound();

    private static PushStreamHttpResult Export(HttpContext http, IOwnAccount account, TimeProvider time) => TypedResults.Stream(
        zip => account.ExportAsync(Caller.From(http.User).MemberId!.Value, zip, http.RequestAborted),
        "application/zip",
        $"pixelcraft-{time.GetUtcNow():yyyy-MM-dd}.zip");

    private static async Task<Results<RedirectHttpResult, NotFound>> SuspendAsync(Id id, HttpContext http, IMembers members)
    {
        var form = await http.Request.ReadFormAsync(http.RequestAborted);
        var suspended = form["suspended"] == "true";
        return await members.SuspendAsync(Caller.From(http.User), id, suspended, http.RequestAborted)
            ? TypedResults.LocalRedirect($"/admin/members?notice={(suspended ? "suspended" : "reinstated")}")
            : TypedResults.NotFound();
    }

    private static async Task<Results<RedirectHttpResult, NotFound, BadRequest>> SetQuotaAsync(Id id, HttpContext http, IMembers members)
    {
        var form = await http.Request.ReadFormAsync(http.RequestAborted);
        if (!QuotaText.TryRead(form["gigabytes"], out var bytes)) return TypedResults.BadRequest();
        return await members.SetQuotaAsync(id, bytes, http.RequestAborted)
            ? TypedResults.LocalRedirect("/admin/members?notice=quota-set")
            : TypedResults.NotFound();
    }

    // One that is gone has been tried again or dropped in another window: what was wanted is done.
    private static async Task<RedirectHttpResult> ReplayAsync(string id, HttpContext http, IDeadLetters dead) => TypedResults.LocalRedirect(
        $"/admin/jobs?notice={(await dead.ReplayAsync(id, http.RequestAborted) is ReplayOutcome.Full ? "queue-full" : "replayed")}");

    private static async Task<RedirectHttpResult> ReplayAllAsync(HttpContext http, IDeadLetters dead) => TypedResults.LocalRedirect(
        $"/admin/jobs?notice={((await dead.ReplayAllAsync(http.RequestAborted)).IsFull ? "queue-full" : "all-replayed")}");

    private static async Task<RedirectHttpResult> DropAsync(string id, HttpContext http, IDeadLetters dead)
    {
        await dead.DropAsync(id, http.RequestAborted);
        return TypedResults.LocalRedirect("/admin/jobs?notice=dropped");
    }

    private static async Task<string> NextPageAsync(HttpContext http, string otherwise, string notice)
    {
        var form = await http.Request.ReadFormAsync(http.RequestAborted);
        var url = ReturnUrl.Local(form["returnUrl"], otherwise);
        return $"{url}{(url.Contains('?', StringComparison.Ordinal) ? '&' : '?')}{notice}";
    }
}
