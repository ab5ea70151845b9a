using PixelCraft.Images.Contracts;
using PixelCraft.Storage;

namespace PixelCraft.Images.Resumable;

/// <summary>Removes uploads of several requests that were refused or given up, or whose time is up.</summary>
/// <param name="uploads">Their records.</param>
/// <param name="parts">Their bytes, by tus.</param>
/// <param name="ledger">The room reserved for them.</param>
/// <param name="direct">Their bytes, put into the store by clients; null where it can't take those.</param>
internal sealed class UploadRemoval(IResumableUploads uploads, UploadParts parts, IQuotaLedger ledger, IDirectUploads? direct = null)
{
    /// <summary>Removes an upload and everything of it but its image; begun again, it goes on.</summary>
    public async Task RemoveAsync(ResumableUpload upload, CancellationToken cancellationToken)
    {
        if (upload.StoreUpload is null) await parts.DeleteAsync(upload.Id, cancellationToken);
        else if (direct is not null) await direct.AbortAsync(ObjectKeys.Original(upload.Id), upload.StoreUpload, cancellationToken);
        await ledger.ReleaseAsync(upload.Id, cancellationToken);
        await uploads.RemoveAsync(upload.Id, cancellationToken);
    }
}
