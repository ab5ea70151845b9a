using NetVips;
using PixelCraft.Images.Contracts;
using PixelCraft.Images.Engine;

namespace PixelCraft.Adapters.Vips;

/// <summary>Writes a variant.</summary>
internal static class VipsVariant
{
    /// <summary>Encodes an image, which has its profile if any and no other metadata, into the output folder.</summary>
    public static RenderedVariant Save(Image image, RenderRequest request, int size)
    {
        var bytes = request.Format is VariantFormat.Avif
            ? image.HeifsaveBuffer(q: request.Quality, compression: Enums.ForeignHeifCompression.Av1, effort: request.Effort, keep: Enums.ForeignKeep.Icc)
            : image.WebpsaveBuffer(q: request.Quality, effort: request.Effort, keep: Enums.ForeignKeep.Icc);
        // By .NET, whose exceptions tell a full disk from other faults.
        var path = Path.Combine(request.OutputFolder, $"{size}.{request.Format.Extension()}");
        File.WriteAllBytes(path, bytes);
        return new RenderedVariant(size, image.Width, image.PageHeight, bytes.Length, path);
    }
}
