using System.Buffers.Binary;
using MetadataExtractor.Formats.Iptc;
using MetadataExtractor.IO;

namespace PixelCraft.Adapters.Metadata;

/// <summary>IPTC-IIM, bare as in TIFF or among Photoshop's resources as in JPEG (Adobe Photoshop File Formats Specification, image resource blocks).</summary>
internal static class IptcBlock
{
    private const int IptcResource = 0x0404;

    public static IptcDirectory? Read(byte[] block)
    {
        var iptc = block.AsSpan().StartsWith("Photoshop 3.0\0"u8) ? InPhotoshop(block, "Photoshop 3.0\0".Length) : block;
        return iptc is null ? null : new IptcReader().Extract(new SequentialByteArrayReader(iptc), iptc.Length);
    }

    private static byte[]? InPhotoshop(byte[] block, int at)
    {
        // 8BIM, 2 bytes id, a Pascal string padded to even, 4 bytes length, data padded to even.
        while (at + 12 <= block.Length && block.AsSpan(at).StartsWith("8BIM"u8))
        {
            var id = BinaryPrimitives.ReadUInt16BigEndian(block.AsSpan(at + 4));
            at += 6 + (block[at + 6] + 2) / 2 * 2;
            if (at + 4 > block.Length) return null;
            var length = BinaryPrimitives.ReadUInt32BigEndian(block.AsSpan(at));
            at += 4;
            if (length > block.Length - at) return null;
            if (id == IptcResource) return block[at..(at + (int)length)];
            at += (int)(length + (length & 1));
        }
        return null;
    }
}
