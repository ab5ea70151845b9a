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
/// Takes in a file: room in the quota, bytes to the object store, then the record, then the job. Each step needs the one
/// before, and what is acknowledged is in the catalogue; a sweep finds a record whose job was not queued, and an object
/// whose record was not committed.
/// </summary>
internal sealed class Uploader(
    IObjectStore store,
    ICatalogue catalogue,
    ImageRecords records,
    IQuotaLedger ledger,
    IJobQueue queue,
    IMemberDirectory members,
    IdGenerator ids,
    TimeProvider time,
    HeicSupport heic,
    IOptions<UploadOptions> options,
    IOptions<EngineOptions> engine,
    ILogger<Uploader> log) : IUploads
{
    private readonly UploadStream.Limits _limits = new(options.Value.MaxBytes, engine.Value.Limits());

    public async Task<ImageRecord> ReceiveAsync(
        Id owner, string? fileName, Visibility visibility, Stream body, long? length, CancellationToken cancellationToken)
    {
        if (length > _limits.MaxBytes) throw UploadStream.TooLarge(_limits.MaxBytes);
        var id = ids.For(owner);
        var quota = new QuotaGuard(ledger, id, owner, await members.QuotaAsync(owner, cancellationToken), time);
        try
        {
            if (length is { } known) await quota.ReserveAsync(known, cancellationToken);
            return await TakeAsync(id, owner, fileName, visibility, body, quota, cancellationToken);
        }
        finally
        {
            await ReleaseQuietlyAsync(quota, id);
        }
    }

    /// <summary>Takes in the bytes under this id, in which <paramref name="quota"/> reserves.</summary>
    /// <returns>The record: of this id, or the one that the owner has of the same bytes.</returns>
    internal async Task<ImageRecord> TakeAsync(
        Id id, Id owner, string? fileName, Visibility visibility, Stream body, QuotaGuard quota, CancellationToken cancellationToken)
    {
        using var stream = new UploadStream(body, _limits, quota, heic);
        // The media type is known only as the bytes pass; nobody reads it from the store.
        await store.PutAsync(ObjectKeys.Original(id), stream, "application/octet-stream", cancellationToken);
        return await RecordAsync(id, owner, fileName, visibility, stream, quota, cancellationToken);
    }

    /// <summary>Takes in the bytes that are in the store under this id already: reads them through and judges them as it does those that come.</summary>
    /// <param name="upload">As what they were announced.</param>
    /// <param name="quota">In which room for them is reserved.</param>
    /// <param name="cancellationToken">Ends the call.</param>
    /// <returns>As <see cref="TakeAsync"/>.</returns>
    /// <exception cref="UploadRefusedException">They are not taken, or not what was announced; they are there still.</exception>
    internal async Task<ImageRecord> TakeStoredAsync(ResumableUpload upload, QuotaGuard quota, CancellationToken cancellationToken)
    {
        await using var reader = await store.OpenAsync(ObjectKeys.Original(upload.Id), null, cancellationToken) ?? throw new UnavailableException("object store");
        if (reader.Info.Length != upload.Length) throw new UploadRefusedException(Problems.NotAsAnnounced, $"It has {reader.Info.Length} bytes, and not {upload.Length}.");
        using var stream = new UploadStream(reader.Content, _limits, quota, heic);
        await stream.CopyToAsync(Stream.Null, cancellationToken);
        if (upload.ContentType is { } type && type != stream.Header.Format.ContentType())
            throw new UploadRefusedException(Problems.NotAsAnnounced, $"It is {stream.Header.Format.ContentType()}, and not {type}.");
        if (upload.Sha256 is { } sha256 && sha256 != stream.Sha256()) throw new UploadRefusedException(Problems.NotAsAnnounced, "Its SHA-256 is another one.");
        return await RecordAsync(upload.Id, upload.OwnerId, upload.FileName, upload.Visibility, stream, quota, cancellationToken);
    }

    private async Task<ImageRecord> RecordAsync(
        Id id, Id owner, string? fileName, Visibility visibility, UploadStream stream, QuotaGuard quota, CancellationToken cancellationToken)
    {
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
        while (true)
        {
            if (await AddAsync(image, cancellationToken) is not { } existing)
            {
                quota.Consumed();
                await QueueAsync(image);
                return image;
            }
            // Null: it was removed for good in the meantime, so that this copy is the first again.
            if (await AgainAsync(existing, id, cancellationToken) is not { } there) continue;
            await DeleteQuietlyAsync(id);
            return there;
        }
    }

    /// <summary>Adds the record; the one that the owner has of these bytes where there is one.</summary>
    private async Task<ImageRecord?> AddAsync(ImageRecord image, CancellationToken cancellationToken)
    {
        try
        {
            return (await catalogue.AddAsync(image, cancellationToken)).Existing;
        }
        catch (StorageFullException)
        {
            // Certain that there is no record. After an outage it isn't: the object stays, for the sweep to judge.
            await DeleteQuietlyAsync(image.Id);
            throw;
        }
    }

    /// <summary>The same bytes came again, under <paramref name="copy"/>: what was in the trash or had failed gets another chance.</summary>
    private async Task<ImageRecord?> AgainAsync(ImageRecord existing, Id copy, CancellationToken cancellationToken)
    {
        if (await store.FindAsync(ObjectKeys.Original(existing.Id), cancellationToken) is null)
        {
            await using var bytes = await store.OpenAsync(ObjectKeys.Original(copy), null, cancellationToken)
                ?? throw new UnavailableException("object store");
            await store.PutAsync(ObjectKeys.Original(existing.Id), bytes.Content, "application/octet-stream", cancellationToken);
        }
        var changed = await records.ChangeAsync(existing.Id, Revive, null, cancellationToken);
        if (changed.Image is { Status: ImageStatus.Processing } processing) await QueueAsync(processing);
        return changed.Image;
    }

    private static ImageRecord Revive(ImageRecord image)
    {
        if (image.TrashedAt is not null) image = image with { TrashedAt = null, ContentHash = ContentHash.New(image.Sha256) };
        return image.Status == ImageStatus.Failed ? image with { Status = ImageStatus.Processing, FailureReason = null } : image;
    }

    private async Task ReleaseQuietlyAsync(QuotaGuard quota, Id id)
    {
        try
        {
            await quota.ReleaseAsync();
        }
        catch (Exception e) when (e is UnavailableException or StorageFullException)
        {
            log.LogWarning(e, "The room reserved for upload {Image} could not be given back; it ends by itself.", id);
        }
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
            log.LogWarning(e, "The original of image {Image}, which has no record, stays in the object store until the sweep.", id);
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
}
