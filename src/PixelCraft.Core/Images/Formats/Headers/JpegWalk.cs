using System.Buffers.Binary;

namespace PixelCraft.Images.Formats.Headers;

/// <summary>JPEG: the size may come after megabytes of metadata. ITU-T T.81 annex B.</summary>
internal sealed class JpegWalk() : HeaderWalk(3)
{
    private State _state = State.Start;

    private enum State { Start, Marker, Code, Length, Size }

    public override void Step(ReadOnlySpan<byte> b)
    {
        switch (_state)
        {
            // FF D8 FF, of which the last begins the next marker.
            case State.Start:
                Next(State.Code, 1);
                break;

            // Stray bytes between segments are passed over, as decoders do.
            case State.Marker:
                Next(b[0] == 0xFF ? State.Code : State.Marker, 1);
                break;

            case State.Code:
                Code(b[0]);
                break;

            case State.Length:
                var length = BinaryPrimitives.ReadUInt16BigEndian(b);
                if (length < 2) Damaged("The JPEG file has a broken segment.");
                else Next(State.Marker, 1, skip: length - 2);
                break;

            // Length, bits per sample, height, width. A height of 0 means that it comes after the pixels, which nobody decodes.
            case State.Size:
                if (b[2] != 8)
                {
                    Damaged($"This JPEG file has {b[2]} bits per colour; only those of 8 are read.");
                    break;
                }
                Found(ImageFormat.Jpeg, BinaryPrimitives.ReadUInt16BigEndian(b[5..]), BinaryPrimitives.ReadUInt16BigEndian(b[3..]));
                Done();
                break;
        }
    }

    private void Code(byte code)
    {
        switch (code)
        {
            // Any number of fill bytes may stand before a code.
            case 0xFF:
                Next(State.Code, 1);
                break;

            // SOF0 to SOF15, among which DHT, JPG and DAC have codes too.
            case >= 0xC0 and <= 0xCF and not (0xC4 or 0xC8 or 0xCC):
                Next(State.Size, 7);
                break;

            // Stuffing, TEM, RST0 to RST7: these have no length.
            case 0x00 or 0x01 or >= 0xD0 and <= 0xD7:
                Next(State.Marker, 1);
                break;

            // SOI again, EOI, SOS: pixels or the end, before any size was told.
            case >= 0xD8 and <= 0xDA:
                Damaged("The JPEG file does not tell its size.");
                break;

            default:
                Next(State.Length, 2);
                break;
        }
    }

    private void Next(State state, int want, int skip = 0)
    {
        _state = state;
        Want(want, skip);
    }
}
