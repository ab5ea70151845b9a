using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Logging;
using PixelCraft.Http;
using PixelCraft.Ids;
using PixelCraft.Images.Contracts;

namespace PixelCraft.Images;

/// <summary>
/// <c>Idempotency-Key</c> (draft-ietf-httpapi-idempotency-key-header) on uploads. The fingerprint of a request is made of its files
/// (name, visibility, bytes), not of the body: the boundary of a form differs each time it is sent.
/// </summary>
internal sealed class IdempotentUploads(IIdempotencyStore keys, TimeProvider time, ILogger<IdempotentUploads> log)
{
    /// <summary>How long answers are kept.</summary>
    private static readonly TimeSpan Lifetime = TimeSpan.FromHours(24);

    /// <summary>How long a key is held for a server that died. A slow upload may outlive it: done twice, it is still one image.</summary>
    private static readonly TimeSpan ClaimTime = TimeSpan.FromMinutes(2);

    /// <summary>Runs an upload, or answers as the first with its key was answered.</summary>
    /// <param name="http">The request.</param>
    /// <param name="owner">Who sends it.</param>
    /// <param name="uploads">Takes in the files.</param>
    /// <param name="run">Reads the request and hands its files to what it is given.</param>
    /// <param name="cancellationToken">Ends it.</param>
    public Task<IResult> RunAsync(HttpContext http, Id owner, IUploads uploads, Func<IUploads, Task<IResult>> run, CancellationToken cancellationToken)
    {
        var recorder = new Recorder(uploads);
        return RunAsync(http, owner, () => run(recorder), recorder.Fingerprint, ReadAsync, cancellationToken);

        async Task<string> ReadAsync()
        {
            var reader = new Reader();
            await run(reader);
            http.Response.Headers.Remove("Location");
            return reader.Fingerprint();
        }
    }

    /// <summary>Runs a request that is told from others by a text, or answers as the first with its key was answered.</summary>
    public Task<IResult> RunAsync(HttpContext http, Id owner, string request, Func<Task<IResult>> run, CancellationToken cancellationToken)
    {
        var fingerprint = Hash(request);
        return RunAsync(http, owner, run, () => fingerprint, () => Task.FromResult(fingerprint), cancellationToken);
    }

    /// <param name="http">The request.</param>
    /// <param name="owner">Who sends it.</param>
    /// <param name="run">Carries it out.</param>
    /// <param name="done">What was carried out.</param>
    /// <param name="read">What is asked for, without carrying it out.</param>
    /// <param name="cancellationToken">Ends it.</param>
    private async Task<IResult> RunAsync(
        HttpContext http, Id owner, Func<Task<IResult>> run, Func<string> done, Func<Task<string>> read, CancellationToken cancellationToken)
    {
        if (IdempotencyKey.Fault(http.Request, out var key) is { } fault) return fault;
        if (key is null) return await run();
        var now = time.GetUtcNow();
        var claim = await keys.ClaimAsync(owner, key, now, now + ClaimTime, cancellationToken);
        switch (claim.Outcome)
        {
            case KeyOutcome.InProgress:
                http.Response.Headers.RetryAfter = "1";
                return Problems.KeyInProgress.Result("Wait for its answer, or send this again.");
            case KeyOutcome.Answered:
                return await read() == claim.Answer!.Fingerprint ? Replay(http, claim.Answer) : Problems.KeyReused.Result("Take another key for another request.");
            default:
                return await FirstAsync(http, owner, key, claim.Claim, run, done);
        }
    }

    private async Task<IResult> FirstAsync(HttpContext http, Id owner, string key, Guid claim, Func<Task<IResult>> run, Func<string> done)
    {
        IResult? result = null;
        try
        {
            return result = await run();
        }
        finally
        {
            // Not cancelled with the request. What was refused, wholly or in part, may be sent again under the same key.
            if (result is IStatusCodeHttpResult { StatusCode: StatusCodes.Status200OK or StatusCodes.Status201Created or StatusCodes.Status202Accepted } and IValueHttpResult { Value: { } value })
            {
                var answer = new KeptAnswer(
                    done(),
                    ((IStatusCodeHttpResult)result).StatusCode!.Value,
                    (string?)http.Response.Headers.Location,
                    JsonSerializer.Serialize(value, value.GetType(), ImagesJson.Default));
                await QuietlyAsync(() => keys.KeepAsync(owner, key, claim, answer, time.GetUtcNow() + Lifetime, CancellationToken.None), key);
            }
            else
            {
                await QuietlyAsync(() => keys.FreeAsync(owner, key, claim, CancellationToken.None), key);
            }
        }
    }

    private static IResult Replay(HttpContext http, KeptAnswer answer)
    {
        if (answer.Location is not null) http.Response.Headers.Location = answer.Location;
        return TypedResults.Text(answer.Body, "application/json; charset=utf-8", statusCode: answer.Status);
    }

    /// <summary>The files are taken in already, and that is what counts.</summary>
    private async Task QuietlyAsync(Func<Task> work, string key)
    {
        try
        {
            await work();
        }
        catch (Exception e) when (e is UnavailableException or StorageFullException)
        {
            log.LogWarning(e, "The answer to the request with the idempotency key {Key} could not be kept; sent again, it will be carried out again.", key);
        }
    }

    private static string Hash(string text) => Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(text)));

    private abstract class Fingerprinting : IUploads
    {
        private readonly StringBuilder _files = new();

        public abstract Task<ImageRecord> ReceiveAsync(Id owner, string? fileName, Visibility visibility, Stream body, long? length, CancellationToken cancellationToken);

        public string Fingerprint() => Hash(_files.ToString());

        protected void Note(string? fileName, Visibility visibility, string sha256) => _files.Append(visibility).Append(' ').Append(sha256).Append(' ').Append(fileName).Append('\n');
    }

    /// <summary>Takes files in, and notes which.</summary>
    private sealed class Recorder(IUploads uploads) : Fingerprinting
    {
        public override async Task<ImageRecord> ReceiveAsync(Id owner, string? fileName, Visibility visibility, Stream body, long? length, CancellationToken cancellationToken)
        {
            var image = await uploads.ReceiveAsync(owner, fileName, visibility, body, length, cancellationToken);
            Note(fileName, visibility, image.Sha256);
            return image;
        }
    }

    /// <summary>Reads files, and takes none in.</summary>
    private sealed class Reader : Fingerprinting
    {
        public override async Task<ImageRecord> ReceiveAsync(Id owner, string? fileName, Visibility visibility, Stream body, long? length, CancellationToken cancellationToken)
        {
            var sha256 = Convert.ToHexStringLower(await SHA256.HashDataAsync(body, cancellationToken));
            Note(fileName, visibility, sha256);
            // What the first request was answered is told; this only lets the reading go on.
            return new ImageRecord
            {
                Id = default,
                OwnerId = owner,
                Visibility = visibility,
                Status = ImageStatus.Processing,
                FileName = "",
                ContentType = "",
                Bytes = 0,
                Sha256 = sha256,
                Width = 0,
                Height = 0,
                ContentHash = "",
                CreatedAt = default,
                UpdatedAt = default,
            };
        }
    }
}
