using System.IO.Pipelines;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Net.Http.Headers;
using PixelCraft.Http;
using PixelCraft.Storage;

namespace PixelCraft.Delivery;

/// <summary>
/// An object as the answer, whole or one range of it (RFC 9110 sections 13 and 14). A request for several ranges gets
/// the whole. The framework's own file results need a stream that can seek, which an object store doesn't give.
/// </summary>
internal sealed class ObjectResult(IObjectStore store, string key) : IResult
{
    private const string Immutable = "public, max-age=31536000, immutable";

    /// <summary>The <c>Cache-Control</c> of what only some may see, and of what isn't there.</summary>
    public const string NoStore = "private, no-store";

    public required string ContentType { get; init; }

    /// <summary>Whether anybody who has the URL may see it, so that every cache may keep it: its bytes never change.</summary>
    public required bool IsPublic { get; init; }

    public required EntityTagHeaderValue ETag { get; init; }

    /// <summary>The object's size in bytes, as the record says.</summary>
    public required long Length { get; init; }

    /// <summary>The name to save it under; null shows it in the page.</summary>
    public string? FileName { get; init; }

    /// <summary>The <c>Cache-Control</c> of an object.</summary>
    public static string CacheControl(bool isPublic) => isPublic ? Immutable : NoStore;

    public async Task ExecuteAsync(HttpContext httpContext)
    {
        var request = httpContext.Request;
        var response = httpContext.Response;
        var headers = response.GetTypedHeaders();
        headers.ETag = ETag;
        response.Headers.CacheControl = CacheControl(IsPublic);
        response.Headers.AcceptRanges = "bytes";
        var permits = IsPublic ? httpContext.RequestServices.GetRequiredService<EdgePermits>() : null;
        if (permits?.IsAskedFor(request) == true)
        {
            response.ContentType = ContentType;
            permits.Give(response, key);
            return;
        }
        if (Versions.IsNotModified(request, ETag))
        {
            response.StatusCode = StatusCodes.Status304NotModified;
            return;
        }

        var range = Range(request, out var unsatisfiable);
        if (unsatisfiable)
        {
            headers.ContentRange = new ContentRangeHeaderValue(Length);
            await Results.StatusCode(StatusCodes.Status416RangeNotSatisfiable).ExecuteAsync(httpContext);
            return;
        }
        // Opened before anything is sent, so that a store that is away is a 503 and not half an answer.
        await using var reader = HttpMethods.IsHead(request.Method) ? null : await store.OpenAsync(key, range, httpContext.RequestAborted);
        if (reader is null && !HttpMethods.IsHead(request.Method))
        {
            response.Headers.CacheControl = "no-store";
            response.Headers.Remove(HeaderNames.ETag);
            await Problems.NotFound.Result().ExecuteAsync(httpContext);
            return;
        }

        response.ContentType = ContentType;
        response.ContentLength = range?.Length ?? Length;
        if (FileName is not null)
        {
            var disposition = new ContentDispositionHeaderValue("attachment");
            disposition.SetHttpFileName(FileName);
            headers.ContentDisposition = disposition;
        }
        if (range is { } part)
        {
            response.StatusCode = StatusCodes.Status206PartialContent;
            headers.ContentRange = new ContentRangeHeaderValue(part.Offset, part.Offset + part.Length - 1, Length);
        }
        if (reader is not null) await CopyAsync(reader.Content, range?.Length ?? Length, response.BodyWriter, httpContext.RequestAborted);
    }

    /// <summary>Reads straight into the memory that the connection sends from.</summary>
    private static async Task CopyAsync(Stream content, long length, PipeWriter writer, CancellationToken cancellationToken)
    {
        const int Most = 64 * 1024;
        while (length > 0)
        {
            var read = await content.ReadAsync(writer.GetMemory((int)Math.Min(length, Most)), cancellationToken);
            // The answer is cut off then, which the client sees by its length.
            if (read == 0) throw new EndOfStreamException("The object is shorter than its record says.");
            writer.Advance(read);
            length -= read;
            if ((await writer.FlushAsync(cancellationToken)).IsCompleted) return; // the client is gone
        }
    }

    /// <summary>The range asked for; null for the whole.</summary>
    private ByteRange? Range(HttpRequest request, out bool unsatisfiable)
    {
        unsatisfiable = false;
        if (request.Headers.Range.Count == 0) return null;
        var typed = request.GetTypedHeaders();
        if (typed.Range is not { Unit.Value: "bytes", Ranges.Count: 1 } header) return null;
        // If-Range with another tag, or with a date, which no object has: the whole.
        if (typed.IfRange is { } condition && condition.EntityTag?.Compare(ETag, useStrongComparison: true) != true) return null;
        var asked = header.Ranges.First();
        var first = asked.From ?? Math.Max(0, Length - asked.To!.Value);
        var last = asked.From is null ? Length - 1 : Math.Min(asked.To ?? long.MaxValue, Length - 1);
        if (first > last)
        {
            unsatisfiable = true;
            return null;
        }
        return new ByteRange(first, last - first + 1);
    }
}
