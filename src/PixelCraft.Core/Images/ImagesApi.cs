using System.ComponentModel;
using System.Security.Claims;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.AspNetCore.Routing;
using PixelCraft.Accounts.Contracts;
using PixelCraft.Delivery.Contracts;
using PixelCraft.Http;
using PixelCraft.Ids;
using PixelCraft.Images.Contracts;
using PixelCraft.Limits;

namespace PixelCraft.Images;

/// <summary>The catalogue over HTTP.</summary>
internal static class ImagesApi
{
    public static void Map(IEndpointRouteBuilder routes)
    {
        var images = routes.MapGroup("/api/v1/images").WithTags("Images").RequireRateLimit(LimitPolicy.Api);
        images.MapGet("/", ListAsync).WithName("ListImages").WithSummary("List images, newest first")
            .WithDescription("Without `owner`: the public images. With `owner`: that member's, all of them for the owner. `tag`: only those with it. `q`: only those that have these words. `trash=true`: your own trash. Pass `next` of the answer as `after` for the next page: a page of a search may hold fewer than `limit`, or none, and yet have a `next`.");
        images.MapGet("/{id}", GetAsync).WithName("GetImage").WithSummary("One image");
        images.MapPatch("/{id}", EditAsync).RequireAuthorization(Policies.Write).WithName("EditImage").WithSummary("Change title, description, tags or visibility")
            .WithDescription("Needs `If-Match` with the version that the change is based on, or `*`.");
        images.MapDelete("/{id}", TrashAsync).RequireAuthorization(Policies.Write).WithName("TrashImage").WithSummary("Put an image into the trash");
        images.MapPost("/{id}/restore", RestoreAsync).RequireAuthorization(Policies.Write).WithName("RestoreImage").WithSummary("Take an image out of the trash");
        images.MapPost("/{id}/tags/from-keywords", TagFromKeywordsAsync).RequireAuthorization(Policies.Write).WithName("TagImageFromKeywords").WithSummary("Add the keywords in the original's metadata to the tags");
        UploadApi.Map(images);
    }

    private static async Task<Results<WrittenJson<ImageListView>, ProblemHttpResult>> ListAsync(
        ClaimsPrincipal user,
        IImages images,
        ImagePresenter presenter,
        CancellationToken cancellationToken,
        string? owner = null,
        string? visibility = null,
        string? tag = null,
        [Description("Only images that have all these words in title, tags, file name, camera or description, in any order; the last may be the beginning of a word. Case and accents don't count. At most 200 characters and 20 words; nothing but blanks is as if it were not given.")] string? q = null,
        bool trash = false,
        string? after = null,
        int limit = PageLimit.Default)
    {
        var caller = Caller.From(user);
        if (PageLimit.Fault(limit) is { } fault) return fault;
        if (!TryGetId(after, out var afterId)) return Problems.Invalid.Result("after: not an id.");
        if (!TryGetId(owner == "me" ? caller.MemberId?.ToString() : owner, out var ownerId)) return Problems.Invalid.Result("owner: not an id, nor 'me'.");
        if (owner == "me" && ownerId is null) return Problems.SignInNeeded.Result();
        if (string.IsNullOrWhiteSpace(q)) q = null;
        if (q is not null && !SearchTerms.TryParse(q, out _, out var wrong)) return Problems.Invalid.Result($"q: {Rule(wrong.Value)}");
        Visibility? wanted = null;
        if (visibility is not null)
        {
            if (!Visibilities.TryParse(visibility, out var parsed)) return Problems.Invalid.Result(Visibilities.Rule);
            wanted = parsed;
        }
        var page = await images.ListAsync(
            caller, new ImageFilter { Owner = ownerId, Visibility = wanted, Tag = tag, Search = q, Trash = trash, After = afterId, Limit = limit }, cancellationToken);
        return new WrittenJson<ImageListView>(new ImageListView(await presenter.ShowAsync(caller, page.Items, cancellationToken), page.Next), ImageJsonWriter.Write);
    }

    private static string Rule(SearchFault fault) => fault switch
    {
        SearchFault.TooLong => $"at most {SearchTerms.MaxLength} characters.",
        SearchFault.TooManyWords => $"at most {SearchTerms.MaxWords} words.",
        _ => "at least one letter, digit or emoji.",
    };

    private static async Task<Results<WrittenJson<ImageView>, StatusCodeHttpResult, ProblemHttpResult>> GetAsync(
        Id id, HttpContext http, IImages images, ImagePresenter presenter, CancellationToken cancellationToken)
    {
        var caller = Caller.From(http.User);
        if (await images.FindAsync(caller, id, cancellationToken) is not { } image) return Problems.NotFound.Result();
        var tag = Versions.ETag(image.Version);
        http.Response.GetTypedHeaders().ETag = tag;
        http.Response.Headers.CacheControl = "private, no-cache";
        if (Versions.IsNotModified(http.Request, tag)) return TypedResults.StatusCode(StatusCodes.Status304NotModified);
        return new WrittenJson<ImageView>(await presenter.ShowAsync(caller, image, cancellationToken), ImageJsonWriter.Write);
    }

    private static async Task<Results<Ok<ImageView>, ProblemHttpResult>> EditAsync(
        Id id, ImageEdit edit, HttpContext http, IImages images, ImagePresenter presenter, CancellationToken cancellationToken)
    {
        if (!Versions.TryGetIfMatch(http.Request, out var version)) return Problems.VersionNeeded.Result("Send If-Match with the ETag that you got, or *.");
        if (edit.Fault() is { } fault) return Problems.Field(fault.Field, fault.Text);
        var caller = Caller.From(http.User);
        return await AnswerAsync(caller, await images.EditAsync(caller, id, edit, version, cancellationToken), http, presenter, cancellationToken);
    }

    private static async Task<Results<NoContent, ProblemHttpResult>> TrashAsync(
        Id id, ClaimsPrincipal user, IImages images, CancellationToken cancellationToken)
    {
        var result = await images.TrashAsync(Caller.From(user), id, cancellationToken);
        return result.Outcome == ChangeOutcome.Done ? TypedResults.NoContent() : Problems.NotFound.Result();
    }

    private static async Task<Results<Ok<ImageView>, ProblemHttpResult>> RestoreAsync(
        Id id, HttpContext http, IImages images, ImagePresenter presenter, CancellationToken cancellationToken)
    {
        var caller = Caller.From(http.User);
        return await AnswerAsync(caller, await images.RestoreAsync(caller, id, cancellationToken), http, presenter, cancellationToken);
    }

    private static async Task<Results<Ok<ImageView>, ProblemHttpResult>> TagFromKeywordsAsync(
        Id id, HttpContext http, IImages images, ImagePresenter presenter, CancellationToken cancellationToken)
    {
        var caller = Caller.From(http.User);
        return await AnswerAsync(caller, await images.TagFromKeywordsAsync(caller, id, cancellationToken), http, presenter, cancellationToken);
    }

    private static async Task<Results<Ok<ImageView>, ProblemHttpResult>> AnswerAsync(
        Caller caller, ChangeResult result, HttpContext http, ImagePresenter presenter, CancellationToken cancellationToken)
    {
        if (result.Outcome == ChangeOutcome.NotFound) return Problems.NotFound.Result();
        http.Response.GetTypedHeaders().ETag = Versions.ETag(result.Image!.Version);
        if (result.Outcome == ChangeOutcome.Stale) return Problems.Stale.Result("Get it again, and make your change to what is there now.");
        return TypedResults.Ok(await presenter.ShowAsync(caller, result.Image, cancellationToken));
    }

    /// <summary>An id from a query: none is fine, one that can't be read isn't.</summary>
    private static bool TryGetId(string? text, out Id? id)
    {
        id = null;
        if (string.IsNullOrEmpty(text)) return true;
        if (!Id.TryParse(text, out var parsed)) return false;
        id = parsed;
        return true;
    }
}

/// <summary>Turns records into what a caller is shown.</summary>
internal sealed class ImagePresenter(IMemberDirectory members, IImageUrls urls)
{
    public async Task<IReadOnlyList<ImageView>> ShowAsync(Caller caller, IReadOnlyList<ImageRecord> images, CancellationToken cancellationToken)
    {
        var owners = new HashSet<Id>();
        foreach (var image in images) owners.Add(image.OwnerId);
        var names = await members.NamesAsync(owners, cancellationToken);
        var views = new ImageView[images.Count];
        for (var i = 0; i < views.Length; i++) views[i] = Show(caller, images[i], names.GetValueOrDefault(images[i].OwnerId));
        return views;
    }

    public async Task<ImageView> ShowAsync(Caller caller, ImageRecord image, CancellationToken cancellationToken) =>
        (await ShowAsync(caller, [image], cancellationToken))[0];

    private ImageView Show(Caller caller, ImageRecord image, string? ownerName) => new(
        image.Id,
        image.OwnerId,
        ownerName,
        image.Title,
        image.Description,
        image.Tags,
        image.Visibility,
        image.Status,
        image.FailureReason,
        image.FileName,
        image.ContentType,
        image.Bytes,
        image.Sha256,
        image.Width,
        image.Height,
        image.ThumbHash,
        image.DominantColour,
        caller.Is(image.OwnerId) ? image.Metadata : image.Metadata?.WithoutPlace(),
        image.TakenAt,
        image.CreatedAt,
        image.UpdatedAt,
        image.TrashedAt,
        image.Version,
        Show(image, image.Variants),
        caller.Is(image.OwnerId) ? urls.Original(image) : null);

    private VariantView[] Show(ImageRecord image, IReadOnlyList<Variant> variants)
    {
        var views = new VariantView[variants.Count];
        for (var i = 0; i < views.Length; i++)
        {
            var variant = variants[i];
            views[i] = new VariantView(variant.Size, variant.Format, variant.Width, variant.Height, variant.Bytes, urls.SignedVariant(image, variant.Size, variant.Format));
        }
        return views;
    }
}
