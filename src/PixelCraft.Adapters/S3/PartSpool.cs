using System.Buffers;
using Microsoft.Win32.SafeHandles;
using PixelCraft.Adapters.FileSystem;

namespace PixelCraft.Adapters.S3;

/// <summary>
/// Holds one part of an upload in a file, since S3 wants to know a part's length before it and may want it again. The file
/// has no name from its first moment on, so that it goes with the process, however that ends.
/// </summary>
internal sealed class PartSpool : IDisposable
{
    private const int BufferSize = 64 * 1024;

    private readonly SafeFileHandle _file;

    public PartSpool(string? folder)
    {
        try
        {
            var path = Path.Combine(folder ?? Path.GetTempPath(), $"pixelcraft-{Guid.NewGuid():n}");
            _file = File.OpenHandle(path, FileMode.CreateNew, FileAccess.ReadWrite, FileShare.Delete, FileOptions.Asynchronous);
            File.Delete(path);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw Fault(e);
        }
    }

    /// <summary>Replaces the part by the next bytes of <paramref name="content"/>; what reading them throws passes through.</summary>
    /// <returns>How many there were: less than <paramref name="length"/> only at the content's end.</returns>
    public async Task<long> FillAsync(Stream content, long length, CancellationToken cancellationToken)
    {
        var buffer = ArrayPool<byte>.Shared.Rent(BufferSize);
        try
        {
            long filled = 0;
            while (filled < length)
            {
                var read = await content.ReadAsync(buffer.AsMemory(0, (int)Math.Min(BufferSize, length - filled)), cancellationToken);
                if (read == 0) break;
                await WriteAsync(buffer.AsMemory(0, read), filled, cancellationToken);
                filled += read;
            }
            return filled;
        }
        finally
        {
            ArrayPool<byte>.Shared.Return(buffer);
        }
    }

    /// <summary>The first bytes of the part, to be read any number of times.</summary>
    public Stream Open(long length) => new FileSegment(_file, 0, length, ownsFile: false, Fault);

    public void Dispose() => _file.Dispose();

    private async Task WriteAsync(ReadOnlyMemory<byte> bytes, long offset, CancellationToken cancellationToken)
    {
        try
        {
            await RandomAccess.WriteAsync(_file, bytes, offset, cancellationToken);
        }
        catch (IOException e)
        {
            throw Fault(e);
        }
    }

    private static Exception Fault(Exception e) => e is IOException io && DiskFaults.IsFull(io)
        ? new StorageFullException("folder for parts on their way to the object store", e)
        : new UnavailableException("folder for parts on their way to the object store", e);
}
