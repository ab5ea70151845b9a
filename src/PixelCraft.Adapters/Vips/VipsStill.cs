using NetVips;
using PixelCraft.Images.Engine;
using PixelCraft.Images.Formats;

namespace PixelCraft.Adapters.Vips;

/// <summary>
/// Variants of a still image. The original is decoded once, shrunk while it is loaded where the format can do that (JPEG and
/// WebP), to the largest variant, which is kept in memory (at most 2560 x 2560 x 4 bytes = 26 MB); each smaller one is made
/// from the next larger.
/// </summary>
internal static class VipsStill
{
    public static EngineResult Render(RenderRequest request, ImageFormat format, CancellationToken cancellationToken)
    {
        var (width, height, turns) = SizeAsSeen(request.OriginalPath, format);
        if ((long)width * height > request.Limits.MaxPixels)
            return new Rejected(request.Limits.Refuse(HeaderResult.Found(format, width, height))!);
        var sizes = VariantSizes.For(request.Sizes, width, height);
        var (whole, colours) = Decode(request.OriginalPath, format, Math.Max(width, height), Fit(width, height, sizes[^1]), turns, cancellationToken);

        var (hash, dominant) = VipsColours.Summary(whole, colours);
        var variants = new List<RenderedVariant>();
        foreach (var size in sizes.Reverse())
        {
            using var larger = whole;
            var (across, down) = Fit(width, height, size);
            using var lazy = larger.ThumbnailImage(across, height: down, size: Enums.Size.Force);
            using var kill = cancellationToken.Register(() => lazy.SetKill(true));
            whole = lazy.CopyMemory();
            variants.Add(VipsVariant.Save(whole, request, size));
        }
        whole.Dispose();
        variants.Reverse();
        return new Rendered(width, height, 1, hash, dominant, variants);
    }

    /// <summary>The size in a box, by the original's own shape: one made of another variant's would be off by its rounding.</summary>
    private static (int Across, int Down) Fit(int width, int height, int box)
    {
        var scale = Math.Min(1, (double)box / Math.Max(width, height));
        return (Math.Max(1, (int)Math.Round(width * scale)), Math.Max(1, (int)Math.Round(height * scale)));
    }

    /// <summary>The pixels of the largest variant: upright, 8 bits, in sRGB or Display P3, without metadata besides.</summary>
    private static (Image Pixels, VipsColours.Plan Colours) Decode(
        string path, ImageFormat format, int longer, (int Across, int Down) box, bool turns, CancellationToken cancellationToken)
    {
        // A source and not a path: libvips reads options from what stands in brackets in a path. Loaded by itself, since
        // thumbnail_source of libvips 8.18 does not hand failOn to the loader.
        using var source = Source.NewFromFile(path);
        using var loaded = Image.NewFromSource(source, access: Enums.Access.Sequential, failOn: Enums.FailOn.Error, kwargs: ShrinkOnLoad(format, longer, Math.Max(box.Across, box.Down)));
        var colours = VipsColours.PlanFor(loaded);
        using var lazy = loaded.ThumbnailImage(box.Across, height: box.Down, size: Enums.Size.Force, noRotate: !turns, outputProfile: VipsColours.Convert(colours));
        using var rgb = lazy.Colourspace(Enums.Interpretation.Srgb);
        using var whole = rgb.Cast(Enums.BandFormat.Uchar);
        using var kill = cancellationToken.Register(() => whole.SetKill(true));
        using var pixels = whole.CopyMemory();
        return (VipsColours.Tag(pixels, colours), colours);
    }

    /// <summary>
    /// What these loaders can do cheaper than libvips afterwards, by the rule of libvips's own thumbnails: a JPEG is shrunk to
    /// twice the box at least, since its blocks are shrunk crudely; a WebP to the box.
    /// </summary>
    private static VOption? ShrinkOnLoad(ImageFormat format, int longer, int box)
    {
        var shrink = (double)longer / box;
        return format switch
        {
            ImageFormat.Jpeg when shrink >= 4 => new VOption { { "shrink", shrink >= 16 ? 8 : shrink >= 8 ? 4 : 2 } },
            ImageFormat.WebP when shrink > 1 => new VOption { { "scale", 1 / shrink } },
            _ => null,
        };
    }

    private static (int Width, int Height, bool Turns) SizeAsSeen(string path, ImageFormat format)
    {
        using var source = Source.NewFromFile(path);
        using var image = Image.NewFromSource(source, access: Enums.Access.Sequential);
        // What HEIC says of orientation was applied when it was converted.
        var orientation = format != ImageFormat.Heic && image.Contains("orientation") ? (int)image.Get("orientation") : 1;
        // Those of 5 to 8 turn by a quarter.
        return orientation is >= 5 and <= 8 ? (image.Height, image.Width, true) : (image.Width, image.Height, orientation > 1);
    }
}
