using Microsoft.AspNetCore.Antiforgery;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Features;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.AspNetCore.Routing;
using Microsoft.AspNetCore.WebUtilities;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Options;
using Microsoft.Net.Http.Headers;
using PixelCraft.Accounts.Contracts;
using PixelCraft.Http;
using PixelCraft.Ids;
using PixelCraft.Images.Contracts;
using PixelCraft.Limits;

namespace PixelCraft.Images;

/// <summary>
/// <c>POST /api/v1/images</c>: one file as the raw body, or one or many as multipart/form-data. Fields go before the
/// files: <c>visibility</c>, and for a form of a page without script <c>redirect</c> with its antiforgery token.
/// </summary>
internal static class UploadApi
{
    private const int MaxFieldLength = 1_000;
    private const int MaxFields = 20;
    private const int MaxBoundaryLength = 200;

    public static void Map(IEndpointRouteBuilder images) => images.MapPost("/", UploadAsync)
        .RequireAuthorization(Policies.Write)
        .RequireRateLimit(LimitPolicy.Upload)
        .AnswerRefusals()
        .DisableAntiforgery() // checked here, where the form is streamed
        .WithName("UploadImages")
        .WithSummary("Upload images")
        .WithDescription("One file as the raw body (`?fileName=`), or one or many as multipart/form-data. `visibility` (private unless given) as a query, or as a field before the files. One file: 202 with `Location`, 200 when you have an image of the same bytes already, or a problem. Several: 202 when all were taken, else 207, with one result each. `Idempotency-Key`: sent again within 24 hours with the same files, the answer is the same; 409 while the first is under way, 422 with other files.")
        .ProducesProblem(StatusCodes.Status409Conflict)
        .Produces<UploadView>(StatusCodes.Status202Accepted)
        .Produces<UploadView>(StatusCodes.Status200OK)
        .Produces<UploadListView>(StatusCodes.Status207MultiStatus)
        .ProducesProblem(StatusCodes.Status413PayloadTooLarge)
        .ProducesProblem(StatusCodes.Status415UnsupportedMediaType)
        .ProducesProblem(StatusCodes.Status422UnprocessableEntity);

    private static async Task<IResult> UploadAsync(
        HttpContext http, IUploads uploads, IdempotentUploads idempotent, IOptions<UploadOptions> options, IAntiforgery antiforgery, CancellationToken cancellationToken)
    {
        if (http.Features.Get<IHttpMaxRequestBodySizeFeature>() is { IsReadOnly: false } limit)
            limit.MaxRequestBodySize = options.Value.MaxRequestBytes;
        var owner = Caller.From(http.User).MemberId!.Value;
        if (!Visibilities.TryParse(http.Request.Query["visibility"], out var visibility)) return VisibilityProblem();
        return await idempotent.RunAsync(http, owner, uploads, taking => ReceiveAsync(http, taking, options.Value, antiforgery, owner, visibility, cancellationToken), cancellationToken);
    }

    private static async Task<IResult> ReceiveAsync(
        HttpContext http, IUploads uploads, UploadOptions options, IAntiforgery antiforgery, Id owner, Visibility visibility, CancellationToken cancellationToken)
    {
        try
        {
            if (MediaTypeHeaderValue.TryParse(http.Request.ContentType, out var type) && type.MediaType.Equals("multipart/form-data", StringComparison.OrdinalIgnoreCase))
                return await new Form(http, uploads, options, antiforgery, owner) { Visibility = visibility }.ReceiveAsync(type, cancellationToken);
            var image = await uploads.ReceiveAsync(owner, RawFileName(http.Request), visibility, http.Request.Body, http.Request.ContentLength, cancellationToken);
            return Answer(http, new UploadView(image.Id, image.Status));
        }
        catch (BadHttpRequestException e) when (e.StatusCode == StatusCodes.Status413PayloadTooLarge)
        {
            return Problems.TooLarge.Result($"A request may have {options.MaxRequestBytes / 1_000_000} MB at most.");
        }
        catch (Exception e) when (e is BadHttpRequestException or IOException && !http.RequestAborted.IsCancellationRequested)
        {
            http.Response.Headers.Connection = "close"; // the server could not tell the next request from the rest of this body
            return Problems.Incomplete.Result("Send it again.");
        }
    }

    /// <summary>202 while it is processing: also when the same bytes were there. 200 when the image is there already.</summary>
    internal static IResult Answer(HttpContext http, UploadView image)
    {
        http.Response.Headers.Location = Location(image.Id);
        return TypedResults.Json(image, ImagesJson.Default.UploadView, statusCode: StatusOf(image.Status));
    }

    private static int StatusOf(ImageStatus status) => status == ImageStatus.Processing ? StatusCodes.Status202Accepted : StatusCodes.Status200OK;

    internal static string Location(Id id) => $"/api/v1/images/{id}";

    private static string? RawFileName(HttpRequest request)
    {
        if (request.Query["fileName"] is [{ Length: > 0 } name]) return name;
        return ContentDispositionHeaderValue.TryParse((string?)request.Headers.ContentDisposition, out var disposition)
            ? (disposition.FileNameStar.Value ?? HeaderUtilities.RemoveQuotes(disposition.FileName).Value)
            : null;
    }

    private static ProblemHttpResult VisibilityProblem() => Problems.Invalid.Result(Visibilities.Rule);

    /// <summary>One multipart request, part by part as it comes.</summary>
    /// <summary>Bytes of a form that are looked through at a time for the boundary; the framework's 4 KB cost a third more CPU per upload.</summary>
    private const int BufferSize = 64 * 1024;

    private sealed class Form(HttpContext http, IUploads uploads, UploadOptions options, IAntiforgery antiforgery, Id owner)
    {
        private readonly List<UploadResultView> _results = [];
        private readonly AntiforgeryOptions _names = http.RequestServices.GetRequiredService<IOptions<AntiforgeryOptions>>().Value;
        private string? _redirect;

        public required Visibility Visibility { get; set; }

        public async Task<IResult> ReceiveAsync(MediaTypeHeaderValue type, CancellationToken cancellationToken)
        {
            var boundary = HeaderUtilities.RemoveQuotes(type.Boundary).Value;
            if (string.IsNullOrEmpty(boundary) || boundary.Length > MaxBoundaryLength) return Problems.Invalid.Result("The multipart boundary is missing or too long.");
            var reader = new MultipartReader(boundary, http.Request.Body, BufferSize);
            var fields = 0;
            try
            {
                while (await reader.ReadNextSectionAsync(cancellationToken) is { } section)
                {
                    if (!ContentDispositionHeaderValue.TryParse(section.ContentDisposition, out var disposition)) return Problems.Invalid.Result("A part has no Content-Disposition.");
                    if (disposition.IsFileDisposition())
                    {
                        if (await CrossSiteAsync()) return Problems.CrossSite.Result("Load the page again and send the form from there.");
                        if (_results.Count == options.MaxFiles) return Refuse(Problems.TooManyFiles, $"At most {options.MaxFiles}; the first {options.MaxFiles} were dealt with.");
                        await FileAsync(disposition.FileNameStar.Value ?? HeaderUtilities.RemoveQuotes(disposition.FileName).Value, section.Body, cancellationToken);
                    }
                    else
                    {
                        if (++fields > MaxFields) return Problems.Invalid.Result("Too many fields.");
                        if (await FieldAsync(disposition, section, cancellationToken) is { } problem) return problem;
                    }
                }
            }
            catch (InvalidDataException e)
            {
                return Problems.Invalid.Result(e.Message);
            }
            catch (BadHttpRequestException e) when (_redirect is not null && e.StatusCode == StatusCodes.Status413PayloadTooLarge)
            {
                return Refuse(Problems.TooLarge, null);
            }
            return Answer();
        }

        private async Task FileAsync(string? fileName, Stream body, CancellationToken cancellationToken)
        {
            // An empty file field of a form: a part without name and without bytes. Anything else is a file.
            var shown = Uploader.CleanFileName(fileName);
            try
            {
                var image = await uploads.ReceiveAsync(owner, fileName, Visibility, body, null, cancellationToken);
                _results.Add(new UploadResultView(shown, StatusOf(image.Status), image.Id, image.Status, Location(image.Id), null));
            }
            catch (UploadRefusedException refused)
            {
                Add(refused.Problem, refused.Message);
            }
            catch (UnavailableException)
            {
                Add(Problems.Unavailable, "Send this file again in a few minutes.");
            }
            catch (StorageFullException)
            {
                Add(Problems.StorageFull, "Tell an administrator.");
            }

            void Add(Problem problem, string detail) =>
                _results.Add(new UploadResultView(shown, problem.Status, null, null, null, problem.Details(detail)));
        }

        private async Task<ProblemHttpResult?> FieldAsync(ContentDispositionHeaderValue disposition, MultipartSection section, CancellationToken cancellationToken)
        {
            var buffer = new char[MaxFieldLength + 1];
            using var text = new StreamReader(section.Body);
            var length = await text.ReadBlockAsync(buffer, cancellationToken);
            if (length > MaxFieldLength) return Problems.Invalid.Result("A field is too long.");
            var value = new string(buffer, 0, length);
            switch (HeaderUtilities.RemoveQuotes(disposition.Name).Value)
            {
                case "visibility":
                    if (!Visibilities.TryParse(value, out var visibility)) return VisibilityProblem();
                    Visibility = visibility;
                    break;
                case "redirect":
                    if (!ReturnUrl.IsLocal(value)) return Problems.Invalid.Result("redirect: a path on this site.");
                    _redirect = value;
                    break;
                case var name when name == _names.FormFieldName:
                    // The framework looks here before it reads the form, which it must not do: the form is read as it comes.
                    http.Request.Headers[_names.HeaderName!] = value;
                    break;
            }
            return null;
        }

        /// <summary>
        /// A form of a page says where to go afterwards, and brings the page's token. Scripts and programs do neither: their
        /// requests are told by their headers.
        /// </summary>
        private async Task<bool> CrossSiteAsync() =>
            _redirect is not null && !(http.Request.Headers.ContainsKey(_names.HeaderName!) && await antiforgery.IsRequestValidAsync(http));

        private IResult Answer()
        {
            var refused = _results.Where(result => result.Problem is not null).ToList();
            if (_redirect is not null && _results.Count > 0 && refused.Count == 0) return SeeOther(_redirect);
            if (_redirect is not null) return BackToForm(refused.FirstOrDefault()?.Problem?.Extensions["code"] ?? Problems.NoFile.Code);
            if (_results.Count == 0) return Problems.NoFile.Result("Send the file as the raw body, or as a part with a file name.");
            if (_results is [var only])
                return only.Problem is { } problem
                    ? TypedResults.Problem(problem)
                    : UploadApi.Answer(http, new UploadView(only.Id!.Value, only.Status!.Value));
            return TypedResults.Json(
                new UploadListView(_results),
                ImagesJson.Default.UploadListView,
                statusCode: refused.Count == 0 ? StatusCodes.Status202Accepted : StatusCodes.Status207MultiStatus);
        }

        private IResult Refuse(Problem problem, string? detail) => _redirect is null ? problem.Result(detail) : BackToForm(problem.Code);

        /// <summary>The page says how many were taken, and why others were not; what was chosen is chosen still.</summary>
        private IResult BackToForm(object code) => SeeOther(
            $"/upload?taken={_results.Count(result => result.Problem is null)}&problem={code}&visibility={Visibility.ToString().ToLowerInvariant()}");

        private IResult SeeOther(string path)
        {
            http.Response.Headers.Location = path;
            return TypedResults.StatusCode(StatusCodes.Status303SeeOther);
        }
    }
}
