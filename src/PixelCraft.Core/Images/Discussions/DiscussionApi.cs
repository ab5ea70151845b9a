using System.Security.Claims;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.AspNetCore.Routing;
using PixelCraft.Accounts.Contracts;
using PixelCraft.Http;
using PixelCraft.Ids;
using PixelCraft.Images.Contracts;
using PixelCraft.Limits;

namespace PixelCraft.Images.Discussions;

/// <summary>Comments, pins and likes over HTTP.</summary>
internal static class DiscussionApi
{
    public static void Map(IEndpointRouteBuilder routes)
    {
        var image = routes.MapGroup("/api/v1/images/{id}").WithTags("Comments").RequireRateLimit(LimitPolicy.Api);
        var comments = image.MapGroup("/comments");
        comments.MapGet("/", ListAsync).WithName("ListComments").WithSummary("List an image's comments, in the order of their last change")
            .WithDescription("Pass `next` as `after` for what follows, and, later, for what has changed meanwhile: deleted comments come too, without text and author. Without `after` the list may be a little while old.");
        comments.MapGet("/{comment}", GetAsync).WithName("GetComment").WithSummary("One comment");
        comments.MapPost("/", AddAsync).RequireAuthorization(Policies.Write).RequireRateLimit(LimitPolicy.Comment).WithName("AddComment").WithSummary("Comment on an image, reply, or place a pin")
            .WithDescription("`threadId`: reply to that thread. `x` and `y`, from 0 to 1: where the pin is. `mentions`: members whose `@name` is in the text. `Idempotency-Key`: sent again, the answer is the same comment, and there is only one; 422 for another comment with the same key.");
        comments.MapPatch("/{comment}", EditAsync).RequireAuthorization(Policies.Write).RequireRateLimit(LimitPolicy.Comment).WithName("EditComment").WithSummary("Change a comment's text, or resolve its thread")
            .WithDescription("Needs `If-Match` with the version that the change is based on, or `*`. The text is its author's; who began the thread, the image's owner and administrators resolve it.");
        comments.MapDelete("/{comment}", DeleteAsync).RequireAuthorization(Policies.Write).WithName("DeleteComment").WithSummary("Delete a comment")
            .WithDescription("One's own; the image's owner and administrators any. Replies stay. With `If-Match` only that version.");
        image.MapPut("/like", (Id id, ClaimsPrincipal user, IDiscussions discussions, CancellationToken cancellationToken) => LikeAsync(id, null, true, user, discussions, cancellationToken))
            .RequireAuthorization(Policies.Write).WithName("LikeImage").WithSummary("Like an image");
        image.MapDelete("/like", (Id id, ClaimsPrincipal user, IDiscussions discussions, CancellationToken cancellationToken) => LikeAsync(id, null, false, user, discussions, cancellationToken))
            .RequireAuthorization(Policies.Write).WithName("UnlikeImage").WithSummary("Take back that you like an image");
        comments.MapPut("/{comment}/like", (Id id, Id comment, ClaimsPrincipal user, IDiscussions discussions, CancellationToken cancellationToken) => LikeAsync(id, comment, true, user, discussions, cancellationToken))
            .RequireAuthorization(Policies.Write).WithName("LikeComment").WithSummary("Like a comment");
        comments.MapDelete("/{comment}/like", (Id id, Id comment, ClaimsPrincipal user, IDiscussions discussions, CancellationToken cancellationToken) => LikeAsync(id, comment, false, user, discussions, cancellationToken))
            .RequireAuthorization(Policies.Write).WithName("UnlikeComment").WithSummary("Take back that you like a comment");
    }

    private static async Task<Results<Ok<CommentListView>, StatusCodeHttpResult, ProblemHttpResult>> ListAsync(
        Id id, HttpContext http, IDiscussions discussions, CommentPresenter presenter, CancellationToken cancellationToken, long? after = null, int limit = PageLimit.Default)
    {
        if (PageLimit.Fault(limit) is { } fault) return fault;
        if (after < 0) return Problems.Invalid.Result("after: 0, or what 'next' was.");
        if (await discussions.ListAsync(Caller.From(http.User), id, after, limit, cancellationToken) is not { } page) return Problems.NotFound.Result();
        var view = await presenter.ShowAsync(id, page, cancellationToken);
        var tag = Versions.ETag(view.Revision);
        http.Response.GetTypedHeaders().ETag = tag;
        http.Response.Headers.CacheControl = "private, no-cache";
        return Versions.IsNotModified(http.Request, tag) ? TypedResults.StatusCode(StatusCodes.Status304NotModified) : TypedResults.Ok(view);
    }

    private static async Task<Results<Ok<CommentView>, ProblemHttpResult>> GetAsync(
        Id id, Id comment, HttpContext http, IDiscussions discussions, CommentPresenter presenter, CancellationToken cancellationToken)
    {
        if (await discussions.FindAsync(Caller.From(http.User), id, comment, cancellationToken) is not { } found) return Problems.NotFound.Result();
        http.Response.GetTypedHeaders().ETag = Versions.ETag(found.Version);
        http.Response.Headers.CacheControl = "private, no-cache";
        return TypedResults.Ok(await presenter.ShowAsync(Caller.From(http.User), found, cancellationToken));
    }

    private static async Task<Results<Created<CommentView>, ProblemHttpResult>> AddAsync(
        Id id, CommentDraft draft, HttpContext http, IDiscussions discussions, CommentPresenter presenter, CancellationToken cancellationToken)
    {
        if (draft.Fault() is { } fault) return Problems.Field(fault.Field, fault.Text);
        if (IdempotencyKey.Fault(http.Request, out var key) is { } wrong) return wrong;
        var result = await discussions.AddAsync(Caller.From(http.User), id, draft, key, cancellationToken);
        if (Refusal(result.Outcome) is { } refusal) return refusal;
        http.Response.GetTypedHeaders().ETag = Versions.ETag(result.Comment!.Version);
        return TypedResults.Created($"/api/v1/images/{id}/comments/{result.Comment.Id}", await presenter.ShowAsync(Caller.From(http.User), result.Comment, cancellationToken));
    }

    private static async Task<Results<Ok<CommentView>, ProblemHttpResult>> EditAsync(
        Id id, Id comment, CommentEdit edit, HttpContext http, IDiscussions discussions, CommentPresenter presenter, CancellationToken cancellationToken)
    {
        if (!Versions.TryGetIfMatch(http.Request, out var version)) return Problems.VersionNeeded.Result("Send If-Match with the ETag that you got, or *.");
        if (edit.Fault() is { } fault) return Problems.Field(fault.Field, fault.Text);
        var result = await discussions.EditAsync(Caller.From(http.User), id, comment, edit, version, cancellationToken);
        if (result.Comment is { } now) http.Response.GetTypedHeaders().ETag = Versions.ETag(now.Version);
        if (Refusal(result.Outcome) is { } refusal) return refusal;
        return TypedResults.Ok(await presenter.ShowAsync(Caller.From(http.User), result.Comment!, cancellationToken));
    }

    private static async Task<Results<NoContent, ProblemHttpResult>> DeleteAsync(
        Id id, Id comment, HttpContext http, IDiscussions discussions, CancellationToken cancellationToken)
    {
        Versions.TryGetIfMatch(http.Request, out var version);
        var result = await discussions.DeleteAsync(Caller.From(http.User), id, comment, version, cancellationToken);
        return Refusal(result.Outcome) is { } refusal ? refusal : TypedResults.NoContent();
    }

    private static async Task<Results<Ok<LikeView>, ProblemHttpResult>> LikeAsync(
        Id id, Id? comment, bool liked, ClaimsPrincipal user, IDiscussions discussions, CancellationToken cancellationToken) =>
        await discussions.LikeAsync(Caller.From(user), id, comment, liked, cancellationToken) is { } likes ? TypedResults.Ok(new LikeView(likes, liked)) : Problems.NotFound.Result();

    private static ProblemHttpResult? Refusal(CommentOutcome outcome) => outcome switch
    {
        CommentOutcome.Done => null,
        CommentOutcome.Forbidden => Problems.Forbidden.Result(),
        CommentOutcome.Stale => Problems.Stale.Result("Get it again, and make your change to what is there now."),
        CommentOutcome.Full => Problems.CommentsFull.Result(),
        CommentOutcome.KeyReused => Problems.KeyReused.Result("Take another key for another comment."),
        CommentOutcome.UnknownMention => Problems.Field("mentions", "members whose name is in the text after an @."),
        _ => Problems.NotFound.Result(),
    };
}
