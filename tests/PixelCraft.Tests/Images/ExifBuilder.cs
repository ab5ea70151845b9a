using System.Buffers.Binary;
using System.Text;

namespace PixelCraft.Tests.Images;

/// <summary>Writes EXIF, and puts blocks of metadata into files, by the specifications alone: not with what reads them.</summary>
internal static class ExifBuilder
{
    /// <summary>A little-endian TIFF of three directories (TIFF 6.0 section 2, EXIF 2.32 section 4.6). Values: string, ushort, uint, byte, byte[], or pairs for rationals.</summary>
    public static byte[] Tiff(IEnumerable<(ushort Tag, object Value)> camera, IEnumerable<(ushort Tag, object Value)> shot, IEnumerable<(ushort Tag, object Value)> place)
    {
        var (first, second, third) = (camera.ToList(), shot.ToList(), place.ToList());
        first.Add((0x8769, 0u));
        first.Add((0x8825, 0u));
        var secondAt = 8 + Size(first);
        var thirdAt = secondAt + Size(second);
        first[^2] = (0x8769, (uint)secondAt);
        first[^1] = (0x8825, (uint)thirdAt);
        return [(byte)'I', (byte)'I', 42, 0, 8, 0, 0, 0, .. Directory(first, 8), .. Directory(second, secondAt), .. Directory(third, thirdAt)];
    }

    /// <summary>Puts an APP segment behind the start of a JPEG.</summary>
    public static byte[] Jpeg(byte[] jpeg, byte marker, byte[] payload) =>
        [.. jpeg[..2], 0xFF, marker, (byte)((payload.Length + 2) >> 8), (byte)(payload.Length + 2), .. payload, .. jpeg[2..]];

    /// <summary>Puts a chunk behind the header of a PNG.</summary>
    public static byte[] Png(byte[] png, string type, byte[] data)
    {
        byte[] body = [.. Encoding.ASCII.GetBytes(type), .. data];
        return [.. png[..33], .. BigEndian((uint)data.Length), .. body, .. BigEndian(Crc(body)), .. png[33..]];
    }

    /// <summary>IPTC-IIM in a resource of Photoshop's, as JPEG has it.</summary>
    public static byte[] Photoshop(params (byte DataSet, byte[] Value)[] fields)
    {
        byte[] iptc = [.. fields.SelectMany(field => (byte[])[0x1C, 2, field.DataSet, (byte)(field.Value.Length >> 8), (byte)field.Value.Length, .. field.Value])];
        return
        [
            .. "Photoshop 3.0\0"u8,
            .. "8BIM"u8, 0x03, 0xED, 0, 0, .. BigEndian(3), 1, 2, 3, 0, // another resource, of odd length
            .. "8BIM"u8, 0x04, 0x04, 0, 0, .. BigEndian((uint)iptc.Length), .. iptc, .. iptc.Length % 2 == 1 ? (byte[])[0] : [],
        ];
    }

    private static byte[] BigEndian(uint number)
    {
        var bytes = new byte[4];
        BinaryPrimitives.WriteUInt32BigEndian(bytes, number);
        return bytes;
    }

    private static uint Crc(byte[] bytes)
    {
        var crc = uint.MaxValue;
        foreach (var b in bytes)
        {
            crc ^= b;
            for (var i = 0; i < 8; i++) crc = (crc & 1) != 0 ? crc >> 1 ^ 0xEDB88320 : crc >> 1;
        }
        return ~crc;
    }

    private static int Size(List<(ushort Tag, object Value)> entries) => 6 + 12 * entries.Count + entries.Select(entry => Bytes(entry.Value).Data.Length).Where(length => length > 4).Sum();

    private static byte[] Directory(List<(ushort Tag, object Value)> entries, int at)
    {
        var table = new List<byte>();
        var data = new List<byte>();
        table.AddRange(BitConverter.GetBytes((ushort)entries.Count));
        var dataAt = at + 6 + 12 * entries.Count;
        foreach (var (tag, value) in entries)
        {
            var (type, count, bytes) = Bytes(value);
            table.AddRange([.. BitConverter.GetBytes(tag), .. BitConverter.GetBytes(type), .. BitConverter.GetBytes(count)]);
            if (bytes.Length <= 4)
            {
                table.AddRange([.. bytes, .. new byte[4 - bytes.Length]]);
            }
            else
            {
                table.AddRange(BitConverter.GetBytes((uint)(dataAt + data.Count)));
                data.AddRange(bytes);
            }
        }
        table.AddRange(new byte[4]);
        return [.. table, .. data];
    }

    private static (ushort Type, uint Count, byte[] Data) Bytes(object value)
    {
        switch (value)
        {
            case string text:
                byte[] ascii = [.. Encoding.UTF8.GetBytes(text), 0];
                return (2, (uint)ascii.Length, ascii);
            case byte[] bytes:
                return (2, (uint)bytes.Length, bytes);
            case byte number:
                return (1, 1, [number]);
            case ushort number:
                return (3, 1, BitConverter.GetBytes(number));
            case uint number:
                return (4, 1, BitConverter.GetBytes(number));
            case (uint, uint)[] rationals:
                return (5, (uint)rationals.Length, [.. rationals.SelectMany(pair => (byte[])[.. BitConverter.GetBytes(pair.Item1), .. BitConverter.GetBytes(pair.Item2)])]);
            default:
                throw new ArgumentException(value.GetType().Name);
        }
    }
}
