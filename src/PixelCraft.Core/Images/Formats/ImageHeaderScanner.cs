using System.Buffers.Binary;

namespace PixelCraft.Images.Formats;

/// <summary>
/// Finds the format and the size of an image while its bytes stream by, in constant memory, by the bytes alone: names and
/// media types that a client states count for nothing. JPEG's size may come after megabytes of metadata; the other
/// formats tell theirs in the first 30 bytes. Only headers are read: whether the pixels are sound, the engine finds out.
/// Sources: ITU-T T.81 annex B; W3C PNG section 11.2.1; GIF89a section 18; RFC 9649 sections 2.4 to 2.7; RFC 6386 section 9.1.
/// </summary>
public sealed class ImageHeaderScanner
{
    /// <summary>The reason given when a file stops inside its header.</summary>
    public const string EndsTooEarly = "The file ends too early.";

    private readonly byte[] _bytes = new byte[30];
    private int _have;
    private int _need = 3;
    private int _skip;
    private State _state = State.Start;

    private enum State { Start, Signature, Png, WebPChunk, WebPSize, JpegMarker, JpegCode, JpegLength, JpegSize }

    private static ReadOnlySpan<byte> PngSignature => [0x89, (byte)'P', (byte)'N', (byte)'G', (byte)'\r', (byte)'\n', 0x1A, (byte)'\n'];

    /// <summary>What is known after all bytes fed so far.</summary>
    public HeaderResult Result { get; private set; } = HeaderResult.NeedMore;

    /// <summary>Takes the next bytes of the file. Once there is a result, further bytes change nothing.</summary>
    /// <returns><see cref="Result"/>.</returns>
    public HeaderResult Feed(ReadOnlySpan<byte> bytes)
    {
        while (Result.Outcome == HeaderOutcome.NeedMore && bytes.Length > 0)
        {
            var skipped = Math.Min(_skip, bytes.Length);
            _skip -= skipped;
            bytes = bytes[skipped..];

            var taken = Math.Min(_need - _have, bytes.Length);
            bytes[..taken].CopyTo(_bytes.AsSpan(_have));
            _have += taken;
            bytes = bytes[taken..];

            if (_have == _need) Step(_bytes);
        }
        return Result;
    }

    /// <summary>Says that the file has ended. The result is never <see cref="HeaderOutcome.NeedMore"/> afterwards.</summary>
    /// <returns><see cref="Result"/>.</returns>
    public HeaderResult Complete()
    {
        if (Result.Outcome != HeaderOutcome.NeedMore) return Result;
        Result = _state switch
        {
            State.Start when _have == 0 => HeaderResult.Damaged("The file is empty."),
            State.Start => HeaderResult.Unknown,
            State.Signature when !BeginsLikeOneOfOurs(_bytes.AsSpan(0, _have)) => HeaderResult.Unknown,
            _ => HeaderResult.Damaged(EndsTooEarly),
        };
        return Result;
    }

    private void Step(ReadOnlySpan<byte> b)
    {
        switch (_state)
        {
            case State.Start:
                if (b is [0xFF, 0xD8, 0xFF, ..]) Next(State.JpegCode, 1);
                else More(State.Signature, 12);
                break;

            case State.Signature:
                if (b.StartsWith(PngSignature)) More(State.Png, 24);
                else if (b.StartsWith("GIF87a"u8) || b.StartsWith("GIF89a"u8)) Size(ImageFormat.Gif, U16(b[6..]), U16(b[8..]));
                else if (b.StartsWith("RIFF"u8) && b[8..].StartsWith("WEBP"u8)) More(State.WebPChunk, 20);
                else Result = HeaderResult.Unknown;
                break;

            case State.Png:
                if (b[8..].StartsWith((ReadOnlySpan<byte>)[0, 0, 0, 13, (byte)'I', (byte)'H', (byte)'D', (byte)'R']))
                    Size(ImageFormat.Png, BinaryPrimitives.ReadUInt32BigEndian(b[16..]), BinaryPrimitives.ReadUInt32BigEndian(b[20..]));
                else
                    Result = HeaderResult.Damaged("The PNG file does not begin with its header.");
                break;

            case State.WebPChunk:
                if (b[12..].StartsWith("VP8L"u8)) More(State.WebPSize, 25);
                else if (b[12..].StartsWith("VP8 "u8) || b[12..].StartsWith("VP8X"u8)) More(State.WebPSize, 30);
                else Result = HeaderResult.Damaged("The WebP file does not begin with an image.");
                break;

            case State.WebPSize:
                WebPSize(b);
                break;

            default:
                JpegStep(b);
                break;
        }
    }

    private void WebPSize(ReadOnlySpan<byte> b)
    {
        var data = b[20..];
        switch (b[15])
        {
            // Extended: flags, 24 bits reserved, then width and height of the canvas less 1, 24 bits each.
            case (byte)'X':
                Size(ImageFormat.WebP, (U16(data[4..]) | (uint)data[6] << 16) + 1, (U16(data[7..]) | (uint)data[9] << 16) + 1);
                break;

            // Lossless: a signature, then width and height less 1, 14 bits each.
            case (byte)'L' when data[0] == 0x2F:
                var bits = BinaryPrimitives.ReadUInt32LittleEndian(data[1..]);
                Size(ImageFormat.WebP, (bits & 0x3FFF) + 1, (bits >> 14 & 0x3FFF) + 1);
                break;

            // Lossy: a key frame (bit 0 clear), a start code, then width and height, 14 bits each under 2 bits of scaling.
            case (byte)' ' when (data[0] & 1) == 0 && data[3..].StartsWith((ReadOnlySpan<byte>)[0x9D, 0x01, 0x2A]):
                Size(ImageFormat.WebP, U16(data[6..]) & 0x3FFFu, U16(data[8..]) & 0x3FFFu);
                break;

            default:
                Result = HeaderResult.Damaged("The WebP file does not begin with an image.");
                break;
        }
    }

    private void JpegStep(ReadOnlySpan<byte> b)
    {
        switch (_state)
        {
            // Stray bytes between segments are passed over, as decoders do.
            case State.JpegMarker:
                Next(b[0] == 0xFF ? State.JpegCode : State.JpegMarker, 1);
                break;

            case State.JpegCode:
                JpegCode(b[0]);
                break;

            case State.JpegLength:
                var length = BinaryPrimitives.ReadUInt16BigEndian(b);
                if (length < 2) Result = HeaderResult.Damaged("The JPEG file has a broken segment.");
                else Next(State.JpegMarker, 1, skip: length - 2);
                break;

            // Length, bits per sample, height, width. A height of 0 means that it comes after the pixels, which nobody decodes.
            case State.JpegSize:
                Size(ImageFormat.Jpeg, BinaryPrimitives.ReadUInt16BigEndian(b[5..]), BinaryPrimitives.ReadUInt16BigEndian(b[3..]));
                break;
        }
    }

    private void JpegCode(byte code)
    {
        switch (code)
        {
            // Any number of fill bytes may stand before a code.
            case 0xFF:
                Next(State.JpegCode, 1);
                break;

            // SOF0 to SOF15, among which DHT, JPG and DAC have codes too.
            case >= 0xC0 and <= 0xCF and not (0xC4 or 0xC8 or 0xCC):
                Next(State.JpegSize, 7);
                break;

            // Stuffing, TEM, RST0 to RST7: these have no length.
            case 0x00 or 0x01 or >= 0xD0 and <= 0xD7:
                Next(State.JpegMarker, 1);
                break;

            // SOI again, EOI, SOS: pixels or the end, before any size was told.
            case >= 0xD8 and <= 0xDA:
                Result = HeaderResult.Damaged("The JPEG file does not tell its size.");
                break;

            default:
                Next(State.JpegLength, 2);
                break;
        }
    }

    private void Size(ImageFormat format, uint width, uint height) =>
        Result = width is 0 or > int.MaxValue || height is 0 or > int.MaxValue
            ? HeaderResult.Damaged("The file tells an impossible size.")
            : HeaderResult.Found(format, (int)width, (int)height);

    /// <summary>Goes on when there are this many bytes, those at hand included.</summary>
    private void More(State state, int need) => (_state, _need) = (state, need);

    /// <summary>Goes on when there are this many new bytes, after passing some over.</summary>
    private void Next(State state, int need, int skip = 0) => (_state, _have, _need, _skip) = (state, 0, need, skip);

    private static ushort U16(ReadOnlySpan<byte> bytes) => BinaryPrimitives.ReadUInt16LittleEndian(bytes);

    private static bool BeginsLikeOneOfOurs(ReadOnlySpan<byte> start) =>
        start.StartsWith(PngSignature) || start.StartsWith("GIF87a"u8) || start.StartsWith("GIF89a"u8);
}
