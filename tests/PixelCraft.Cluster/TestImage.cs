using System.Buffers.Binary;
using System.IO.Compression;
using System.Security.Cryptography;

namespace PixelCraft.Cluster;

/// <summary>A small image that no other is: a PNG of one colour, with random bytes behind its end, which readers pass over.</summary>
public static class TestImage
{
    private const int Width = 300;
    private const int Height = 200;
    private const int Tail = 20_000;

    /// <summary>The bytes of another one.</summary>
    public static byte[] New()
    {
        using var file = new MemoryStream();
        file.Write([0x89, (byte)'P', (byte)'N', (byte)'G', 13, 10, 26, 10]);

        var header = new byte[13];
        BinaryPrimitives.WriteInt32BigEndian(header, Width);
        BinaryPrimitives.WriteInt32BigEndian(header.AsSpan(4), Height);
        (header[8], header[9]) = (8, 2); // bits of a channel; RGB
        WriteChunk(file, "IHDR"u8, header);

        var row = new byte[1 + (3 * Width)]; // begins with the filter: none
        RandomNumberGenerator.Fill(row.AsSpan(1, 3));
        for (var i = 4; i < row.Length; i++) row[i] = row[i - 3];
        using var pixels = new MemoryStream();
        using (var zlib = new ZLibStream(pixels, CompressionLevel.Fastest, leaveOpen: true))
            for (var y = 0; y < Height; y++) zlib.Write(row);
        WriteChunk(file, "IDAT"u8, pixels.ToArray());
        WriteChunk(file, "IEND"u8, []);

        file.Write(RandomNumberGenerator.GetBytes(Tail));
        return file.ToArray();
    }

    private static void WriteChunk(MemoryStream file, ReadOnlySpan<byte> type, ReadOnlySpan<byte> data)
    {
        Span<byte> number = stackalloc byte[4];
        BinaryPrimitives.WriteInt32BigEndian(number, data.Length);
        file.Write(number);
        file.Write(type);
        file.Write(data);
        BinaryPrimitives.WriteUInt32BigEndian(number, Crc([.. type, .. data]));
        file.Write(number);
    }

    // https://www.w3.org/TR/png/#D-CRCAppendix
    private static uint Crc(ReadOnlySpan<byte> bytes)
    {
        var crc = uint.MaxValue;
        foreach (var value in bytes)
        {
            crc ^= value;
            for (var bit = 0; bit < 8; bit++) crc = (crc & 1) == 0 ? crc >> 1 : 0xedb88320 ^ (crc >> 1);
        }

        return ~crc;
    }
}
