using System.Security.Cryptography;
using System.Text;
using System.Text.Json.Serialization;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Features;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.Options;
using Microsoft.Net.Http.Headers;
using PixelCraft.Accounts.Contracts;
using PixelCraft.Delivery.Contracts;
using PixelCraft.Http;
using PixelCraft.Ids;
using PixelCraft.Images.Contracts;
using PixelCraft.Limits;
using PixelCraft.Storage;

namespace PixelCraft.Delivery;

/// <summary>
/// Variants on demand. Only signed URLs are answered; a signature that is not valid, or not valid any more, gets the same
/// answer as an image that isn't there.
/// </summary>
internal static class TransformApi
{
    private const string RetryAfterSeconds = "5";

    public static void Map(IEndpointRouteBuilder routes)
    {
        routes.MapMethods("/t/{signature}/{options}/{file}", ["GET", "HEAD"], GetAsync).WithTags("Delivery")
            .WithName("GetTransform").WithSummary("A variant on demand, by a signed URL")
            .WithDescription("`options`: `w400.h300.crop-attention.rotate90.blur5.sharpen1.q60`, those that are wanted, in this order. `file`: the image's id and `.jpg`, `.webp`, `.avif`, or `.auto` for what `Accept` names. Get a URL from `SignTransform`; nothing in it may be changed.");
        routes.MapPost("/api/v1/images/{id}/transforms", SignAsync).WithTags("Delivery")
            .RequireRateLimit(LimitPolicy.Api).RequireAuthorization(Policies.Read)
            .WithName("SignTransform").WithSummary("Get a signed URL of a variant on demand of your image")
            .WithDescription("The URL of a private image expires; that of another one works until its visibility changes. Without `format` it ends in `.auto`, and each client gets the format that its `Accept` asks for.");
    }

    private static async Task<IResult> GetAsync(
        string signature,
        string options,
        string file,
        HttpContext http,
        IImageLookup images,
        ITransforms transforms,
        TransformSignatures signatures,
        IObjectStore store,
        IEdge edge,
        IOptions<TransformOptions> settings,
        CancellationToken cancellationToken)
    {
        http.Response.Headers.CacheControl = ObjectResult.NoStore;
        if (!TransformPath.TryParse(options, file, out var path, out var fault)) return Problems.InvalidTransform.Result(fault);
        // One spelling for one result: an edge would keep each as another.
        if (http.Features.Get<IHttpRequestFeature>()?.RawTarget.EndsWith($"/t/{signature}/{path}", StringComparison.Ordinal) == false)
            return Problems.InvalidTransform.Result("The URL must be exactly as it was signed, without a query.");

        if (await images.FindAsync(path!.Image, cancellationToken) is not { Status: ImageStatus.Ready, TrashedAt: null } image
            || ImageUrls.IsPublic(image) is var isPublic && !signatures.IsValid(signature, path, image.ContentHash, expires: !isPublic))
            return Problems.NotFound.Result();

        var format = path.Format ?? AcceptedFormat.Of(http.Request.GetTypedHeaders().Accept, settings.Value.PreferAvif);
        if (path.Format is null) http.Response.Headers.Vary = HeaderNames.Accept;
        var tag = Tag(image, path.Transform, format);
        if (isPublic) http.Response.Label(edge, path.Image);
        if (Versions.IsNotModified(http.Request, tag))
        {
            http.Response.GetTypedHeaders().ETag = tag;
            http.Response.Headers.CacheControl = ObjectResult.CacheControl(isPublic);
            return TypedResults.StatusCode(StatusCodes.Status304NotModified);
        }

        var answer = await transforms.GetAsync(image, path.Transform, format, cancellationToken);
        switch (answer.Outcome)
        {
            case TransformOutcome.Made:
                return new ObjectResult(store, answer.Stored!.Key)
                {
                    ContentType = format.ContentType(),
                    IsPublic = isPublic,
                    ETag = tag,
                    Length = answer.Stored.Length,
                };
            case TransformOutcome.Busy:
                http.Response.Headers.RetryAfter = RetryAfterSeconds;
                return Problems.Busy.Result("Try again in a few seconds.");
            case TransformOutcome.Refused:
                return Problems.TransformRefused.Result(answer.Reason);
            default:
                return Problems.NotFound.Result();
        }
    }

    private static async Task<Results<Ok<TransformView>, ProblemHttpResult>> SignAsync(
        Id id, TransformInput input, HttpContext http, IImages images, IImageUrls urls, CancellationToken cancellationToken)
    {
        http.Response.Headers.CacheControl = ObjectResult.NoStore;
        var transform = input.ToTransform();
        if (transform.Fault() is var (field, text)) return Problems.Field(field, text);
        if (input.Format is { } wanted && !Enum.IsDefined(wanted)) return Problems.Field("format", "One of jpeg, webP, avif.");
        var caller = Caller.From(http.User);
        if (await images.FindAsync(caller, id, cancellationToken) is not { TrashedAt: null } image || !caller.Is(image.OwnerId)) return Problems.NotFound.Result();
        if (image.Status != ImageStatus.Ready) return Problems.TransformRefused.Result("The image is not ready.");
        return TypedResults.Ok(new TransformView(urls.Transform(image, transform, input.Format)));
    }

    /// <summary>Of the bytes alone: a variant of the same image that is made again is the same.</summary>
    private static EntityTagHeaderValue Tag(ImageRecord image, Transform transform, TransformFormat format) =>
        new($"\"{Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes($"{image.Id}/{image.ContentHash}/{transform}.{format.Extension()}")).AsSpan(0, 12))}\"");
}

/// <summary>Asks for the URL of a variant on demand; see <see cref="Transform"/>. A field that is missing has its default.</summary>
internal sealed record TransformInput(
    int? Width = null,
    int? Height = null,
    TransformMode? Mode = null,
    TransformGravity? Gravity = null,
    int? Rotate = null,
    int? Blur = null,
    int? Sharpen = null,
    int? Quality = null,
    TransformFormat? Format = null)
{
    public Transform ToTransform() => new()
    {
        Width = Width,
        Height = Height,
        Mode = Mode ?? TransformMode.Fit,
        Gravity = Gravity ?? TransformGravity.Center,
        Rotate = Rotate ?? 0,
        Blur = Blur ?? 0,
        Sharpen = Sharpen ?? 0,
        Quality = Quality ?? Transform.DefaultQuality,
    };
}

/// <summary>The URL, a path on this site.</summary>
internal sealed record TransformView(string Url);

/// <summary>The JSON of this module, generated at build time.</summary>
[JsonSourceGenerationOptions(System.Text.Json.JsonSerializerDefaults.Web)]
[JsonSerializable(typeof(TransformInput))]
[JsonSerializable(typeof(TransformView))]
internal sealed partial class DeliveryJson : JsonSerializerContext;
