using NetVips;
using PixelCraft.Images.Engine;

namespace PixelCraft.Adapters.Vips;

/// <summary>
/// Variants of an animated GIF or WebP: animated WebP with the same frames, delays and number of loops. Each is made in a
/// pass of its own, frame by frame, since all frames at once could take any memory.
/// </summary>
internal static class VipsAnimation
{
    /// <summary>The largest box: every frame is encoded, and nobody watches an animation at 2560 pixels.</summary>
    public const int LargestBox = 800;

    public static EngineResult Render(RenderRequest request, CancellationToken cancellationToken)
    {
        int width, height, frames;
        using (var first = Open(request, frames: 1))
        {
            (width, height) = (first.Width, first.Height);
            frames = first.Contains("n-pages") ? (int)first.Get("n-pages") : 1;
        }
        var seen = Images.Formats.HeaderResult.Found(Images.Formats.ImageFormat.Gif, width, height) with { Frames = frames };
        if (request.Limits.Refuse(seen) is { } reason) return new Rejected(reason);

        var (hash, dominant) = Summary(request);
        var variants = new List<RenderedVariant>();
        foreach (var size in VariantSizes.For(request.Sizes.Where(size => size <= LargestBox), width, height))
        {
            using var all = Open(request, frames: -1);
            using var fitted = all.ThumbnailImage(size, height: size, size: Enums.Size.Down, noRotate: true);
            using var kill = cancellationToken.Register(() => fitted.SetKill(true));
            variants.Add(VipsVariant.Save(fitted, request, size));
        }
        return new Rendered(width, height, frames, hash, dominant, variants);
    }

    private static (string Hash, string Dominant) Summary(RenderRequest request)
    {
        using var first = Open(request, frames: 1);
        using var rgb = first.Colourspace(Enums.Interpretation.Srgb);
        return VipsColours.Summary(rgb, VipsColours.Plan.Srgb);
    }

    private static Image Open(RenderRequest request, int frames)
    {
        var source = Source.NewFromFile(request.OriginalPath);
        var image = Image.NewFromSource(source, access: Enums.Access.Sequential, failOn: Enums.FailOn.Error, kwargs: new VOption { { "n", frames } });
        source.Dispose(); // The image holds it from here.
        return image;
    }
}
