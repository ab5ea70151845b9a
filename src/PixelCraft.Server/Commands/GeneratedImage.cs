using System.Buffers.Binary;
using System.IO.Compression;

namespace PixelCraft.Server.Commands;

/// <summary>Images for a demo without photographs: slow waves of colour, a different one for each number.</summary>
internal static class GeneratedImage
{
    private const int Height = 800;
    private static readonly int[] Widths = [1200, 1000, 600, 1400, 800];

    /// <summary>An 8-bit RGB PNG (https://www.w3.org/TR/png-3/).</summary>
    public static MemoryStream Png(int number)
    {
        var width = Widths[number % Widths.Length];
        var png = new MemoryStream();
        png.Write([0x89, (byte)'P', (byte)'N', (byte)'G', 0x0d, 0x0a, 0x1a, 0x0a]);
        var header = new byte[13];
        BinaryPrimitives.WriteInt32BigEndian(header, width);
        BinaryPrimitives.WriteInt32BigEndian(header.AsSpan(4), Height);
        header[8] = 8; // bits a sample
        header[9] = 2; // RGB
        Chunk(png, "IHDR"u8, header);
        using (var data = new MemoryStream())
        {
            using (var zlib = new ZLibStream(data, CompressionLevel.Fastest, leaveOpen: true)) Pixels(zlib, width, number);
            Chunk(png, "IDAT"u8, data.ToArray());
        }
        Chunk(png, "IEND"u8, []);
        png.Position = 0;
        return png;
    }

    private static void Pixels(Stream stream, int width, int number)
    {
        var row = new byte[1 + width * 3];
        for (var y = 0; y < Height; y++)
        {
            for (var x = 0; x < width; x++)
            {
                var u = (double)x / Height * 3 + number;
                var v = (double)y / Height * 3 - number * 0.7;
                var wave = Math.Sin(u + Math.Sin(v * 1.7)) + Math.Sin(v + Math.Cos(u * 1.3 + number));
                for (var channel = 0; channel < 3; channel++)
                    row[1 + x * 3 + channel] = (byte)(128 + 100 * Math.Sin(wave + number * 0.9 + channel * 1.1));
            }
            stream.Write(row);
        }
    }

    private static void Chunk(Stream png, ReadOnlySpan<byte> type, ReadOnlySpan<byte> data)
    {
        Span<byte> number = stackalloc byte[4];
        BinaryPrimitives.WriteInt32BigEndian(number, data.Length);
        png.Write(number);
        png.Write(type);
        png.Write(data);
        BinaryPrimitives.WriteUInt32BigEndian(number, ~Crc(Crc(uint.MaxValue, type), data));
        png.Write(number);
    }

    /// <summary>CRC-32 as in annex D of the PNG specification, bit by bit: a few small images at a demo's start.</summary>
    private static uint Crc(uint crc, ReadOnlySpan<byte> bytes)
    {
        foreach (var value in bytes)
        {
            crc ^= value;
            for (var bit = 0; bit < 8; bit++) crc = (crc >> 1) ^ ((crc & 1) * 0xedb88320);
        }
        return crc;
    }
}
