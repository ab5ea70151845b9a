using System.Text.Json;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.DependencyInjection;
using PixelCraft.Accounts.Contracts;
using PixelCraft.Http;
using PixelCraft.Ids;
using PixelCraft.Images.Resumable;
using PixelCraft.Limits;
using PixelCraft.Storage;

namespace PixelCraft.Images.Direct;

/// <summary><c>/api/v1/uploads/direct</c>: the client puts the bytes into the object store itself, where that can take them.</summary>
internal static class DirectApi
{
    private const int MaxEtagLength = 200;

    public static void Map(IEndpointRouteBuilder routes)
    {
        var uploads = routes.MapGroup(TusProtocol.Path + TusProtocol.Direct).WithTags("Uploads").RequireAuthorization(Policies.Write).RequireRateLimit(LimitPolicy.Api).AddEndpointFilter(OfferedAsync).AnswerRefusals();
        uploads.MapPost("/", BeginAsync).RequireRateLimit(LimitPolicy.Upload).WithName("BeginDirectUpload").WithSummary("Begin an upload to the object store")
            .WithDescription("201 with a URL for each part: PUT exactly the part's bytes there, and keep the `ETag` of each answer. `contentType` and `sha256`, if given, are verified at the end. `no-direct-uploads` where the store can't take files from clients. `Idempotency-Key`: sent again within 24 hours, the answer is the same.")
            .Produces<DirectUploadView>(StatusCodes.Status201Created)
            .ProducesProblem(StatusCodes.Status404NotFound)
            .ProducesProblem(StatusCodes.Status413PayloadTooLarge)
            .ProducesProblem(StatusCodes.Status415UnsupportedMediaType);
        uploads.MapPost("/{id}/complete", CompleteAsync).WithName("CompleteDirectUpload").WithSummary("Take in what was uploaded to the object store")
            .WithDescription("The file is read and checked as any upload; answers as an upload does, and the same again when sent again. `wrong-parts`: the upload stays, put the missing part and send this again. After any other problem it is gone.")
            .Produces<UploadView>(StatusCodes.Status202Accepted)
            .Produces<UploadView>(StatusCodes.Status200OK)
            .ProducesProblem(StatusCodes.Status404NotFound)
            .ProducesProblem(StatusCodes.Status410Gone)
            .ProducesProblem(StatusCodes.Status415UnsupportedMediaType)
            .ProducesProblem(StatusCodes.Status422UnprocessableEntity)
            .ProducesProblem(StatusCodes.Status423Locked);
        uploads.MapDelete("/{id}", AbortAsync).WithName("EndDirectUpload").WithSummary("Give an upload to the object store up")
            .Produces(StatusCodes.Status204NoContent).ProducesProblem(StatusCodes.Status404NotFound).ProducesProblem(StatusCodes.Status423Locked);
    }

    private static async ValueTask<object?> OfferedAsync(EndpointFilterInvocationContext context, EndpointFilterDelegate next) =>
        context.HttpContext.RequestServices.GetService<IDirectUploads>() is null
            ? Problems.NoDirectUploads.Result("Upload to /api/v1/images, or by tus to /api/v1/uploads.")
            : await next(context);

    private static async Task<IResult> BeginAsync(DirectUploadRequest request, HttpContext http, IdempotentUploads idempotent, CancellationToken cancellationToken)
    {
        if (!Visibilities.TryParse(request.Visibility, out var visibility)) return Problems.Invalid.Result(Visibilities.Rule);
        if (request.Sha256 is { } sha256 && !(sha256.Length == 64 && sha256.All(char.IsAsciiHexDigitLower))) return Problems.Invalid.Result("sha256: 64 lower-case hexadecimal digits.");
        var owner = Caller.From(http.User).MemberId!.Value;
        var text = "direct " + JsonSerializer.Serialize(request, ImagesJson.Default.DirectUploadRequest);
        return await idempotent.RunAsync(http, owner, text, async () =>
        {
            var upload = await Uploader(http).BeginAsync(owner, request, visibility, cancellationToken);
            http.Response.Headers.Location = Location(upload.Id);
            return TypedResults.Json(upload, ImagesJson.Default.DirectUploadView, statusCode: StatusCodes.Status201Created);
        }, cancellationToken);
    }

    private static async Task<IResult> CompleteAsync(Id id, DirectCompletion completion, HttpContext http, CancellationToken cancellationToken)
    {
        var parts = completion.Parts.OrderBy(part => part.Number).ToList();
        if (parts.Where((part, i) => part.Number != i + 1 || part.Etag.Length is 0 or > MaxEtagLength || part.Etag.Any(char.IsControl)).Any())
            return Problems.WrongParts.Result("parts: the number, from 1 on, and the ETag of each, once.");
        var (outcome, image) = await Uploader(http).CompleteAsync(Caller.From(http.User).MemberId!.Value, id, [.. parts.Select(part => part.Etag)], cancellationToken);
        return outcome == ResumeOutcome.Done ? UploadApi.Answer(http, new UploadView(image!.Id, image.Status)) : outcome.Problem();
    }

    private static async Task<IResult> AbortAsync(Id id, HttpContext http, CancellationToken cancellationToken)
    {
        var outcome = await Uploader(http).AbortAsync(Caller.From(http.User).MemberId!.Value, id, cancellationToken);
        return outcome == ResumeOutcome.Done ? TypedResults.NoContent() : outcome.Problem();
    }

    /// <summary>Asked for here and not bound: where the store offers none, there is none to be had.</summary>
    private static DirectUploader Uploader(HttpContext http) => http.RequestServices.GetRequiredService<DirectUploader>();

    internal static string Location(Id id) => $"{TusProtocol.Path}{TusProtocol.Direct}/{id}";
}

/// <summary>What is to be uploaded.</summary>
/// <param name="Bytes">How many there are.</param>
/// <param name="FileName">As the client calls it; null for none.</param>
/// <param name="ContentType">The media type that it must have; null: any that is taken.</param>
/// <param name="Sha256">What it must hash to, as 64 lower-case hexadecimal digits; null: not verified.</param>
/// <param name="Visibility">public, unlisted or private, which is what nothing means.</param>
internal sealed record DirectUploadRequest(long Bytes, string? FileName = null, string? ContentType = null, string? Sha256 = null, string? Visibility = null);

/// <summary>An upload to the object store: until <paramref name="ExpiresAt"/> each part can be PUT at its URL. All have <paramref name="PartBytes"/>, the last one what is left.</summary>
internal sealed record DirectUploadView(Id Id, DateTimeOffset ExpiresAt, long PartBytes, IReadOnlyList<DirectPartView> Parts);

/// <summary>One part: PUT exactly so many bytes to its URL.</summary>
internal sealed record DirectPartView(int Number, long Bytes, Uri Url);

/// <summary>All parts of an upload.</summary>
internal sealed record DirectCompletion(IReadOnlyList<DirectPart> Parts);

/// <summary>A part that is in the store, with the ETag that the store answered.</summary>
internal sealed record DirectPart(int Number, string Etag);
