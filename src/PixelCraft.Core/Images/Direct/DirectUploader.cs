using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;
using PixelCraft.Accounts.Contracts;
using PixelCraft.Http;
using PixelCraft.Ids;
using PixelCraft.Images.Contracts;
using PixelCraft.Images.Formats;
using PixelCraft.Images.Resumable;
using PixelCraft.Storage;

namespace PixelCraft.Images.Direct;

/// <summary>
/// Uploads whose bytes go from the client to the object store and not through this server. The parts make up the original
/// of the image to be, at its own key; then it is read through and judged as any upload is, and only then gets its record.
/// </summary>
internal sealed class DirectUploader(
    IDirectUploads direct,
    IObjectStore store,
    IResumableUploads uploads,
    UploadRemoval removal,
    Uploader uploader,
    ICatalogue catalogue,
    IQuotaLedger ledger,
    IMemberDirectory members,
    IdGenerator ids,
    TimeProvider time,
    IOptions<UploadOptions> options,
    ILogger<DirectUploader> log)
{
    /// <summary>Of an upload; the last one may be smaller. S3 wants 5 MiB at least.</summary>
    internal const long LeastPartBytes = 8 * 1024 * 1024;

    private const int MaxParts = 100;

    /// <summary>Signatures hold for 7 days at most; whoever has a URL can use it.</summary>
    private static readonly TimeSpan MaxTime = TimeSpan.FromDays(1);

    /// <summary>Media types that are taken in.</summary>
    private static readonly string[] ContentTypes = [.. Enum.GetValues<ImageFormat>().Select(format => format.ContentType())];

    /// <summary>Begins an upload and reserves room for it.</summary>
    /// <exception cref="UploadRefusedException">It is too large, of no type that is taken, or the quota has no room for it.</exception>
    public async Task<DirectUploadView> BeginAsync(Id owner, DirectUploadRequest request, Visibility visibility, CancellationToken cancellationToken)
    {
        if (request.Bytes <= 0) throw new UploadRefusedException(Problems.NoFile, "The file is empty.");
        if (request.Bytes > options.Value.MaxBytes) throw UploadStream.TooLarge(options.Value.MaxBytes);
        if (request.ContentType is { } type && !ContentTypes.Contains(type))
            throw new UploadRefusedException(Problems.UnsupportedFormat, $"contentType: one of {string.Join(", ", ContentTypes)}, or none.");
        var now = time.GetUtcNow();
        var (id, expires) = (ids.For(owner), now + (options.Value.ResumeTime < MaxTime ? options.Value.ResumeTime : MaxTime));
        var quota = await members.QuotaAsync(owner, cancellationToken);
        await new QuotaGuard(ledger, id, owner, quota, time, until: expires + QuotaGuard.Grace).ReserveAsync(request.Bytes, cancellationToken);
        string? name = null;
        try
        {
            name = await direct.BeginAsync(ObjectKeys.Original(id), "application/octet-stream", cancellationToken);
            await uploads.AddAsync(
                new ResumableUpload
                {
                    Id = id,
                    OwnerId = owner,
                    Length = request.Bytes,
                    FileName = request.FileName is null ? null : Uploader.CleanFileName(request.FileName),
                    Visibility = visibility,
                    StoreUpload = name,
                    ContentType = request.ContentType,
                    Sha256 = request.Sha256,
                    ExpiresAt = expires,
                },
                cancellationToken);
        }
        catch
        {
            await GiveUpQuietlyAsync(id, name);
            throw;
        }
        var parts = Parts(request.Bytes).Select((bytes, i) => new DirectPartView(i + 1, bytes, direct.PartUrl(ObjectKeys.Original(id), name, i + 1, bytes, expires)));
        return new DirectUploadView(id, expires, PartBytes(request.Bytes), [.. parts]);
    }

    /// <summary>Takes the file in, of the parts with these ETags in their order; done once, it answers the same again.</summary>
    /// <exception cref="UploadRefusedException">It is not taken, or not what was announced: the upload is gone. Or these are not its parts: it stays.</exception>
    public async Task<(ResumeOutcome Outcome, ImageRecord? Image)> CompleteAsync(Id owner, Id id, IReadOnlyList<string> etags, CancellationToken cancellationToken)
    {
        if (await OwnAsync(owner, id, cancellationToken) is null) return (ResumeOutcome.NotFound, null);
        await using var held = await UploadLock.TryTakeAsync(uploads, id, time, log, cancellationToken);
        if (held is null) return (ResumeOutcome.Locked, null);
        if (await OwnAsync(owner, id, cancellationToken) is not { } upload) return (ResumeOutcome.NotFound, null);
        // Its record may be there though this doesn't say so: the server that took it in died before it could.
        if (await catalogue.FindAsync(upload.ImageId ?? id, cancellationToken) is { } done) return (ResumeOutcome.Done, Finish(held, upload, done));
        if (upload.ImageId is not null) return (ResumeOutcome.NotFound, null);
        if (upload.ExpiresAt <= time.GetUtcNow()) return (ResumeOutcome.Expired, null);
        var count = Parts(upload.Length!.Value).Count;
        if (etags.Count != count) throw new UploadRefusedException(Problems.WrongParts, $"There are {count}, each once.");

        // Not cancelled with the request: the bytes are all there.
        var key = ObjectKeys.Original(id);
        if (await store.FindAsync(key, held.Lost) is null)
        {
            switch (await direct.CompleteAsync(key, upload.StoreUpload!, etags, held.Lost))
            {
                case DirectOutcome.WrongParts:
                    throw new UploadRefusedException(Problems.WrongParts, "One is missing, or has another ETag.");
                case DirectOutcome.NotFound:
                    await removal.RemoveAsync(upload, held.Lost);
                    return (ResumeOutcome.Expired, null);
            }
        }
        try
        {
            var quota = new QuotaGuard(ledger, id, owner, await members.QuotaAsync(owner, held.Lost), time, upload.Length);
            var image = await uploader.TakeStoredAsync(upload, quota, held.Lost);
            // Of the same bytes as one that was there, it takes no room.
            if (image.Id != id) await ledger.ReleaseAsync(id, held.Lost);
            return (ResumeOutcome.Done, Finish(held, upload, image));
        }
        catch (UploadRefusedException)
        {
            await store.DeleteAsync(key, held.Lost);
            await removal.RemoveAsync(upload, held.Lost);
            throw;
        }
    }

    /// <summary>Ends an upload and removes what came of it; the image of a completed one stays.</summary>
    public async Task<ResumeOutcome> AbortAsync(Id owner, Id id, CancellationToken cancellationToken)
    {
        if (await OwnAsync(owner, id, cancellationToken) is not { } upload) return ResumeOutcome.NotFound;
        await using var held = await UploadLock.TryTakeAsync(uploads, id, time, log, cancellationToken);
        if (held is null) return ResumeOutcome.Locked;
        await removal.RemoveAsync(upload, cancellationToken);
        return ResumeOutcome.Done;
    }

    private async Task<ResumableUpload?> OwnAsync(Id owner, Id id, CancellationToken cancellationToken) =>
        await uploads.FindAsync(id, cancellationToken) is { StoreUpload: not null } upload && upload.OwnerId == owner ? upload : null;

    private static ImageRecord Finish(UploadLock held, ResumableUpload upload, ImageRecord image)
    {
        held.Progress = new UploadProgress(upload.Length, upload.Length!.Value, image.Id);
        return image;
    }

    /// <summary>What can't be undone ends by itself: the reservation with its time, the store's upload by the bucket's rule.</summary>
    private async Task GiveUpQuietlyAsync(Id id, string? name)
    {
        try
        {
            if (name is not null) await direct.AbortAsync(ObjectKeys.Original(id), name, CancellationToken.None);
            await ledger.ReleaseAsync(id, CancellationToken.None);
        }
        catch (Exception e) when (e is UnavailableException or StorageFullException)
        {
            log.LogWarning(e, "What was begun for the direct upload {Upload} could not be undone.", id);
        }
    }

    private static long PartBytes(long bytes) => Math.Max(LeastPartBytes, (bytes + MaxParts - 1) / MaxParts);

    /// <summary>The bytes of each part of a file.</summary>
    internal static IReadOnlyList<long> Parts(long bytes)
    {
        var parts = new List<long>();
        for (; bytes > 0; bytes -= parts[^1]) parts.Add(Math.Min(bytes, parts.Count > 0 ? parts[0] : PartBytes(bytes)));
        return parts;
    }
}
