using System.Buffers.Binary;

namespace PixelCraft.Images.Formats.Headers;

/// <summary>
/// GIF: the number of frames is written nowhere, so that they are counted as they pass. A frame may reach beyond the
/// screen that the header tells; decoders then enlarge it. GIF89a sections 17 to 27.
/// </summary>
internal sealed class GifWalk() : HeaderWalk(13)
{
    private State _state = State.Screen;
    private uint _width, _height;
    private int _frames;

    private enum State { Screen, Block, SubBlock, Frame }

    public override void Step(ReadOnlySpan<byte> b)
    {
        switch (_state)
        {
            case State.Screen:
                (_width, _height) = (U16(b[6..]), U16(b[8..]));
                Size();
                Next(State.Block, 1, skip: Table(b[10]));
                break;

            case State.Block when b[0] == 0x21: // an extension: its label, then sub-blocks
                Next(State.SubBlock, 1, skip: 1);
                break;

            case State.Block when b[0] == 0x2C:
                Next(State.Frame, 9);
                break;

            case State.Block: // the trailer, or nothing that a decoder would read
                Done();
                break;

            case State.SubBlock:
                if (b[0] == 0) Next(State.Block, 1);
                else Next(State.SubBlock, 1, skip: b[0]);
                break;

            case State.Frame: // then a table, one byte for the code size, sub-blocks
                _frames++;
                (_width, _height) = (Math.Max(_width, (uint)U16(b) + U16(b[4..])), Math.Max(_height, (uint)U16(b[2..]) + U16(b[6..])));
                Size();
                Next(State.SubBlock, 1, skip: 1 + Table(b[8]));
                break;
        }
    }

    /// <summary>An end between two blocks is let pass, as some programs write no trailer; within one it is none.</summary>
    public override HeaderResult Complete() => _state is State.SubBlock or State.Frame ? HeaderResult.Damaged(ImageHeaderScanner.EndsTooEarly) : base.Complete();

    private void Size() => Found(ImageFormat.Gif, _width, _height, Math.Max(1, _frames));

    private void Next(State state, int want, int skip = 0)
    {
        _state = state;
        if (!IsDone) Want(want, skip);
    }

    private static int Table(byte flags) => (flags & 0x80) == 0 ? 0 : 3 << ((flags & 7) + 1);

    private static ushort U16(ReadOnlySpan<byte> bytes) => BinaryPrimitives.ReadUInt16LittleEndian(bytes);
}
