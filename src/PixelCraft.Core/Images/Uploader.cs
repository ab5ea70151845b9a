using System.Globalization;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;
using PixelCraft.Accounts.Contracts;
using PixelCraft.Http;
using PixelCraft.Ids;
using PixelCraft.Images.Contracts;
using PixelCraft.Images.Engine;
using PixelCraft.Images.Formats;
using PixelCraft.Jobs;
using PixelCraft.Storage;

namespace PixelCraft.Images;

/// <summary>
/// Takes in a file: bytes to the object store, then the record, then the job. Each step needs the one before, and what
/// is acknowledged is in the catalogue; a sweep finds a record whose job was not queued.
/// </summary>
internal sealed class Uploader(
    IObjectStore store,
    ICatalogue catalogue,
    IJobQueue queue,
    IMemberDirectory members,
    IdGenerator ids,
    TimeProvider time,
    IOptions<UploadOptions> options,
    IOptions<EngineOptions> engine,
    ILogger<Uploader> log) : IUploads
{
    public async Task<ImageRecord> ReceiveAsync(
        Id owner, string? fileName, Visibility visibility, Stream body, CancellationToken cancellationToken)
    {
        var id = ids.For(owner);
        using var stream = new UploadStream(body, await LimitsAsync(owner, cancellationToken));
        // The media type is known only as the bytes pass; nobody reads it from the store.
        await store.PutAsync(ObjectKeys.Original(id), stream, "application/octet-stream", cancellationToken);

        var now = time.GetUtcNow();
        var sha256 = stream.Sha256();
        var header = stream.Header;
        var image = new ImageRecord
        {
            Id = id,
            OwnerId = owner,
            FileName = CleanFileName(fileName),
            Visibility = visibility,
            Status = ImageStatus.Processing,
            ContentType = header.Format.ContentType(),
            Bytes = stream.Count,
            Sha256 = sha256,
            Width = header.Width,
            Height = header.Height,
            ContentHash = ContentHash.New(sha256),
            CreatedAt = now,
            UpdatedAt = now,
        };
        try
        {
            await catalogue.AddAsync(image, cancellationToken);
        }
        catch
        {
            // Nothing points at the object; if this fails too, an object without record stays, which nobody can see.
            await DeleteQuietlyAsync(id);
            throw;
        }
        await QueueAsync(image);
        return image;
    }

    private async Task<UploadStream.Limits> LimitsAsync(Id owner, CancellationToken cancellationToken)
    {
        var limits = options.Value;
        if (await members.QuotaAsync(owner, cancellationToken) is { } quota)
        {
            var left = quota - await catalogue.BytesOwnedAsync(owner, cancellationToken);
            if (left < limits.MaxBytes)
                return new UploadStream.Limits(Math.Max(0, left), engine.Value.Limits(), Problems.QuotaExceeded, "Empty your trash or remove images that you don't need, or ask an administrator for more room.");
        }
        return new UploadStream.Limits(limits.MaxBytes, engine.Value.Limits(), Problems.TooLarge, $"A file may have {Megabytes(limits.MaxBytes)} MB at most.");
    }

    private async Task QueueAsync(ImageRecord image)
    {
        try
        {
            // Not cancelled with the request: the record is committed.
            await queue.EnqueueAsync(RenderImage.JobFor(image.Id), TimeSpan.Zero, CancellationToken.None);
        }
        catch (UnavailableException e)
        {
            log.LogWarning(e, "Image {Image} is stored but not queued; the sweep will queue it.", image.Id);
        }
    }

    private async Task DeleteQuietlyAsync(Id id)
    {
        try
        {
            await store.DeleteAsync(ObjectKeys.Original(id), CancellationToken.None);
        }
        catch (UnavailableException e)
        {
            log.LogWarning(e, "The original of image {Image}, which was not recorded, stays in the object store.", id);
        }
    }

    /// <summary>The last part of a path, without control characters, at most 255 characters; never empty.</summary>
    internal static string CleanFileName(string? name)
    {
        var last = (name ?? "").Split('/', '\\')[^1];
        var clean = new string([.. last.Where(c => !char.IsControl(c) && !char.IsSurrogate(c) && CharUnicodeInfo.GetUnicodeCategory(c) != UnicodeCategory.Format)]).Trim();
        if (clean is "" or "." or "..") return "image";
        return clean.Length <= 255 ? clean : clean[..255];
    }

    private static string Megabytes(long bytes) => (bytes / 1_000_000d).ToString("0.#", CultureInfo.InvariantCulture);
}
