using System.Buffers.Binary;
using System.IO.Compression;
using System.Text;
using NetVips;

namespace PixelCraft.Tests.Adapters.Rendering;

/// <summary>Odd files without end: each number is a file, always the same one. A rare but right sample is taken, and mostly damaged.</summary>
internal sealed class OddFiles
{
    private static readonly uint[] Extremes = [0, 1, 2, 7, 8, 15, 16, 127, 128, 255, 256, 32_767, 32_768, 65_535, 65_536, 0x7FFFFFFF, 0x80000000, 0xFFFFFFFE, 0xFFFFFFFF];

    private readonly (string Name, byte[] Bytes)[] _samples = [.. Samples()];

    /// <summary>What the files are made of.</summary>
    public IReadOnlyList<(string Name, byte[] Bytes)> All => _samples;

    /// <summary>The file of a number, and what was done to make it.</summary>
    public (string Name, byte[] Bytes) Make(int number)
    {
        var random = new Random(number);
        var (name, bytes) = _samples[random.Next(_samples.Length)];
        if (random.Next(16) == 0) return (name, bytes);
        var file = bytes.ToList();
        for (var times = random.Next(1, 4); times > 0 && file.Count > 8; times--)
        {
            var damage = random.Next(8);
            name += $" {damage}";
            Damage(file, damage, random);
        }
        byte[] damaged = [.. file];
        // Decoders stop at a wrong checksum: half of the time what is damaged gets past it.
        if (name.StartsWith("png", StringComparison.Ordinal) && random.Next(2) == 0) Png.Mend(damaged);
        return (name, damaged);
    }

    private void Damage(List<byte> file, int damage, Random random)
    {
        // Half of the time in the headers, where it does more.
        var at = random.Next(random.Next(2) == 0 ? Math.Min(file.Count, 200) : file.Count);
        var length = Math.Min(random.Next(1, 64), file.Count - at);
        switch (damage)
        {
            case 0: // cut off
                file.RemoveRange(at, file.Count - at);
                break;
            case 1: // bits flipped
                for (var i = random.Next(1, 10); i > 0; i--) file[(at + random.Next(length)) % file.Count] ^= (byte)(1 << random.Next(8));
                break;
            case 2: // a number that is extreme, of 1, 2 or 4 bytes and in either order
                var value = new byte[4];
                var extreme = Extremes[random.Next(Extremes.Length)];
                if (random.Next(2) == 0) BinaryPrimitives.WriteUInt32BigEndian(value, extreme);
                else BinaryPrimitives.WriteUInt32LittleEndian(value, extreme);
                for (var i = 0; i < 1 << random.Next(3) && at + i < file.Count; i++) file[at + i] = value[i];
                break;
            case 3: // a piece gone
                file.RemoveRange(at, length);
                break;
            case 4: // a piece doubled, elsewhere
                file.InsertRange(random.Next(file.Count), file.GetRange(at, length));
                break;
            case 5: // two pieces exchanged
                var piece = file.GetRange(at, length);
                file.RemoveRange(at, length);
                file.InsertRange(random.Next(file.Count + 1), piece);
                break;
            case 6: // the end of another file
                var other = _samples[random.Next(_samples.Length)].Bytes;
                file.RemoveRange(at, file.Count - at);
                file.AddRange(other.Skip(random.Next(Math.Max(1, other.Length))));
                break;
            default: // bytes of chance
                for (var i = 0; i < length; i++) file[at + i] = (byte)random.Next(256);
                break;
        }
    }

    private static IEnumerable<(string Name, byte[] Bytes)> Samples() => [.. Jpegs(), .. Pngs(), .. Gifs(), .. WebPs(), .. Tiffs(), .. Avifs(), .. Others()];

    private static Image Photograph(int width = 64, int height = 48, int bands = 3)
    {
        using var noise = Image.Gaussnoise(width, height, sigma: 40, mean: 128, seed: 3).Cast(Enums.BandFormat.Uchar);
        return bands switch
        {
            1 => noise.Copy(interpretation: Enums.Interpretation.Bw),
            2 => noise.Bandjoin(noise).Copy(interpretation: Enums.Interpretation.Bw),
            3 => noise.Bandjoin(noise, noise).Copy(interpretation: Enums.Interpretation.Srgb),
            _ => noise.Bandjoin(noise, noise, noise).Copy(interpretation: Enums.Interpretation.Srgb),
        };
    }

    private static Image Cmyk() => Photograph(bands: 4).Copy(interpretation: Enums.Interpretation.Cmyk);

    private static Image Animation() => Photograph(40, 120).Mutate(image =>
    {
        image.Set(GValue.GIntType, "page-height", 30);
        image.Set(GValue.ArrayIntType, "delay", new[] { 0, 10, 65_535, 1_000_000 });
    });

    private static IEnumerable<(string, byte[])> Jpegs()
    {
        var plain = Photograph().JpegsaveBuffer();
        yield return ("jpeg", plain);
        yield return ("jpeg progressive", Photograph().JpegsaveBuffer(interlace: true, optimizeScans: true));
        yield return ("jpeg grey", Photograph(bands: 1).JpegsaveBuffer());
        yield return ("jpeg 4:4:4", Photograph().JpegsaveBuffer(subsampleMode: Enums.ForeignSubsample.Off));
        yield return ("jpeg restart markers", Photograph().JpegsaveBuffer(restartInterval: 1));
        yield return ("jpeg of one column", Photograph(1, 300).JpegsaveBuffer());
        var cmyk = Cmyk().JpegsaveBuffer();
        yield return ("jpeg cmyk", cmyk);
        yield return ("jpeg ycck", Replace(cmyk, "Adobe"u8, 11, 2));
        // Another process than was used: arithmetic, lossless, hierarchical, extended.
        foreach (byte frame in new byte[] { 0xC1, 0xC3, 0xC5, 0xC9, 0xCA, 0xCB }) yield return ($"jpeg of frame {frame:x}", Replace(plain, [0xFF, 0xC0], 1, frame));
        yield return ("jpeg of 12 bits", Replace(plain, [0xFF, 0xC0], 4, 12));
        yield return ("jpeg of no height", Replace(Replace(plain, [0xFF, 0xC0], 5, 0), [0xFF, 0xC0], 6, 0));
        yield return ("jpeg with restart intervals", After(plain, 2, Repeat([0xFF, 0xDD, 0, 4, 0, 1], 2_000)));
        yield return ("jpeg with a large profile", After(plain, 2, [.. Enumerable.Range(1, 20).SelectMany(i => Segment(0xE2, [.. "ICC_PROFILE\0"u8, (byte)i, 20, .. Noise(60_000)]))]));
        yield return ("jpeg with exif of chance", After(plain, 2, Segment(0xE1, [.. "Exif\0\0II*\0"u8, .. Noise(5_000)])));
        yield return ("jpeg with xmp", After(plain, 2, Segment(0xE1, [.. "http://ns.adobe.com/xap/1.0/\0"u8, .. Repeat("<a b='c'>"u8, 6_000)])));
        yield return ("jpeg of several pictures", [.. After(plain, 2, Segment(0xE2, [.. "MPF\0II*\0"u8, 8, 0, 0, 0, .. Noise(60)])), .. plain]);
    }

    private static IEnumerable<(string, byte[])> Pngs()
    {
        foreach (var (colour, depths) in new (byte, byte[])[] { (0, [1, 2, 4, 8, 16]), (2, [8, 16]), (3, [1, 2, 4, 8]), (4, [8, 16]), (6, [8, 16]) })
            foreach (var depth in depths)
                foreach (var interlaced in new[] { false, true })
                    yield return ($"png {colour} of {depth} bits{(interlaced ? ", interlaced" : "")}", Png.Make(33, 21, depth, colour, interlaced));
        yield return ("png without palette", Png.Make(33, 21, 8, 3, palette: 0));
        yield return ("png with a short palette", Png.Make(33, 21, 8, 3, palette: 2));
        yield return ("png of depth 3", Png.Make(33, 21, 3, 0));
        yield return ("png of no width", Png.Make(0, 21, 8, 2));
        yield return ("png of 2^31", Png.Make(int.MaxValue, int.MaxValue, 8, 0, rows: 1));
        yield return ("png of fewer rows", Png.Make(33, 2_000, 8, 2, rows: 3));
        yield return ("png of 20,000 columns", Png.Make(20_000, 1, 16, 6));
        yield return ("png with a profile of chance", Png.Make(33, 21, 8, 2, before: Png.Chunk("iCCP", [.. "x\0\0"u8, .. Deflate(Noise(50_000))])));
        yield return ("png with transparency of the wrong length", Png.Make(33, 21, 8, 2, before: Png.Chunk("tRNS", [1])));
        yield return ("png with exif", Png.Make(33, 21, 8, 2, before: Png.Chunk("eXIf", [.. "MM\0*"u8, .. Noise(3_000)])));
        yield return ("png with chunks", Png.Make(33, 21, 8, 2, before: [.. Enumerable.Range(0, 3_000).SelectMany(_ => Png.Chunk("tEXt", [.. "a\0b"u8]))]));
        var control = new byte[26];
        (control[7], control[11]) = (33, 21);
        yield return ("png animated", Png.Make(33, 21, 8, 2, before: [.. Png.Chunk("acTL", [0, 0, 0, 9, 0, 0, 0, 0]), .. Png.Chunk("fcTL", control)], after: [.. Png.Chunk("fcTL", control), .. Png.Chunk("fdAT", [0, 0, 0, 2, .. Deflate(Noise(2_000))])]));
        // Of libpng's own.
        yield return ("png of libvips", Photograph().PngsaveBuffer(palette: true, bitdepth: 4));
    }

    private static IEnumerable<(string, byte[])> Gifs()
    {
        yield return ("gif", Photograph().GifsaveBuffer());
        yield return ("gif interlaced", Photograph().GifsaveBuffer(interlace: true));
        var animated = Animation().GifsaveBuffer();
        yield return ("gif animated", animated);
        foreach (var (at, value) in new (int, byte)[] { (6, 0), (7, 0x20), (9, 0x20), (10, 0), (10, 0xF7) }) yield return ($"gif of screen {at} {value}", At(animated, at, value));
        yield return ("gif of no frames", [.. "GIF89a"u8, 10, 0, 10, 0, 0, 0, 0, 0x3B]);
        yield return ("gif of comments", After(animated, 13 + (3 << ((animated[10] & 7) + 1)), Repeat([0x21, 0xFE, 3, 1, 2, 3, 0], 3_000)));
        yield return ("gif of many frames", [.. "GIF89a"u8, 9, 0, 9, 0, 0x80, 0, 0, 0, 0, 0, 255, 255, 255, .. Repeat([0x2C, 4, 0, 4, 0, 9, 0, 9, 0, 0, 2, 2, 0x44, 0x01, 0], 1_500), 0x3B]);
        yield return ("gif of chance", [.. "GIF87a"u8, 20, 0, 20, 0, 0, 0, 0, 0x2C, 0, 0, 0, 0, 20, 0, 20, 0, 0x87, .. Noise(768), 8, 255, .. Noise(255), 0, 0x3B]);
    }

    private static IEnumerable<(string, byte[])> WebPs()
    {
        yield return ("webp", Photograph().WebpsaveBuffer());
        yield return ("webp lossless", Photograph().WebpsaveBuffer(lossless: true));
        yield return ("webp of alpha", Photograph(bands: 4).WebpsaveBuffer());
        var animated = Animation().WebpsaveBuffer();
        yield return ("webp animated", animated);
        yield return ("webp of a large canvas", At(At(animated, 25, 0x20), 28, 0x20));
        yield return ("webp of a small canvas", At(animated, 24, 1));
        yield return ("webp of frames outside", Replace(animated, "ANMF"u8, 8, 200));
    }

    private static IEnumerable<(string, byte[])> Tiffs()
    {
        foreach (var compression in new[] { Enums.ForeignTiffCompression.None, Enums.ForeignTiffCompression.Deflate, Enums.ForeignTiffCompression.Lzw, Enums.ForeignTiffCompression.Jpeg, Enums.ForeignTiffCompression.Packbits })
        {
            yield return ($"tiff {compression}", Photograph().TiffsaveBuffer(compression: compression));
            yield return ($"tiff {compression}, tiled", Photograph().TiffsaveBuffer(compression: compression, tile: true, tileWidth: 16, tileHeight: 16));
        }
        yield return ("tiff of fax", Photograph(bands: 1).TiffsaveBuffer(compression: Enums.ForeignTiffCompression.Ccittfax4, bitdepth: 1));
        yield return ("tiff of 1 bit", Photograph(bands: 1).TiffsaveBuffer(bitdepth: 1, miniswhite: true));
        yield return ("tiff of pages", Photograph(300, 300).TiffsaveBuffer(pyramid: true, tile: true, tileWidth: 64, tileHeight: 64));
        yield return ("tiff of 64 bits", Photograph().TiffsaveBuffer(bigtiff: true));
        foreach (var format in new[] { Enums.BandFormat.Float, Enums.BandFormat.Double, Enums.BandFormat.Ushort, Enums.BandFormat.Int, Enums.BandFormat.Complex })
            yield return ($"tiff of {format}", Photograph(bands: format == Enums.BandFormat.Complex ? 1 : 3).Cast(format).TiffsaveBuffer());
        yield return ("tiff cmyk", Cmyk().TiffsaveBuffer());
        yield return ("tiff lab", Photograph().Colourspace(Enums.Interpretation.Lab).TiffsaveBuffer());
        foreach (var (tag, value) in new (ushort, uint)[] { (273, 0xFFFFFF00), (279, 0), (279, 0x7FFFFFFF), (277, 65_535), (258, 0), (259, 7), (259, 50_002), (262, 9), (278, 0), (284, 2), (339, 6) })
            yield return ($"tiff of tag {tag} {value}", TiffTag(Photograph().TiffsaveBuffer(), tag, value));
        yield return ("tiff of a circle", TiffCircle(Photograph(300, 300).TiffsaveBuffer(pyramid: true, tile: true, tileWidth: 64, tileHeight: 64)));
    }

    private static IEnumerable<(string, byte[])> Avifs()
    {
        var plain = Photograph().HeifsaveBuffer(compression: Enums.ForeignHeifCompression.Av1, effort: 0);
        yield return ("avif", plain);
        yield return ("avif of 12 bits", Photograph().Cast(Enums.BandFormat.Ushort).Copy(interpretation: Enums.Interpretation.Rgb16).HeifsaveBuffer(compression: Enums.ForeignHeifCompression.Av1, effort: 0, bitdepth: 12));
        yield return ("avif of alpha", Photograph(bands: 4).HeifsaveBuffer(compression: Enums.ForeignHeifCompression.Av1, effort: 0));
        yield return ("avif sequence", Replace(plain, "ftypavif"u8, 7, (byte)'s'));
        yield return ("avif of a grid", Replace(plain, "av01"u8, [.. "grid"u8]));
        yield return ("avif of itself", Replace(plain, "av01"u8, [.. "iden"u8]));
        foreach (var box in new[] { "iloc", "iinf", "ipma", "ipco", "ispe", "pitm", "meta", "mdat" }) yield return ($"avif without {box}", Replace(plain, Encoding.ASCII.GetBytes(box), [.. "free"u8]));
        yield return ("heic", Replace(plain, "ftypavif"u8, [.. "ftypheic"u8]));
    }

    private static IEnumerable<(string, byte[])> Others()
    {
        var jpeg = Photograph().JpegsaveBuffer();
        yield return ("nothing", []);
        yield return ("chance", Noise(5_000));
        yield return ("zeros", new byte[5_000]);
        yield return ("ico", [0, 0, 1, 0, 1, 0, 16, 16, 0, 0, 1, 0, 32, 0, 0, 4, 0, 0, 22, 0, 0, 0, .. Noise(1_024)]);
        yield return ("bmp", [.. "BM"u8, .. new byte[12], 40, 0, 0, 0, 16, 0, 0, 0, 16, 0, 0, 0, 1, 0, 24, 0, .. Noise(1_000)]);
        yield return ("svg", [.. "<svg xmlns='http://www.w3.org/2000/svg' width='9' height='9'><image href='file:///etc/passwd'/></svg>"u8]);
        yield return ("pdf", [.. "%PDF-1.4\n1 0 obj<</Type/Catalog>>endobj\n"u8, .. jpeg]);
        yield return ("zip behind a jpeg", [.. jpeg, .. "PK\x03\x04"u8, .. Noise(500)]);
        yield return ("jpeg in a comment of a gif", [.. "GIF89a"u8, 1, 0, 1, 0, 0, 0, 0, 0x21, 0xFE, 200, .. jpeg.AsSpan(0, 200), 0, 0x3B]);
        yield return ("jpeg xl", [0xFF, 0x0A, .. Noise(300)]);
        yield return ("jpeg 2000", [0, 0, 0, 12, .. "jP  "u8, 13, 10, 0x87, 10, .. Noise(300)]);
        yield return ("psd", [.. "8BPS\0\x01"u8, .. new byte[6], 0, 3, 0, 0, 0, 9, 0, 0, 0, 9, 0, 8, 0, 3, .. Noise(300)]);
    }

    private static byte[] TiffTag(byte[] tiff, ushort tag, uint value)
    {
        var directory = (int)BinaryPrimitives.ReadUInt32LittleEndian(tiff.AsSpan(4));
        for (var i = BinaryPrimitives.ReadUInt16LittleEndian(tiff.AsSpan(directory)) - 1; i >= 0; i--)
        {
            var entry = tiff.AsSpan(directory + 2 + i * 12);
            if (BinaryPrimitives.ReadUInt16LittleEndian(entry) == tag) BinaryPrimitives.WriteUInt32LittleEndian(entry[8..], value);
        }
        return tiff;
    }

    private static byte[] TiffCircle(byte[] tiff)
    {
        var directory = (int)BinaryPrimitives.ReadUInt32LittleEndian(tiff.AsSpan(4));
        var next = directory + 2 + BinaryPrimitives.ReadUInt16LittleEndian(tiff.AsSpan(directory)) * 12;
        BinaryPrimitives.WriteInt32LittleEndian(tiff.AsSpan(next), directory);
        return tiff;
    }

    private static byte[] Replace(byte[] file, ReadOnlySpan<byte> mark, int offset, byte value) => At(file, file.AsSpan().IndexOf(mark) + offset, value);

    private static byte[] Replace(byte[] file, ReadOnlySpan<byte> mark, byte[] by)
    {
        var copy = file.ToArray();
        var at = copy.AsSpan().IndexOf(mark);
        if (at >= 0) by.CopyTo(copy, at);
        return copy;
    }

    private static byte[] At(byte[] file, int at, byte value)
    {
        var copy = file.ToArray();
        copy[at] = value;
        return copy;
    }

    private static byte[] After(byte[] file, int at, byte[] inserted) => [.. file.AsSpan(0, at), .. inserted, .. file.AsSpan(at)];

    private static byte[] Segment(byte code, byte[] data) => [0xFF, code, (byte)((data.Length + 2) >> 8), (byte)(data.Length + 2), .. data];

    private static byte[] Repeat(ReadOnlySpan<byte> bytes, int times)
    {
        var all = new byte[bytes.Length * times];
        for (var i = 0; i < times; i++) bytes.CopyTo(all.AsSpan(i * bytes.Length));
        return all;
    }

    private static byte[] Noise(int length)
    {
        var bytes = new byte[length];
        new Random(length).NextBytes(bytes);
        return bytes;
    }

    private static byte[] Deflate(byte[] bytes)
    {
        using var packed = new MemoryStream();
        using (var zlib = new ZLibStream(packed, CompressionLevel.Fastest, leaveOpen: true)) zlib.Write(bytes);
        return packed.ToArray();
    }
}
