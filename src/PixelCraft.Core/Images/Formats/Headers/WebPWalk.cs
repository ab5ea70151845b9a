using System.Buffers.Binary;

namespace PixelCraft.Images.Formats.Headers;

/// <summary>WebP: the size is in the first chunk; of an animation the frames are counted as they pass. RFC 9649 sections 2.4 to 2.7; RFC 6386 section 9.1.</summary>
internal sealed class WebPWalk() : HeaderWalk(20)
{
    private const string NoImage = "The WebP file does not begin with an image.";

    private State _state = State.First;
    private byte _kind;
    private int _frames;

    private enum State { First, Size, Chunk }

    public override void Step(ReadOnlySpan<byte> b)
    {
        switch (_state)
        {
            case State.First when b[12..].StartsWith("VP8L"u8) || b[12..].StartsWith("VP8 "u8) || b[12..].StartsWith("VP8X"u8):
                _kind = b[15];
                _state = State.Size;
                Want(_kind == 'L' ? 5 : 10);
                break;

            case State.First:
                Damaged(NoImage);
                break;

            case State.Size:
                Size(b);
                break;

            case State.Chunk:
                if (b.StartsWith("ANMF"u8) && ++_frames > 1) Found(ImageFormat.WebP, (ulong)Result.Width, (ulong)Result.Height, _frames);
                var length = BinaryPrimitives.ReadUInt32LittleEndian(b[4..]);
                Want(8, (long)length + (length & 1));
                break;
        }
    }

    private void Size(ReadOnlySpan<byte> data)
    {
        switch (_kind)
        {
            // Extended: flags, 24 bits reserved, then width and height of the canvas less 1, 24 bits each. Flag 2: animated.
            case (byte)'X':
                Found(ImageFormat.WebP, (U16(data[4..]) | (uint)data[6] << 16) + 1, (U16(data[7..]) | (uint)data[9] << 16) + 1);
                _state = State.Chunk;
                Want(8);
                if ((data[0] & 2) == 0) Done();
                break;

            // Lossless: a signature, then width and height less 1, 14 bits each.
            case (byte)'L' when data[0] == 0x2F:
                var bits = BinaryPrimitives.ReadUInt32LittleEndian(data[1..]);
                Found(ImageFormat.WebP, (bits & 0x3FFF) + 1, (bits >> 14 & 0x3FFF) + 1);
                Done();
                break;

            // Lossy: a key frame (bit 0 clear), a start code, then width and height, 14 bits each under 2 bits of scaling.
            case (byte)' ' when (data[0] & 1) == 0 && data[3..].StartsWith((ReadOnlySpan<byte>)[0x9D, 0x01, 0x2A]):
                Found(ImageFormat.WebP, U16(data[6..]) & 0x3FFFu, U16(data[8..]) & 0x3FFFu);
                Done();
                break;

            default:
                Damaged(NoImage);
                break;
        }
    }

    private static ushort U16(ReadOnlySpan<byte> bytes) => BinaryPrimitives.ReadUInt16LittleEndian(bytes);
}
