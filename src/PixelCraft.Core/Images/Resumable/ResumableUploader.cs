using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;
using PixelCraft.Accounts.Contracts;
using PixelCraft.Http;
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
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(3);

    /// <summary>Begins an upload, and reserves room for it as soon as its length is known.</summary>
    /// <param name="owner">Who uploads.</param>
    /// <param name="length">How many bytes there will be; null when that isn't known yet, and for one made of others.</param>
    /// <param name="metadata">What the client says of the file.</param>
    /// <param name="concatenation">Whether it is a part of another, or made of such.</param>
    /// <param name="cancellationToken">Ends the call.</param>
    /// <exception cref="UploadRefusedException">It is too large, the quota has no room for it, or the uploads that it is made of can't be used.</exception>
    public async Task<ResumableUpload> CreateAsync(
        Id owner, long? length, UploadMetadata metadata, Concatenation concatenation, CancellationToken cancellationToken)
    {
        var parts = concatenation.IsFinal ? await LengthOfAsync(owner, concatenation.Parts, cancellationToken) : 0;
        if (concatenation.IsFinal) length = parts;
        if (length > options.Value.MaxBytes) throw UploadStream.TooLarge(options.Value.MaxBytes);
        var upload = new ResumableUpload
        {
            Id = ids.For(owner),
            OwnerId = owner,
            Length = length,
            Offset = parts,
            FileName = metadata.FileName is { } name ? Uploader.CleanFileName(name) : null,
            Visibility = metadata.Visibility,
            Metadata = metadata.Text,
            Concatenation = concatenation.Text,
            ExpiresAt = time.GetUtcNow() + options.Value.ResumeTime,
        };
        // The parts have the same bytes reserved, which are let go of with them: they don't count twice.
        if (length is { } known) await ReserveAsync(upload, known, parts, cancellationToken);
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
        return await WriteAsync(upload, null, cancellationToken);
    }

    /// <summary>Appends bytes, and finishes the upload with the last of them.</summary>
    /// <exception cref="UploadRefusedException">The bytes or the file are not taken; in the second case the upload is gone.</exception>
    public async Task<ResumeResult> AppendAsync(Id owner, Id id, UploadPiece piece, CancellationToken cancellationToken)
    {
        if (await OwnAsync(owner, id, cancellationToken) is not { } upload) return ResumeResult.Of(ResumeOutcome.NotFound);
        if (Concatenation.Of(upload).IsFinal) return ResumeResult.Of(ResumeOutcome.Final);
        if (upload.ImageId is not null) return Finished(upload, piece);
        return upload.ExpiresAt <= time.GetUtcNow() ? ResumeResult.Of(ResumeOutcome.Expired) : await WriteAsync(upload, piece, cancellationToken);
    }

    /// <summary>Ends an upload and removes what came of it; the image of a finished one stays.</summary>
    public async Task<ResumeResult> TerminateAsync(Id owner, Id id, CancellationToken cancellationToken)
    {
        if (await OwnAsync(owner, id, cancellationToken) is not { } upload) return ResumeResult.Of(ResumeOutcome.NotFound);
        await using var held = await UploadLock.TryTakeAsync(uploads, id, time, log, cancellationToken);
        if (held is null) return ResumeResult.Of(ResumeOutcome.Locked);
        await removal.RemoveAsync(upload, cancellationToken);
        return new ResumeResult(ResumeOutcome.Done, upload);
    }

    private async Task<ResumableUpload?> OwnAsync(Id owner, Id id, CancellationToken cancellationToken) =>
        await uploads.FindAsync(id, cancellationToken) is { StoreUpload: null } upload && upload.OwnerId == owner ? upload : null;

    /// <summary>Appends and finishes, under the lock; without a <paramref name="piece"/> it only looks and finishes.</summary>
    private async Task<ResumeResult> WriteAsync(ResumableUpload upload, UploadPiece? piece, CancellationToken cancellationToken)
    {
        await using var held = await TakeLockAsync(upload.Id, piece is null ? Patience : TimeSpan.Zero, cancellationToken);
        if (held is null) return ResumeResult.Of(ResumeOutcome.Locked);
        // From here on not cancelled with the request: what the client sent before it went is kept, and reading on throws by itself.
        var lost = held.Lost;
        // Another server may have written between the look and the lock.
        if (await OwnAsync(upload.OwnerId, upload.Id, lost) is not { } now) return ResumeResult.Of(ResumeOutcome.NotFound);
        if (now.ImageId is not null) return Finished(now, piece);
        now = now with { Offset = await parts.FindEndAsync(upload.Id, now.Offset, lost) };
        Note();
        if (piece is not null)
        {
            if (piece.Offset != now.Offset) return new ResumeResult(ResumeOutcome.OffsetConflict, now);
            if (piece.UploadLength is { } length && length != now.Length)
            {
                if (now.Length is not null || length < now.Offset) return new ResumeResult(ResumeOutcome.LengthConflict, now);
                if (length > options.Value.MaxBytes) throw UploadStream.TooLarge(options.Value.MaxBytes);
                await ReserveAsync(now, length, 0, lost);
                now = now with { Length = length };
                Note();
                if (!await held.SaveAsync(lost)) return ResumeResult.Of(ResumeOutcome.Locked);
            }
            var left = (now.Length ?? options.Value.MaxBytes) - now.Offset;
            if (piece.Count > left) return new ResumeResult(ResumeOutcome.TooLarge, now);
            if (left > 0)
            {
                await using var content = await ContentAsync(now, piece, left, lost);
                await parts.AppendAsync(upload.Id, now.Offset, content, piece.Checksum is not null, Appended, lost);
            }
        }
        if (now.Length is null || now.Offset < now.Length || Concatenation.Of(now).IsPartial) return new ResumeResult(ResumeOutcome.Done, now);
        now = now with { ImageId = await FinishAsync(now, held, lost) };
        Note();
        return new ResumeResult(ResumeOutcome.Done, now);

        void Appended(long end)
        {
            now = now with { Offset = end };
            Note();
        }

        void Note() => held.Progress = new UploadProgress(now.Length, now.Offset, now.ImageId);
    }

    private static ResumeResult Finished(ResumableUpload upload, UploadPiece? piece) => new(
        piece switch
        {
            not null when piece.Offset != upload.Length => ResumeOutcome.OffsetConflict,
            not null when piece.UploadLength is { } length && length != upload.Length => ResumeOutcome.LengthConflict,
            { Count: > 0 } => ResumeOutcome.TooLarge,
            _ => ResumeOutcome.Done,
        },
        upload with { Offset = upload.Length!.Value });

    private async Task<Stream> ContentAsync(ResumableUpload upload, UploadPiece piece, long left, CancellationToken cancellationToken)
    {
        Stream content = new LimitedStream(piece.Body, left);
        if (upload.Length is null)
            content = new QuotaStream(content, upload.Offset, new QuotaGuard(ledger, upload.Id, upload.OwnerId, await members.QuotaAsync(upload.OwnerId, cancellationToken), time, null, upload.ExpiresAt + QuotaGuard.Grace));
        return piece.Checksum is { } checksum ? new ChecksumStream(content, checksum) : content;
    }

    /// <summary>Reserves room for the whole upload; <paramref name="counted"/> of its bytes are reserved elsewhere.</summary>
    private async Task ReserveAsync(ResumableUpload upload, long length, long counted, CancellationToken cancellationToken)
    {
        var quota = await members.QuotaAsync(upload.OwnerId, cancellationToken);
        await new QuotaGuard(ledger, upload.Id, upload.OwnerId, quota + counted, time, until: upload.ExpiresAt + QuotaGuard.Grace).ReserveAsync(length, cancellationToken);
    }

    /// <summary>How many bytes partial uploads have together.</summary>
    private async Task<long> LengthOfAsync(Id owner, IReadOnlyList<Id> partials, CancellationToken cancellationToken)
    {
        long length = 0;
        foreach (var id in partials)
        {
            if (await OwnAsync(owner, id, cancellationToken) is not { } partial || partial.ExpiresAt <= time.GetUtcNow() || !Concatenation.Of(partial).IsPartial)
                throw new UploadRefusedException(Problems.NotPartial, $"{id} is none.");
            if (partial.Length is not { } whole || await parts.FindEndAsync(id, partial.Offset, cancellationToken) < whole)
                throw new UploadRefusedException(Problems.NotPartial, $"{id} does not have all its bytes yet.");
            length += whole;
        }
        return length;
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
                await using var bytes = await OpenAsync(upload, cancellationToken);
                image = await uploader.TakeAsync(upload.Id, upload.OwnerId, upload.FileName, upload.Visibility, bytes, quota, cancellationToken);
            }
        }
        catch (UploadRefusedException)
        {
            await removal.RemoveAsync(upload, cancellationToken);
            throw;
        }
        catch (EndOfStreamException)
        {
            if (Concatenation.Of(upload).IsFinal)
            {
                await removal.RemoveAsync(upload, cancellationToken);
                throw new UploadRefusedException(Problems.NotPartial, "One of them is gone.");
            }
            // A part is gone that was there: the client goes on from what is left.
            held.Progress = new UploadProgress(upload.Length, await parts.FindEndAsync(upload.Id, 0, cancellationToken), null);
            throw;
        }
        await CleanUpAsync(upload);
        return image.Id;
    }

    /// <summary>All bytes of an upload, its own or those of its parts.</summary>
    private async Task<Stream> OpenAsync(ResumableUpload upload, CancellationToken cancellationToken)
    {
        if (Concatenation.Of(upload).Parts is not { Count: > 0 } partials) return parts.Open(upload.Id, upload.Length!.Value);
        var streams = new List<Stream>();
        foreach (var id in partials)
        {
            if (await OwnAsync(upload.OwnerId, id, cancellationToken) is not { } partial) throw new UploadRefusedException(Problems.NotPartial, $"{id} is gone.");
            streams.Add(parts.Open(id, partial.Length!.Value));
        }
        return new ConcatenatedStream(streams);
    }

    /// <summary>The image is there, and that is what counts: what stays is removed with the upload when its time is up.</summary>
    private async Task CleanUpAsync(ResumableUpload upload)
    {
        try
        {
            await parts.DeleteAsync(upload.Id, CancellationToken.None);
            await ledger.ReleaseAsync(upload.Id, CancellationToken.None);
            foreach (var id in Concatenation.Of(upload).Parts)
                if (await uploads.FindAsync(id, CancellationToken.None) is { } partial) await removal.RemoveAsync(partial, CancellationToken.None);
        }
        catch (Exception e) when (e is UnavailableException or StorageFullException)
        {
            log.LogWarning(e, "The parts of the finished upload {Upload} could not be removed; the sweep will.", upload.Id);
        }
    }
}

/// <summary>What one request brings.</summary>
/// <param name="Offset">Where the client takes the upload to be.</param>
/// <param name="Body">The bytes. Should reading them throw, those before it stay.</param>
/// <param name="Count">How many there are; null when that isn't known.</param>
/// <param name="Checksum">What they must hash to, or none of them stays; null when nothing was said.</param>
/// <param name="UploadLength">How many bytes the whole upload will have, if the client says so now.</param>
internal sealed record UploadPiece(long Offset, Stream Body, long? Count, Checksum? Checksum, long? UploadLength);

/// <summary>What became of a request about an upload.</summary>
/// <param name="Outcome">Which.</param>
/// <param name="Upload">As it is now; null when it is not there, expired or locked.</param>
internal readonly record struct ResumeResult(ResumeOutcome Outcome, ResumableUpload? Upload)
{
    public static ResumeResult Of(ResumeOutcome outcome) => new(outcome, null);
}
