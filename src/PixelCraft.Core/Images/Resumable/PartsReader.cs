using PixelCraft.Ids;
using PixelCraft.Storage;

namespace PixelCraft.Images.Resumable;

/// <summary>Reads the parts of an upload one after the other.</summary>
internal sealed class PartsReader(IObjectStore store, Id upload, long length) : ReadOnlyStream
{
    private ObjectReader? _part;
    private long _position;

    public override async ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default)
    {
        while (_position < length && !buffer.IsEmpty)
        {
            _part ??= await store.OpenAsync(UploadParts.Key(upload, _position), null, cancellationToken)
                ?? throw new EndOfStreamException($"The upload {upload} has no part at {_position} of {length}.");
            var read = await _part.Content.ReadAsync(buffer[..(int)Math.Min(buffer.Length, length - _position)], cancellationToken);
            if (read > 0)
            {
                _position += read;
                return read;
            }
            await _part.DisposeAsync();
            _part = null;
        }
        return 0;
    }

    public override async ValueTask DisposeAsync()
    {
        if (_part is not null) await _part.DisposeAsync();
        await base.DisposeAsync();
    }
}
