using System.Globalization;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Features;
using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.Options;
using PixelCraft.Accounts.Contracts;
using PixelCraft.Http;
using PixelCraft.Ids;
using PixelCraft.Images.Contracts;
using PixelCraft.Limits;

namespace PixelCraft.Images.Resumable;

/// <summary>
/// Resumable uploads by tus 1.0 (https://tus.io/protocols/resumable-upload) with creation, creation-with-upload, expiration,
/// checksum and termination. Of our own is <c>Pixelcraft-Image</c>: the id of the image that a finished upload has become: the
/// upload's own id, or another where the owner had the same bytes already.
/// </summary>
internal static class TusApi
{
    private const string Path = "/api/v1/uploads";
    private const string Version = "1.0.0";
    private const string Extensions = "creation,creation-with-upload,expiration,checksum,termination";
    private const string OffsetStream = "application/offset+octet-stream";

    public static void Map(IEndpointRouteBuilder routes)
    {
        var uploads = routes.MapGroup(Path).WithTags("Uploads").RequireRateLimit(LimitPolicy.Api).AddEndpointFilter(SpeakAsync);
        uploads.MapMethods("/", [HttpMethods.Options], Options).WithName("GetUploadOptions").WithSummary("What is spoken here: tus 1.0");
        uploads.MapMethods("/{id}", [HttpMethods.Options], Options).ExcludeFromDescription();
        uploads.MapPost("/", CreateAsync).RequireAuthorization(Policies.Write).RequireRateLimit(LimitPolicy.Upload).WithName("BeginUpload").WithSummary("Begin a resumable upload")
            .WithDescription("`Upload-Length`; `Upload-Metadata` with `filename` and `visibility`. The body, if it is `application/offset+octet-stream`, is the beginning of the file. 201 with `Location`.");
        uploads.MapMethods("/{id}", [HttpMethods.Head], FindAsync).RequireAuthorization(Policies.Write).WithName("GetUploadOffset").WithSummary("How far an upload is");
        uploads.MapGet("/{id}", ShowAsync).RequireAuthorization(Policies.Write).WithName("GetUpload").WithSummary("An upload, as JSON").Produces<ResumableUploadView>();
        uploads.MapMethods("/{id}", [HttpMethods.Patch], AppendAsync).RequireAuthorization(Policies.Write).WithName("ContinueUpload").WithSummary("Go on with an upload")
            .WithDescription("204 with `Upload-Offset`. With the last bytes the file is checked and taken in as any upload: `Pixelcraft-Image` is the image, and a problem tells why it was not taken.");
        uploads.MapDelete("/{id}", TerminateAsync).RequireAuthorization(Policies.Write).WithName("EndUpload").WithSummary("Give an upload up");
        // For clients whose network lets only GET and POST through.
        uploads.MapPost("/{id}", OverrideAsync).RequireAuthorization(Policies.Write).ExcludeFromDescription();
    }

    /// <summary>The protocol's header on every answer, and its version on every request but OPTIONS and our own GET.</summary>
    private static async ValueTask<object?> SpeakAsync(EndpointFilterInvocationContext context, EndpointFilterDelegate next)
    {
        var http = context.HttpContext;
        http.Response.Headers["Tus-Resumable"] = Version;
        if (HttpMethods.IsOptions(http.Request.Method) || HttpMethods.IsGet(http.Request.Method) || http.Request.Headers["Tus-Resumable"] == Version) return await next(context);
        http.Response.Headers["Tus-Version"] = Version;
        return Problems.TusVersion.Result($"Send Tus-Resumable: {Version}.");
    }

    private static IResult Options(HttpContext http, IOptions<UploadOptions> options)
    {
        var headers = http.Response.Headers;
        headers["Tus-Version"] = Version;
        headers["Tus-Extension"] = Extensions;
        headers["Tus-Max-Size"] = Text(options.Value.MaxBytes);
        headers["Tus-Checksum-Algorithm"] = Checksum.Algorithms;
        return TypedResults.NoContent();
    }

    private static async Task<IResult> CreateAsync(HttpContext http, ResumableUploader uploader, IOptions<UploadOptions> options, CancellationToken cancellationToken)
    {
        if (!TryGetNumber(http, "Upload-Length", out var length)) return Problems.Invalid.Result("Upload-Length: the number of bytes. Uploads of a length not known yet are not taken.");
        if (UploadMetadata.Parse(http.Request.Headers["Upload-Metadata"].ToString(), out var fault) is not { } metadata) return Problems.Invalid.Result(fault);
        if (!TryGetChecksum(http, out var checksum)) return ChecksumProblem();
        var withUpload = IsOffsetStream(http);
        if (withUpload && http.Request.ContentLength > length) return Problems.TooLarge.Result("The body is longer than the upload.");
        var owner = Caller.From(http.User).MemberId!.Value;
        return await AnswerAsync(http, async () =>
        {
            var upload = await uploader.CreateAsync(owner, length, metadata, cancellationToken);
            http.Response.Headers.Location = $"{Path}/{upload.Id}";
            if (!withUpload && length > 0) return Created(http, upload);
            Unlimited(http, options.Value);
            var body = withUpload ? http.Request.Body : Stream.Null;
            var result = await uploader.AppendAsync(owner, upload.Id, 0, body, withUpload ? http.Request.ContentLength : 0, checksum, cancellationToken);
            return result.Outcome == ResumeOutcome.Done ? Created(http, result.Upload!) : Problem(http, result);
        });
    }

    private static Task<IResult> FindAsync(Id id, HttpContext http, ResumableUploader uploader, CancellationToken cancellationToken) => AnswerAsync(http, async () =>
    {
        http.Response.Headers.CacheControl = "no-store";
        var result = await uploader.FindAsync(Caller.From(http.User).MemberId!.Value, id, cancellationToken);
        if (result.Outcome != ResumeOutcome.Done) return Problem(http, result);
        Tell(http, result.Upload!);
        http.Response.Headers["Upload-Length"] = Text(result.Upload!.Length);
        if (result.Upload.Metadata.Length > 0) http.Response.Headers["Upload-Metadata"] = result.Upload.Metadata;
        return TypedResults.Ok();
    });

    private static Task<IResult> ShowAsync(Id id, HttpContext http, ResumableUploader uploader, CancellationToken cancellationToken) => AnswerAsync(http, async () =>
    {
        http.Response.Headers.CacheControl = "no-store";
        var result = await uploader.FindAsync(Caller.From(http.User).MemberId!.Value, id, cancellationToken);
        return result is { Outcome: ResumeOutcome.Done, Upload: { } upload }
            ? TypedResults.Ok(new ResumableUploadView(upload.Id, Offset(upload), upload.Length, upload.FileName, upload.Visibility, upload.ExpiresAt, upload.ImageId))
            : Problem(http, result);
    });

    private static async Task<IResult> AppendAsync(Id id, HttpContext http, ResumableUploader uploader, IOptions<UploadOptions> options, CancellationToken cancellationToken)
    {
        if (!IsOffsetStream(http)) return Problems.NotOffsetStream.Result();
        if (!TryGetNumber(http, "Upload-Offset", out var offset)) return Problems.Invalid.Result("Upload-Offset: the number of bytes that are there.");
        if (!TryGetChecksum(http, out var checksum)) return ChecksumProblem();
        Unlimited(http, options.Value);
        return await AnswerAsync(http, async () =>
        {
            var result = await uploader.AppendAsync(
                Caller.From(http.User).MemberId!.Value, id, offset, http.Request.Body, http.Request.ContentLength, checksum, cancellationToken);
            if (result.Outcome != ResumeOutcome.Done) return Problem(http, result);
            Tell(http, result.Upload!);
            return TypedResults.NoContent();
        });
    }

    private static async Task<IResult> TerminateAsync(Id id, HttpContext http, ResumableUploader uploader, CancellationToken cancellationToken)
    {
        var result = await uploader.TerminateAsync(Caller.From(http.User).MemberId!.Value, id, cancellationToken);
        return result.Outcome == ResumeOutcome.Done ? TypedResults.NoContent() : Problem(http, result);
    }

    private static Task<IResult> OverrideAsync(Id id, HttpContext http, ResumableUploader uploader, IOptions<UploadOptions> options, CancellationToken cancellationToken) =>
        http.Request.Headers["X-HTTP-Method-Override"].ToString().ToUpperInvariant() switch
        {
            "PATCH" => AppendAsync(id, http, uploader, options, cancellationToken),
            "HEAD" => FindAsync(id, http, uploader, cancellationToken),
            "DELETE" => TerminateAsync(id, http, uploader, cancellationToken),
            _ => Task.FromResult<IResult>(Problems.Invalid.Result("X-HTTP-Method-Override: PATCH, HEAD or DELETE.")),
        };

    /// <summary>Answers what ends an upload in the middle.</summary>
    private static async Task<IResult> AnswerAsync(HttpContext http, Func<Task<IResult>> handle)
    {
        try
        {
            return await handle();
        }
        catch (UploadRefusedException refused)
        {
            return refused.Problem.Result(refused.Message);
        }
        catch (ChecksumMismatchException)
        {
            return Problems.ChecksumMismatch.Result("None of them was kept; send them again.");
        }
        catch (Exception e) when (e is BadHttpRequestException or IOException && !http.RequestAborted.IsCancellationRequested)
        {
            return Problems.Incomplete.Result("Ask how far the upload is, and go on from there.");
        }
    }

    private static IResult Created(HttpContext http, ResumableUpload upload)
    {
        Tell(http, upload);
        return TypedResults.StatusCode(StatusCodes.Status201Created);
    }

    private static void Tell(HttpContext http, ResumableUpload upload)
    {
        var headers = http.Response.Headers;
        headers["Upload-Offset"] = Text(Offset(upload));
        if (upload.ImageId is { } image) headers["Pixelcraft-Image"] = image.ToString();
        else headers["Upload-Expires"] = upload.ExpiresAt.ToString("R", CultureInfo.InvariantCulture);
    }

    private static long Offset(ResumableUpload upload) => upload.ImageId is null ? upload.Offset : upload.Length;

    private static IResult Problem(HttpContext http, ResumeResult result)
    {
        if (result.Upload is { } upload) http.Response.Headers["Upload-Offset"] = Text(Offset(upload));
        return result.Outcome switch
        {
            ResumeOutcome.Expired => Problems.UploadExpired.Result("Begin a new one."),
            ResumeOutcome.Locked => Problems.UploadLocked.Result("Wait a moment, and ask how far it is."),
            ResumeOutcome.OffsetConflict => Problems.OffsetConflict.Result("Ask how far it is."),
            ResumeOutcome.TooLarge => Problems.TooLarge.Result("The body goes beyond the end of the upload."),
            _ => Problems.NotFound.Result(),
        };
    }

    private static IResult ChecksumProblem() => Problems.Invalid.Result($"Upload-Checksum: one of {Checksum.Algorithms}, a space, and the hash in base 64.");

    private static bool TryGetChecksum(HttpContext http, out Checksum? checksum)
    {
        checksum = null;
        return http.Request.Headers["Upload-Checksum"] is not [{ } header, ..] || (checksum = Checksum.Parse(header)) is not null;
    }

    private static bool TryGetNumber(HttpContext http, string header, out long number)
    {
        number = 0;
        return http.Request.Headers[header] is [{ } text] && long.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out number);
    }

    private static bool IsOffsetStream(HttpContext http) => http.Request.ContentType == OffsetStream;

    /// <summary>The upload's own length bounds the body.</summary>
    private static void Unlimited(HttpContext http, UploadOptions options)
    {
        if (http.Features.Get<IHttpMaxRequestBodySizeFeature>() is { IsReadOnly: false } limit) limit.MaxRequestBodySize = options.MaxBytes;
    }

    private static string Text(long number) => number.ToString(CultureInfo.InvariantCulture);
}

/// <summary>A resumable upload as the API shows it. <paramref name="ImageId"/> is null until it is finished.</summary>
internal sealed record ResumableUploadView(Id Id, long Offset, long Length, string? FileName, Visibility Visibility, DateTimeOffset ExpiresAt, Id? ImageId);
