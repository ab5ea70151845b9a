using System.Buffers.Binary;

namespace PixelCraft.Images.Formats.Headers;

/// <summary>
/// TIFF and BigTIFF: the directory with the size may be at the very end, but always lies ahead of the pointer to it, so that
/// a stream gets there. Only the first image of a file is taken. TIFF 6.0 section 2; BigTIFF has a magic number of 43 and
/// 64-bit offsets.
/// </summary>
internal sealed class TiffWalk() : HeaderWalk(8)
{
    private const ushort ImageWidth = 256, ImageLength = 257, Short = 3, Long = 4, Long8 = 16;

    private State _state = State.Start;
    private bool _bigEndian, _big;
    private ulong _entries, _width, _height;

    private enum State { Start, BigStart, Count, Entry }

    public static bool Matches(ReadOnlySpan<byte> b) =>
        b.StartsWith("II*\0"u8) || b.StartsWith("MM\0*"u8) || b.StartsWith("II+\0"u8) || b.StartsWith("MM\0+"u8);

    public override void Step(ReadOnlySpan<byte> b)
    {
        switch (_state)
        {
            case State.Start:
                _bigEndian = b[0] == 'M';
                _big = U16(b[2..]) == 43;
                if (_big) Next(State.BigStart, 8);
                else Directory(U32(b[4..]), header: 8);
                break;

            case State.BigStart:
                Directory(U64(b), header: 16);
                break;

            case State.Count:
                _entries = _big ? U64(b) : U16(b);
                NextEntry();
                break;

            case State.Entry:
                Entry(b);
                NextEntry();
                break;
        }
    }

    private void Directory(ulong at, ulong header)
    {
        if (at < header || at > long.MaxValue) Damaged("The TIFF file does not tell its size.");
        else Next(State.Count, _big ? 8 : 2, (long)(at - header));
    }

    private void Entry(ReadOnlySpan<byte> b)
    {
        _entries--;
        var value = b[(_big ? 12 : 8)..];
        var number = U16(b[2..]) switch
        {
            Short => U16(value),
            Long => U32(value),
            Long8 when _big => U64(value),
            _ => 0ul,
        };
        if (U16(b) == ImageWidth) _width = number;
        else if (U16(b) == ImageLength) _height = number;
    }

    private void NextEntry()
    {
        if (_width > 0 && _height > 0)
        {
            Found(ImageFormat.Tiff, _width, _height);
            Done();
        }
        else if (_entries == 0)
        {
            Damaged("The TIFF file does not tell its size.");
        }
        else
        {
            Next(State.Entry, _big ? 20 : 12);
        }
    }

    private void Next(State state, int want, long skip = 0)
    {
        _state = state;
        Want(want, skip);
    }

    private ushort U16(ReadOnlySpan<byte> b) => _bigEndian ? BinaryPrimitives.ReadUInt16BigEndian(b) : BinaryPrimitives.ReadUInt16LittleEndian(b);

    private uint U32(ReadOnlySpan<byte> b) => _bigEndian ? BinaryPrimitives.ReadUInt32BigEndian(b) : BinaryPrimitives.ReadUInt32LittleEndian(b);

    private ulong U64(ReadOnlySpan<byte> b) => _bigEndian ? BinaryPrimitives.ReadUInt64BigEndian(b) : BinaryPrimitives.ReadUInt64LittleEndian(b);
}
