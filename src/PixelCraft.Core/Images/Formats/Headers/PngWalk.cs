using System.Buffers.Binary;

namespace PixelCraft.Images.Formats.Headers;

/// <summary>PNG: the size is in the first chunk. W3C PNG section 11.2.1.</summary>
internal sealed class PngWalk() : HeaderWalk(24)
{
    public static ReadOnlySpan<byte> Signature => [0x89, (byte)'P', (byte)'N', (byte)'G', (byte)'\r', (byte)'\n', 0x1A, (byte)'\n'];

    public override void Step(ReadOnlySpan<byte> b)
    {
        if (b[8..].StartsWith((ReadOnlySpan<byte>)[0, 0, 0, 13, (byte)'I', (byte)'H', (byte)'D', (byte)'R']))
            Found(ImageFormat.Png, BinaryPrimitives.ReadUInt32BigEndian(b[16..]), BinaryPrimitives.ReadUInt32BigEndian(b[20..]));
        else
            Damaged("The PNG file does not begin with its header.");
        Done();
    }
}
