using System.Globalization;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Features;
using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.Options;
using Microsoft.Net.Http.Headers;
using PixelCraft.Accounts.Contracts;
using PixelCraft.Http;
using PixelCraft.Ids;
using PixelCraft.Images.Contracts;
using PixelCraft.Limits;

namespace PixelCraft.Images.Resumable;

/// <summary>
/// Resumable uploads by tus 1.0 (https://tus.io/protocols/resumable-upload) with creation, creation-with-upload, creation-defer-length,
/// expiration, checksum, termination and concatenation. Of our own is <c>Pixelcraft-Image</c>: the id of the image that a finished upload has become: the
/// upload's own id, or another where the owner had the same bytes already.
/// </summary>
internal static class TusApi
{
    private const string Extensions = "creation,creation-with-upload,creation-defer-length,expiration,checksum,termination,concatenation";
    private const string UploadLength = "Upload-Length";
    private const string OffsetStream = "application/offset+octet-stream";

    public static void Map(IEndpointRouteBuilder routes)
    {
        var uploads = routes.MapGroup(TusProtocol.Path).WithTags("Uploads").RequireRateLimit(LimitPolicy.Api).AddEndpointFilter(SpeakAsync).AnswerRefusals();
        uploads.MapMethods("/", [HttpMethods.Options], Options).WithName("GetUploadOptions").WithSummary("What is spoken here: tus 1.0");
        uploads.MapMethods("/{id}", [HttpMethods.Options], Options).ExcludeFromDescription();
        uploads.MapPost("/", CreateAsync).RequireAuthorization(Policies.Write).RequireRateLimit(LimitPolicy.Upload).WithName("BeginUpload").WithSummary("Begin a resumable upload")
            .WithDescription("`Upload-Length`, or `Upload-Defer-Length: 1` when it isn't known yet; `Upload-Metadata` with `filename` and `visibility`. The body, if it is `application/offset+octet-stream`, is the beginning of the file. 201 with `Location`. `Upload-Concat: partial` begins a part of another upload, and `final;` with the URLs of finished parts makes one of them, without a length.");
        uploads.MapMethods("/{id}", [HttpMethods.Head], FindAsync).RequireAuthorization(Policies.Write).WithName("GetUploadOffset").WithSummary("How far an upload is");
        uploads.MapGet("/{id}", ShowAsync).RequireAuthorization(Policies.Write).WithName("GetUpload").WithSummary("An upload, as JSON").Produces<ResumableUploadView>();
        uploads.MapMethods("/{id}", [HttpMethods.Patch], AppendAsync).RequireAuthorization(Policies.Write).WithName("ContinueUpload").WithSummary("Go on with an upload")
            .WithDescription("204 with `Upload-Offset`. With the last bytes the file is checked and taken in as any upload: `Pixelcraft-Image` is the image, and a problem tells why it was not taken.");
        uploads.MapDelete("/{id}", TerminateAsync).RequireAuthorization(Policies.Write).WithName("EndUpload").WithSummary("Give an upload up");
    }

    /// <summary>The protocol's version on every request but OPTIONS and our own GET.</summary>
    private static async ValueTask<object?> SpeakAsync(EndpointFilterInvocationContext context, EndpointFilterDelegate next)
    {
        var http = context.HttpContext;
        if (HttpMethods.IsOptions(http.Request.Method) || HttpMethods.IsGet(http.Request.Method) || http.Request.Headers["Tus-Resumable"] == TusProtocol.Version) return await next(context);
        http.Response.Headers["Tus-Version"] = TusProtocol.Version;
        return Problems.TusVersion.Result($"Send Tus-Resumable: {TusProtocol.Version}.");
    }

    private static IResult Options(HttpContext http, IOptions<UploadOptions> options)
    {
        var headers = http.Response.Headers;
        headers["Tus-Version"] = TusProtocol.Version;
        headers["Tus-Extension"] = Extensions;
        headers["Tus-Max-Size"] = Text(options.Value.MaxBytes);
        headers["Tus-Checksum-Algorithm"] = Checksum.Algorithms;
        return TypedResults.NoContent();
    }

    private static async Task<IResult> CreateAsync(HttpContext http, ResumableUploader uploader, CancellationToken cancellationToken)
    {
        if (Concatenation.Parse(http.Request.Headers["Upload-Concat"].ToString()) is not { } concatenation)
            return Problems.Invalid.Result("Upload-Concat: partial, or final; and the URLs of different partial uploads, by spaces.");
        if (!TryGetLength(http, concatenation, out var length, out var fault)) return Problems.Invalid.Result(fault);
        if (UploadMetadata.Parse(http.Request.Headers["Upload-Metadata"].ToString(), out fault) is not { } metadata) return Problems.Invalid.Result(fault);
        if (!TryGetChecksum(http, out var checksum)) return ChecksumProblem();
        var withUpload = IsOffsetStream(http);
        if (!withUpload && http.Request.ContentLength > 0) return Problems.NotOffsetStream.Result();
        if (withUpload && http.Request.ContentLength > length) return Problems.TooLarge.Result("The body is longer than the upload.");
        var owner = Caller.From(http.User).MemberId!.Value;
        return await AnswerAsync(http, async () =>
        {
            var upload = await uploader.CreateAsync(owner, length, metadata, concatenation, cancellationToken);
            http.Response.Headers.Location = $"{TusProtocol.Path}/{upload.Id}";
            ResumeResult result;
            if (withUpload && !concatenation.IsFinal)
            {
                Unlimited(http);
                result = await uploader.AppendAsync(owner, upload.Id, new UploadPiece(0, http.Request.Body, http.Request.ContentLength, checksum, null), cancellationToken);
            }
            else
            {
                if (upload.Offset != upload.Length) return Created(http, upload);
                // All its bytes are there: it is made of others, or empty.
                result = await uploader.FindAsync(owner, upload.Id, cancellationToken);
            }
            return result.Outcome == ResumeOutcome.Done ? Created(http, result.Upload!) : Problem(http, result);
        });
    }

    private static Task<IResult> FindAsync(UploadId id, HttpContext http, ResumableUploader uploader, CancellationToken cancellationToken) => AnswerAsync(http, async () =>
    {
        var result = await uploader.FindAsync(Caller.From(http.User).MemberId!.Value, id.Value, cancellationToken);
        if (result.Outcome != ResumeOutcome.Done) return Problem(http, result);
        Tell(http, result.Upload!);
        if (result.Upload!.Length is { } length) http.Response.Headers["Upload-Length"] = Text(length);
        else http.Response.Headers["Upload-Defer-Length"] = "1";
        if (result.Upload.Metadata.Length > 0) http.Response.Headers["Upload-Metadata"] = result.Upload.Metadata;
        if (result.Upload.Concatenation.Length > 0) http.Response.Headers["Upload-Concat"] = result.Upload.Concatenation;
        return TypedResults.Ok();
    });

    private static Task<IResult> ShowAsync(UploadId id, HttpContext http, ResumableUploader uploader, CancellationToken cancellationToken) => AnswerAsync(http, async () =>
    {
        var result = await uploader.FindAsync(Caller.From(http.User).MemberId!.Value, id.Value, cancellationToken);
        return result is { Outcome: ResumeOutcome.Done, Upload: { } upload }
            ? TypedResults.Ok(new ResumableUploadView(upload.Id, upload.Offset, upload.Length, upload.FileName, upload.Visibility, upload.ExpiresAt, upload.ImageId))
            : Problem(http, result);
    });

    private static async Task<IResult> AppendAsync(UploadId id, HttpContext http, ResumableUploader uploader, CancellationToken cancellationToken)
    {
        if (!IsOffsetStream(http)) return Problems.NotOffsetStream.Result();
        if (!TryGetNumber(http, "Upload-Offset", out var offset)) return Problems.Invalid.Result("Upload-Offset: the number of bytes that are there.");
        long? length = null;
        if (http.Request.Headers.ContainsKey(UploadLength))
        {
            if (!TryGetNumber(http, UploadLength, out var known)) return Problems.Invalid.Result($"{UploadLength}: the number of bytes.");
            length = known;
        }
        if (!TryGetChecksum(http, out var checksum)) return ChecksumProblem();
        Unlimited(http);
        return await AnswerAsync(http, async () =>
        {
            var result = await uploader.AppendAsync(
                Caller.From(http.User).MemberId!.Value, id.Value, new UploadPiece(offset, http.Request.Body, http.Request.ContentLength, checksum, length), cancellationToken);
            if (result.Outcome != ResumeOutcome.Done) return Problem(http, result);
            Tell(http, result.Upload!);
            return TypedResults.NoContent();
        });
    }

    private static async Task<IResult> TerminateAsync(UploadId id, HttpContext http, ResumableUploader uploader, CancellationToken cancellationToken)
    {
        var result = await uploader.TerminateAsync(Caller.From(http.User).MemberId!.Value, id.Value, cancellationToken);
        return result.Outcome == ResumeOutcome.Done ? TypedResults.NoContent() : Problem(http, result);
    }

    /// <summary>Answers what ends an upload in the middle.</summary>
    private static async Task<IResult> AnswerAsync(HttpContext http, Func<Task<IResult>> handle)
    {
        try
        {
            return await handle();
        }
        catch (ChecksumMismatchException)
        {
            return Problems.ChecksumMismatch.Result("None of them was kept; send them again.");
        }
        catch (Exception e) when (e is BadHttpRequestException or IOException)
        {
            http.Response.Headers.Connection = "close"; // the server could not tell the next request from the rest of this body
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
        headers["Upload-Offset"] = Text(upload.Offset);
        if (upload.ImageId is { } image) headers["Pixelcraft-Image"] = image.ToString();
        else headers["Upload-Expires"] = upload.ExpiresAt.ToString("R", CultureInfo.InvariantCulture);
    }

    private static IResult Problem(HttpContext http, ResumeResult result)
    {
        if (result.Upload is { } upload) http.Response.Headers["Upload-Offset"] = Text(upload.Offset);
        return result.Outcome switch
        {
            ResumeOutcome.OffsetConflict => Problems.OffsetConflict.Result("Ask how far it is."),
            ResumeOutcome.LengthConflict => Problems.Invalid.Result("Upload-Length: the upload has another length, or more bytes already."),
            ResumeOutcome.Final => Problems.FinalUpload.Result(),
            ResumeOutcome.TooLarge => Problems.TooLarge.Result("The body goes beyond the end of the upload."),
            var other => other.Problem(),
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

    /// <summary>The length of an upload that begins: known, not known yet, or not to be given since it is made of others.</summary>
    private static bool TryGetLength(HttpContext http, Concatenation concatenation, out long? length, out string? fault)
    {
        (length, fault) = (null, null);
        var (given, deferred) = (http.Request.Headers.ContainsKey(UploadLength), http.Request.Headers["Upload-Defer-Length"]);
        if (concatenation.IsFinal)
        {
            if (given || deferred.Count > 0) fault = "An upload that is made of others has their length: send none.";
        }
        else if (deferred.Count > 0)
        {
            if (given || deferred is not ["1"]) fault = $"Upload-Defer-Length: 1, and no {UploadLength}.";
        }
        else if (TryGetNumber(http, UploadLength, out var known))
        {
            length = known;
        }
        else
        {
            fault = $"{UploadLength}: the number of bytes; or Upload-Defer-Length: 1.";
        }
        return fault is null;
    }

    private static bool IsOffsetStream(HttpContext http) =>
        MediaTypeHeaderValue.TryParse(http.Request.ContentType, out var type) && type.MediaType.Equals(OffsetStream, StringComparison.OrdinalIgnoreCase);

    /// <summary>The upload's own length bounds the body.</summary>
    private static void Unlimited(HttpContext http)
    {
        if (http.Features.Get<IHttpMaxRequestBodySizeFeature>() is { IsReadOnly: false } limit) limit.MaxRequestBodySize = null;
    }

    private static string Text(long number) => number.ToString(CultureInfo.InvariantCulture);

    /// <summary>An id in a path. One that can't be read is nobody's: 404 like any other that isn't there.</summary>
    internal readonly record struct UploadId(Id Value)
    {
        public static bool TryParse(string? text, out UploadId id)
        {
            id = new UploadId(Id.TryParse(text, out var value) ? value : default);
            return true;
        }
    }
}

/// <summary>A resumable upload as the API shows it. <paramref name="Length"/> is null until it is known, <paramref name="ImageId"/> until it is finished.</summary>
internal sealed record ResumableUploadView(Id Id, long Offset, long? Length, string? FileName, Visibility Visibility, DateTimeOffset ExpiresAt, Id? ImageId);
