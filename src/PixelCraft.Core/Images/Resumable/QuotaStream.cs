namespace PixelCraft.Images.Resumable;

/// <summary>Bytes of an upload whose length isn't known yet: room for them is reserved as they come.</summary>
/// <param name="inner">The bytes.</param>
/// <param name="offset">How many the upload has before them.</param>
/// <param name="quota">Reserves, and ends the reading with <see cref="Contracts.UploadRefusedException"/> when there is no room.</param>
internal sealed class QuotaStream(Stream inner, long offset, QuotaGuard quota) : ReadOnlyStream
{
    private long _end = offset;

    public override async ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default)
    {
        var read = await inner.ReadAsync(buffer, cancellationToken);
        _end += read;
        if (read > 0) await quota.PassAsync(_end, cancellationToken);
        return read;
    }
}
