namespace PixelCraft.Images.Resumable;

/// <summary>Removes resumable uploads that were refused or given up, or whose time is up.</summary>
internal sealed class UploadRemoval(IResumableUploads uploads, UploadParts parts, IQuotaLedger ledger)
{
    /// <summary>Removes an upload and everything of it but its image; begun again, it goes on.</summary>
    public async Task RemoveAsync(ResumableUpload upload, CancellationToken cancellationToken)
    {
        await parts.DeleteAsync(upload.Id, cancellationToken);
        await ledger.ReleaseAsync(upload.Id, cancellationToken);
        await uploads.RemoveAsync(upload.Id, cancellationToken);
    }
}
