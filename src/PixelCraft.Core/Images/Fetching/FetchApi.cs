using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.Options;
using PixelCraft.Accounts.Contracts;
using PixelCraft.Http;
using PixelCraft.Images.Contracts;
using PixelCraft.Limits;

namespace PixelCraft.Images.Fetching;

/// <summary><c>POST /api/v1/images:fetch</c>: an image from a URL.</summary>
internal static class FetchApi
{
    public static void Map(IEndpointRouteBuilder routes) => routes.MapPost("/api/v1/images:fetch", FetchAsync)
        .WithTags("Images")
        .RequireAuthorization(Policies.Write)
        .RequireRateLimit(LimitPolicy.Upload)
        .AnswerRefusals()
        .WithName("FetchImage")
        .WithSummary("Upload an image from a URL")
        .WithDescription("The server gets the file: http or https, from the public internet. Answers as an upload does; `fetch-failed` says why it could not be had. `Idempotency-Key`: sent again within 24 hours for the same URL, the answer is the same and nothing is fetched.")
        .ProducesProblem(StatusCodes.Status409Conflict)
        .ProducesProblem(StatusCodes.Status413PayloadTooLarge)
        .ProducesProblem(StatusCodes.Status415UnsupportedMediaType)
        .Produces<UploadView>(StatusCodes.Status202Accepted)
        .Produces<UploadView>(StatusCodes.Status200OK)
        .ProducesProblem(StatusCodes.Status422UnprocessableEntity);

    private static async Task<IResult> FetchAsync(
        FetchRequest request, HttpContext http, ImageFetcher fetcher, IUploads uploads, IdempotentUploads idempotent, IOptions<FetchOptions> options, CancellationToken cancellationToken)
    {
        if (!options.Value.Enabled) return Problems.NotFound.Result();
        if (!Uri.TryCreate(request.Url, UriKind.Absolute, out var url)) return Problems.Invalid.Result("url: an http or https URL.");
        if (!Visibilities.TryParse(request.Visibility, out var visibility)) return Problems.Invalid.Result(Visibilities.Rule);
        var owner = Caller.From(http.User).MemberId!.Value;
        // Told from others by what is asked for, not by the bytes: what is at the URL may have changed.
        return await idempotent.RunAsync(http, owner, $"fetch {visibility} {request.Url}", async () =>
        {
            var image = await fetcher.FetchAsync(uploads, owner, url, visibility, cancellationToken);
            return UploadApi.Answer(http, new UploadView(image.Id, image.Status));
        }, cancellationToken);
    }
}

/// <summary>What to fetch. <paramref name="Visibility"/>: public, unlisted or private, which is what nothing means.</summary>
internal sealed record FetchRequest(string? Url, string? Visibility = null);
