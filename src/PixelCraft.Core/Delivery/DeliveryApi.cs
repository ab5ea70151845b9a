using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using Microsoft.Net.Http.Headers;
using PixelCraft.Accounts.Contracts;
using PixelCraft.Http;
using PixelCraft.Ids;
using PixelCraft.Images.Contracts;
using PixelCraft.Storage;

namespace PixelCraft.Delivery;

/// <summary>Delivers variants and originals. What may not be seen and what isn't there get the same answer.</summary>
internal static class DeliveryApi
{
    public static void Map(IEndpointRouteBuilder routes)
    {
        var delivery = routes.MapGroup("").WithTags("Delivery");
        delivery.MapMethods("/i/{id}/{hash}/{size:int}.{extension}", ["GET", "HEAD"], PublicVariantAsync).WithName("GetVariant").WithSummary("A variant of a public or unlisted image, .webp or .avif")
            .Produces(StatusCodes.Status200OK, contentType: "image/webp", additionalContentTypes: "image/avif").Produces(StatusCodes.Status304NotModified);
        delivery.MapMethods("/p/{id}/{size:int}.{extension}", ["GET", "HEAD"], PrivateVariantAsync).WithName("GetPrivateVariant").WithSummary("A variant of a private image, by its owner or a signature")
            .Produces(StatusCodes.Status200OK, contentType: "image/webp", additionalContentTypes: "image/avif").Produces(StatusCodes.Status304NotModified);
        delivery.MapMethods("/p/{id}/original", ["GET", "HEAD"], OriginalAsync).RequireAuthorization(Policies.Read).WithName("GetOriginal").WithSummary("The original, by its owner")
            .Produces(StatusCodes.Status200OK, contentType: "application/octet-stream").Produces(StatusCodes.Status206PartialContent, contentType: "application/octet-stream").Produces(StatusCodes.Status304NotModified);
    }

    private static async Task<IResult> PublicVariantAsync(
        Id id, string hash, int size, string extension, HttpContext http, IImageLookup images, IObjectStore store, IEdge edge, CancellationToken cancellationToken)
    {
        // Until it is known to be there: a cache may keep a 404 that doesn't say otherwise.
        http.Response.Headers.CacheControl = ObjectResult.NoStore;
        if (await images.FindAsync(id, cancellationToken) is not { } image
            || !ImageUrls.IsPublic(image)
            || image.ContentHash != hash
            || Find(image, size, extension) is not { } variant)
            return Problems.NotFound.Result();
        http.Response.Label(edge, id);
        return Variant(store, image, variant, isPublic: true);
    }

    private static async Task<IResult> PrivateVariantAsync(
        Id id, int size, string extension, string? sig, HttpContext http, IImageLookup images, SignedLinks links, IObjectStore store, CancellationToken cancellationToken)
    {
        http.Response.Headers.CacheControl = ObjectResult.NoStore;
        if (await images.FindAsync(id, cancellationToken) is not { } image || Find(image, size, extension) is not { } variant) return Problems.NotFound.Result();
        // The owner also sees what is in the trash; a signature doesn't reach there.
        var allowed = Caller.From(http.User).Is(image.OwnerId)
            || (sig is not null && image.TrashedAt is null && links.IsValid(sig, id, image.ContentHash));
        return allowed ? Variant(store, image, variant, isPublic: false) : Problems.NotFound.Result();
    }

    private static async Task<IResult> OriginalAsync(
        Id id, HttpContext http, IImageLookup images, IObjectStore store, CancellationToken cancellationToken)
    {
        http.Response.Headers.CacheControl = ObjectResult.NoStore;
        if (await images.FindAsync(id, cancellationToken) is not { } image || !Caller.From(http.User).Is(image.OwnerId)) return Problems.NotFound.Result();
        return new ObjectResult(store, ObjectKeys.Original(id))
        {
            ContentType = image.ContentType,
            IsPublic = false,
            ETag = new EntityTagHeaderValue($"\"{image.Sha256}\""),
            FileName = image.FileName,
            Length = image.Bytes,
        };
    }

    private static Variant? Find(ImageRecord image, int size, string extension) =>
        image.Variants.FirstOrDefault(variant => variant.Size == size && variant.Format.Extension() == extension);

    private static ObjectResult Variant(IObjectStore store, ImageRecord image, Variant variant, bool isPublic) =>
        new(store, ObjectKeys.Variant(image.Id, variant.Size, variant.Format))
        {
            ContentType = variant.Format.ContentType(),
            IsPublic = isPublic,
            ETag = new EntityTagHeaderValue($"\"{image.ContentHash}-{variant.Size}.{variant.Format.Extension()}\""),
            Length = variant.Bytes,
        };
}
