using System.Buffers.Binary;

namespace PixelCraft.Images.Formats.Headers;

/// <summary>
/// HEIF: AVIF or HEIC by the brands at its beginning; the size is that of the largest image item (thumbnails and tiles have
/// theirs in the same place). ISO/IEC 14496-12 sections 4.2 and 4.3; ISO/IEC 23008-12 section 6.5.3.
/// </summary>
internal sealed class HeifWalk() : HeaderWalk(8)
{
    private State _state = State.Brands;
    private ImageFormat? _format;
    private long _brands;
    private uint _width, _height;

    private enum State { Brands, Brand, Box, LargeBox, Size }

    public static bool Matches(ReadOnlySpan<byte> b) => b[4..].StartsWith("ftyp"u8);

    public override void Step(ReadOnlySpan<byte> b)
    {
        switch (_state)
        {
            case State.Brands:
                _brands = (BinaryPrimitives.ReadUInt32BigEndian(b) - 8L) / 4;
                if (_brands is < 2 or > 1_000) Unknown();
                else Next(State.Brand, 4);
                break;

            case State.Brand:
                if (b.SequenceEqual("avif"u8) || b.SequenceEqual("avis"u8)) _format = ImageFormat.Avif;
                else if (b.SequenceEqual("heic"u8) || b.SequenceEqual("heix"u8) || b.SequenceEqual("heim"u8) || b.SequenceEqual("heis"u8) || b.SequenceEqual("hevc"u8)) _format ??= ImageFormat.Heic;
                if (--_brands > 0) Next(State.Brand, 4);
                else if (_format is null) Unknown(); // a film, most likely
                else Next(State.Box, 8);
                break;

            case State.Box:
                Box(b, BinaryPrimitives.ReadUInt32BigEndian(b));
                break;

            case State.LargeBox:
                Pass(BinaryPrimitives.ReadUInt64BigEndian(b), header: 16);
                break;

            // Version and flags, then the size.
            case State.Size:
                var (width, height) = (BinaryPrimitives.ReadUInt32BigEndian(b[4..]), BinaryPrimitives.ReadUInt32BigEndian(b[8..]));
                if ((ulong)width * height > (ulong)_width * _height) (_width, _height) = (width, height);
                Found(_format!.Value, _width, _height);
                Next(State.Box, 8);
                break;
        }
    }

    private void Box(ReadOnlySpan<byte> b, uint length)
    {
        var type = b[4..];
        // Into these the walk goes, by not passing over what they hold; 'meta' has version and flags first.
        if (type.SequenceEqual("meta"u8)) Next(State.Box, 8, skip: 4);
        else if (type.SequenceEqual("iprp"u8) || type.SequenceEqual("ipco"u8)) Next(State.Box, 8);
        else if (type.SequenceEqual("ispe"u8)) Next(State.Size, 12);
        else if (length == 1) Next(State.LargeBox, 8);
        else if (length == 0) End(); // to the end of the file
        else Pass(length, header: 8);
    }

    private void Pass(ulong length, int header)
    {
        if (length < (ulong)header || length > long.MaxValue) End();
        else Next(State.Box, 8, (long)length - header);
    }

    private void End()
    {
        if (_width == 0) Damaged("The file does not tell its size.");
        else Done();
    }

    private void Next(State state, int want, long skip = 0)
    {
        _state = state;
        if (!IsDone) Want(want, skip);
    }
}
