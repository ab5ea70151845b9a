using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;
using PixelCraft.Accounts.Contracts;
using PixelCraft.Ids;
using PixelCraft.Images.Contracts;

namespace PixelCraft.Images.Resumable;

/// <summary>
/// Uploads that can be interrupted. The bytes gather as parts in the object store; the request that brings the last one,
/// or the next one after it that asks, has them taken in as any upload is. When that is done and not before, an upload is finished.
/// </summary>
internal sealed class ResumableUploader(
    IResumableUploads uploads,
    UploadParts parts,
    UploadRemoval removal,
    Uploader uploader,
    ICatalogue catalogue,
    IQuotaLedger ledger,
    IMemberDirectory members,
    IdGenerator ids,
    TimeProvider time,
    IOptions<UploadOptions> options,
    ILogger<ResumableUploader> log)
{
    /// <summary>Room in the quota outlives the upload, so that the last bytes of the last minute can be taken in.</summary>
    private static readonly TimeSpan Grace = TimeSpan.FromHours(1);

    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(3);

    /// <summary>Begins an upload and reserves room for it.</summary>
    /// <exception cref="UploadRefusedException">It is too large, or the quota has no room for it.</exception>
    public async Task<ResumableUpload> CreateAsync(Id owner, long length, UploadMetadata metadata, CancellationToken cancellationToken)
    {
        if (length > options.Value.MaxBytes) throw UploadStream.TooLarge(options.Value.MaxBytes);
        var upload = new ResumableUpload
        {
            Id = ids.For(owner),
            OwnerId = owner,
            Length = length,
            FileName = metadata.FileName is { } name ? Uploader.CleanFileName(name) : null,
            Visibility = metadata.Visibility,
            Metadata = metadata.Text,
            ExpiresAt = time.GetUtcNow() + options.Value.ResumeTime,
        };
        if (await members.QuotaAsync(owner, cancellationToken) is { } quota
            && !await ledger.TryReserveAsync(new Reservation(upload.Id, owner, length, upload.ExpiresAt + Grace), quota, cancellationToken))
            throw QuotaGuard.Refusal(length);
        await uploads.AddAsync(upload, cancellationToken);
        return upload;
    }

    /// <summary>
    /// How far an upload is. Waits a little for a request that is writing to it: of one whose client is gone the last bytes are
    /// about to be kept, and a client that is told less sends them again. One whose bytes are all there is finished first.
    /// </summary>
    /// <exception cref="UploadRefusedException">All bytes are there, and are not taken; the upload is gone.</exception>
    public async Task<ResumeResult> FindAsync(Id owner, Id id, CancellationToken cancellationToken)
    {
        if (await OwnAsync(owner, id, cancellationToken) is not { } upload) return ResumeResult.Of(ResumeOutcome.NotFound);
        if (upload.ImageId is not null) return new ResumeResult(ResumeOutcome.Done, upload);
        if (upload.ExpiresAt <= time.GetUtcNow()) return ResumeResult.Of(ResumeOutcome.Expired);
        return await WriteAsync(upload, null, Stream.Null, 0, null, cancellationToken);
    }

    /// <summary>Appends bytes, and finishes the upload with the last of them.</summary>
    /// <param name="owner">Who sends them.</param>
    /// <param name="id">To which upload.</param>
    /// <param name="offset">Where the client takes the upload to be.</param>
    /// <param name="body">The bytes. Should reading them throw, those before it stay.</param>
    /// <param name="length">How many there are; null when that isn't known.</param>
    /// <param name="checksum">What they must hash to, or none of them stays; null when nothing was said.</param>
    /// <param name="reading">Ends the reading of the body: the client is gone.</param>
    /// <exception cref="UploadRefusedException">The file is not taken; the upload is gone.</exception>
    public async Task<ResumeResult> AppendAsync(
        Id owner, Id id, long offset, Stream body, long? length, Checksum? checksum, CancellationToken reading)
    {
        if (await OwnAsync(owner, id, reading) is not { } upload) return ResumeResult.Of(ResumeOutcome.NotFound);
        if (upload.ImageId is not null) return new ResumeResult(offset == upload.Length && length is 0 or null ? ResumeOutcome.Done : ResumeOutcome.OffsetConflict, upload);
        return upload.ExpiresAt <= time.GetUtcNow()
            ? ResumeResult.Of(ResumeOutcome.Expired)
            : await WriteAsync(upload, offset, body, length, checksum, reading);
    }

    /// <summary>Ends an upload and removes what came of it; the image of a finished one stays.</summary>
    public async Task<ResumeResult> TerminateAsync(Id owner, Id id, CancellationToken cancellationToken)
    {
        if (await OwnAsync(owner, id, cancellationToken) is not { } upload) return ResumeResult.Of(ResumeOutcome.NotFound);
        await using var held = await UploadLock.TryTakeAsync(uploads, id, time, log, cancellationToken);
        if (held is null) return ResumeResult.Of(ResumeOutcome.Locked);
        await removal.RemoveAsync(upload.Id, cancellationToken);
        return new ResumeResult(ResumeOutcome.Done, upload);
    }

    private async Task<ResumableUpload?> OwnAsync(Id owner, Id id, CancellationToken cancellationToken) =>
        await uploads.FindAsync(id, cancellationToken) is { } upload && upload.OwnerId == owner ? upload : null;

    /// <summary>Appends and finishes, under the lock; without an <paramref name="offset"/> it only looks and finishes.</summary>
    private async Task<ResumeResult> WriteAsync(ResumableUpload upload, long? offset, Stream body, long? length, Checksum? checksum, CancellationToken reading)
    {
        await using var held = await TakeLockAsync(upload.Id, offset is null ? Patience : TimeSpan.Zero, reading);
        if (held is null) return ResumeResult.Of(ResumeOutcome.Locked);
        // Another server may have written between the look and the lock.
        if (await OwnAsync(upload.OwnerId, upload.Id, reading) is not { } now) return ResumeResult.Of(ResumeOutcome.NotFound);
        (held.Offset, held.Image) = (now.Offset, now.ImageId);
        if (now.ImageId is not null) return new ResumeResult(offset is null || offset == now.Length ? ResumeOutcome.Done : ResumeOutcome.OffsetConflict, now with { Offset = now.Length });
        held.Offset = await parts.FindEndAsync(upload.Id, now.Offset, reading);
        if (offset is not null && offset != held.Offset) return new ResumeResult(ResumeOutcome.OffsetConflict, now with { Offset = held.Offset });
        var left = now.Length - held.Offset;
        if (length > left) return new ResumeResult(ResumeOutcome.TooLarge, now with { Offset = held.Offset });

        if (left > 0 && offset is not null)
        {
            await using var limited = new LimitedStream(body, left);
            await using var content = checksum is null ? (Stream)limited : new ChecksumStream(limited, checksum);
            await parts.AppendAsync(upload.Id, held.Offset, content, checksum is not null, end => held.Offset = end, reading, held.Lost);
        }
        if (held.Offset < now.Length) return new ResumeResult(ResumeOutcome.Done, now with { Offset = held.Offset });
        held.Image = await FinishAsync(now, held, held.Lost);
        return new ResumeResult(ResumeOutcome.Done, now with { Offset = now.Length, ImageId = held.Image });
    }

    private async Task<UploadLock?> TakeLockAsync(Id id, TimeSpan patience, CancellationToken cancellationToken)
    {
        var begun = time.GetTimestamp();
        while (true)
        {
            if (await UploadLock.TryTakeAsync(uploads, id, time, log, cancellationToken) is { } held) return held;
            if (time.GetElapsedTime(begun) >= patience) return null;
            await Task.Delay(TimeSpan.FromMilliseconds(100), time, cancellationToken);
        }
    }

    /// <summary>Takes the bytes in. Not cancelled with the request: they are all here.</summary>
    private async Task<Id> FinishAsync(ResumableUpload upload, UploadLock held, CancellationToken cancellationToken)
    {
        // Its record may be there: the server that took it in died before it could say so.
        var image = await catalogue.FindAsync(upload.Id, cancellationToken);
        try
        {
            if (image is null)
            {
                var quota = new QuotaGuard(ledger, upload.Id, upload.OwnerId, await members.QuotaAsync(upload.OwnerId, cancellationToken), time, upload.Length);
                await using var bytes = parts.Open(upload.Id, upload.Length);
                image = await uploader.TakeAsync(upload.Id, upload.OwnerId, upload.FileName, upload.Visibility, bytes, quota, cancellationToken);
            }
        }
        catch (UploadRefusedException)
        {
            await removal.RemoveAsync(upload.Id, cancellationToken);
            throw;
        }
        catch (EndOfStreamException)
        {
            // A part is gone that was there: the client goes on from what is left.
            held.Offset = await parts.FindEndAsync(upload.Id, 0, cancellationToken);
            throw;
        }
        await CleanUpAsync(upload.Id);
        return image.Id;
    }

    /// <summary>The image is there, and that is what counts: what stays is removed with the upload when its time is up.</summary>
    private async Task CleanUpAsync(Id upload)
    {
        try
        {
            await parts.DeleteAsync(upload, CancellationToken.None);
            await ledger.ReleaseAsync(upload, CancellationToken.None);
        }
        catch (Exception e) when (e is UnavailableException or StorageFullException)
        {
            log.LogWarning(e, "The parts of the finished upload {Upload} could not be removed; the sweep will.", upload);
        }
    }
}

/// <summary>What became of a request about an upload.</summary>
/// <param name="Outcome">Which.</param>
/// <param name="Upload">As it is now; null when it is not there, expired or locked.</param>
internal readonly record struct ResumeResult(ResumeOutcome Outcome, ResumableUpload? Upload)
{
    public static ResumeResult Of(ResumeOutcome outcome) => new(outcome, null);
}

/// <summary>What became of a request about an upload.</summary>
internal enum ResumeOutcome
{
    /// <summary>It was done.</summary>
    Done,

    /// <summary>The caller has no such upload.</summary>
    NotFound,

    /// <summary>Its time is up.</summary>
    Expired,

    /// <summary>Another request is writing to it.</summary>
    Locked,

    /// <summary>It goes on from another byte.</summary>
    OffsetConflict,

    /// <summary>More bytes than there may be.</summary>
    TooLarge,
}
