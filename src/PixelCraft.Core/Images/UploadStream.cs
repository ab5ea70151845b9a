using System.Globalization;
using System.Security.Cryptography;
using PixelCraft.Http;
using PixelCraft.Images.Contracts;
using PixelCraft.Images.Formats;

namespace PixelCraft.Images;

/// <summary>
/// An upload's bytes on their way to the object store: counts and hashes them and reads the image's header as they pass.
/// A file that is refused ends the reading with <see cref="UploadRefusedException"/>, so that the store keeps nothing of it.
/// </summary>
internal sealed class UploadStream(Stream inner, UploadStream.Limits limits, QuotaGuard quota, HeicSupport heic) : Stream
{
    private readonly IncrementalHash _hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
    private readonly ImageHeaderScanner _header = new();
    private bool _ended;
    private string? _sha256;

    /// <summary>What a file may be.</summary>
    /// <param name="MaxBytes">The most bytes.</param>
    /// <param name="Image">What its header may tell.</param>
    public sealed record Limits(long MaxBytes, ImageLimits Image);

    /// <summary>The refusal of a file of more bytes than it may have.</summary>
    public static UploadRefusedException TooLarge(long maxBytes) =>
        new(Problems.TooLarge, string.Create(CultureInfo.InvariantCulture, $"A file may have {maxBytes / 1_000_000d:0.#} MB at most."));

    /// <summary>Bytes read so far.</summary>
    public long Count { get; private set; }

    /// <summary>What the header says: found, once the stream has ended.</summary>
    public HeaderResult Header => _header.Result;

    public override bool CanRead => true;
    public override bool CanSeek => false;
    public override bool CanWrite => false;
    public override long Length => throw new NotSupportedException();
    public override long Position { get => Count; set => throw new NotSupportedException(); }

    /// <summary>SHA-256 of all bytes, as 64 lower-case hexadecimal digits; only after the end.</summary>
    public string Sha256()
    {
        if (!_ended) throw new InvalidOperationException("The file has not been read to its end.");
        return _sha256 ??= Convert.ToHexStringLower(_hash.GetHashAndReset());
    }

    public override async ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default)
    {
        if (buffer.IsEmpty) return 0;
        var read = await inner.ReadAsync(buffer, cancellationToken);
        if (read == 0)
        {
            await EndAsync(cancellationToken);
            return 0;
        }
        Count += read;
        if (Count > limits.MaxBytes) throw TooLarge(limits.MaxBytes);
        await quota.PassAsync(Count, cancellationToken);
        _hash.AppendData(buffer.Span[..read]);
        if (!_header.IsDone) await JudgeAsync(_header.Feed(buffer.Span[..read]), cancellationToken);
        return read;
    }

    public override Task<int> ReadAsync(byte[] buffer, int offset, int count, CancellationToken cancellationToken) =>
        ReadAsync(buffer.AsMemory(offset, count), cancellationToken).AsTask();

    public override int Read(byte[] buffer, int offset, int count) => throw new NotSupportedException("Read it asynchronously.");
    public override void Flush() { }
    public override long Seek(long offset, SeekOrigin origin) => throw new NotSupportedException();
    public override void SetLength(long value) => throw new NotSupportedException();
    public override void Write(byte[] buffer, int offset, int count) => throw new NotSupportedException();

    protected override void Dispose(bool disposing)
    {
        if (disposing) _hash.Dispose();
        base.Dispose(disposing);
    }

    private async ValueTask EndAsync(CancellationToken cancellationToken)
    {
        _ended = true;
        if (Count == 0) throw new UploadRefusedException(Problems.NoFile, "The file is empty.");
        if (!_header.IsDone) await JudgeAsync(_header.Complete(), cancellationToken);
    }

    private async ValueTask JudgeAsync(HeaderResult header, CancellationToken cancellationToken)
    {
        switch (header.Outcome)
        {
            case HeaderOutcome.Unknown:
                throw new UploadRefusedException(Problems.UnsupportedFormat, "Send a JPEG, PNG, GIF, WebP, AVIF, TIFF or HEIC file. What a file is called doesn't matter, only what is in it.");
            case HeaderOutcome.Damaged:
                throw new UploadRefusedException(Problems.UnreadableImage, header.Reason!);
            case HeaderOutcome.Found when header.Format == ImageFormat.Heic && !await heic.IsThereAsync(cancellationToken):
                throw new UploadRefusedException(Problems.UnsupportedFormat, HeicConverter.HowToGetIt);
            case HeaderOutcome.Found when limits.Image.Refuse(header) is { } reason:
                throw new UploadRefusedException(Problems.UnreadableImage, reason);
        }
    }
}
