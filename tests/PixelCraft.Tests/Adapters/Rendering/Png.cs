using System.Buffers.Binary;
using System.IO.Compression;
using System.Text;

namespace PixelCraft.Tests.Adapters.Rendering;

/// <summary>Writes PNG files of every kind, wrong ones too. W3C PNG.</summary>
internal static class Png
{
    private const int Signature = 8;

    public static byte[] Make(
        int width, int height, byte depth, byte colour, bool interlaced = false, int palette = 256, int? rows = null, byte[]? before = null, byte[]? after = null)
    {
        var header = new byte[13];
        BinaryPrimitives.WriteInt32BigEndian(header, width);
        BinaryPrimitives.WriteInt32BigEndian(header.AsSpan(4), height);
        (header[8], header[9], header[12]) = (depth, colour, interlaced ? (byte)1 : (byte)0);

        var channels = colour switch { 2 => 3, 4 => 2, 6 => 4, _ => 1 };
        var random = new Random(depth * 10 + colour);
        using var pixels = new MemoryStream();
        using (var zlib = new ZLibStream(pixels, CompressionLevel.Fastest, leaveOpen: true))
        {
            // The seven passes of an interlaced one: where each begins and how far apart its pixels are, across and down.
            foreach (var (x, y, across, down) in interlaced ? Passes : [(0, 0, 1, 1)])
            {
                var columns = (Math.Min(width, 100_000) - x + across - 1) / across;
                if (columns <= 0) continue;
                var row = new byte[1 + (columns * channels * depth + 7) / 8];
                for (var i = y; i < (rows ?? height); i += down)
                {
                    random.NextBytes(row);
                    row[0] %= 5;
                    zlib.Write(row);
                }
            }
        }
        var colours = new byte[Math.Min(palette, 1 << Math.Min((int)depth, 8)) * 3];
        random.NextBytes(colours);
        return
        [
            0x89, .. "PNG\r\n"u8, 0x1A, .. "\n"u8, .. Chunk("IHDR", header), .. colour == 3 && palette > 0 ? Chunk("PLTE", colours) : [], .. before ?? [],
            .. Chunk("IDAT", pixels.ToArray()), .. after ?? [], .. Chunk("IEND", []),
        ];
    }

    public static byte[] Chunk(string type, byte[] data)
    {
        var chunk = new byte[data.Length + 12];
        BinaryPrimitives.WriteInt32BigEndian(chunk, data.Length);
        Encoding.ASCII.GetBytes(type, chunk.AsSpan(4));
        data.CopyTo(chunk, 8);
        BinaryPrimitives.WriteUInt32BigEndian(chunk.AsSpan(data.Length + 8), Crc(chunk.AsSpan(4, data.Length + 4)));
        return chunk;
    }

    /// <summary>Makes the checksums right, as far as chunks follow one another.</summary>
    public static void Mend(byte[] file)
    {
        for (long at = Signature; at + 12 <= file.Length;)
        {
            var length = BinaryPrimitives.ReadUInt32BigEndian(file.AsSpan((int)at));
            if (at + 12 + length > file.Length) return;
            BinaryPrimitives.WriteUInt32BigEndian(file.AsSpan((int)(at + 8 + length)), Crc(file.AsSpan((int)at + 4, (int)length + 4)));
            at += 12 + length;
        }
    }

    private static readonly (int X, int Y, int Across, int Down)[] Passes = [(0, 0, 8, 8), (4, 0, 8, 8), (0, 4, 4, 8), (2, 0, 4, 4), (0, 2, 2, 4), (1, 0, 2, 2), (0, 1, 1, 2)];

    private static uint Crc(ReadOnlySpan<byte> bytes)
    {
        var crc = uint.MaxValue;
        foreach (var b in bytes)
        {
            crc ^= b;
            for (var i = 0; i < 8; i++) crc = (crc & 1) == 0 ? crc >> 1 : crc >> 1 ^ 0xEDB88320;
        }
        return ~crc;
    }
}
