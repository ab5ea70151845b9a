using System.Runtime.ExceptionServices;
using PixelCraft.Images.Contracts;

namespace PixelCraft.Images.Resumable;

/// <summary>
/// A piece of a longer stream: it ends after some bytes or some time, or where reading on throws, so that what came before is
/// kept; unless what is thrown is a refusal of those bytes. Disposing it leaves the longer stream open.
/// </summary>
internal sealed class PartStream(Stream content, long maxBytes, TimeSpan maxTime, TimeProvider time, bool keep, CancellationToken reading) : ReadOnlyStream
{
    private readonly long _begun = time.GetTimestamp();
    private readonly byte[] _first = new byte[4096];
    private int _firstLength;
    private int _firstRead;
    private long _count;
    private ExceptionDispatchInfo? _broken;

    /// <summary>Whether the longer stream has ended too.</summary>
    public bool IsEnd { get; private set; }

    /// <summary>Waits for the first bytes; false when there are none.</summary>
    public async Task<bool> BeginAsync()
    {
        _firstLength = await NextAsync(_first);
        return _firstLength > 0;
    }

    /// <summary>Throws what reading the longer stream threw.</summary>
    public void ThrowIfBroken() => _broken?.Throw();

    public override async ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default)
    {
        if (buffer.IsEmpty) return 0;
        if (_firstRead < _firstLength)
        {
            var count = Math.Min(buffer.Length, _firstLength - _firstRead);
            _first.AsMemory(_firstRead, count).CopyTo(buffer);
            _firstRead += count;
            return count;
        }
        if (_count >= maxBytes || time.GetElapsedTime(_begun) >= maxTime) return 0;
        return await NextAsync(buffer[..(int)Math.Min(buffer.Length, maxBytes - _count)]);
    }

    private async Task<int> NextAsync(Memory<byte> buffer)
    {
        if (IsEnd) return 0;
        try
        {
            var read = await content.ReadAsync(buffer, reading);
            _count += read;
            if (read == 0) IsEnd = true;
            return read;
        }
        catch (Exception e) when (keep && e is not UploadRefusedException)
        {
            // Whatever it was: it is thrown when what came before is safe.
            _broken = ExceptionDispatchInfo.Capture(e);
            IsEnd = true;
            return 0;
        }
    }
}
