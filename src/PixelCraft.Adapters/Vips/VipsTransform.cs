using NetVips;
using PixelCraft.Adapters.FileSystem;
using PixelCraft.Images.Contracts;
using PixelCraft.Images.Engine;
using Transform = PixelCraft.Images.Contracts.Transform;

namespace PixelCraft.Adapters.Vips;

/// <summary>
/// Variants on demand with libvips. The source is shrunk while it is loaded where its format can do that, and from then on
/// everything is one pipeline up to the pixels of the result, which are kept in memory (at most 4096 x 4096 x 4 bytes).
/// The box and the gravity are turned back first, so that cutting off comes before turning.
/// </summary>
internal static class VipsTransform
{
    /// <summary>AVIF's scale is another one: about two thirds of JPEG's number looks alike.</summary>
    private const double AvifQuality = 2.0 / 3;

    /// <summary>Of AVIF, 0 (fast) to 9 (small): low, since somebody waits for it.</summary>
    private const int AvifEffort = 2;

    private const int WebPEffort = 4;

    /// <summary>Pixels that are kept in memory to look for what draws the eye: 4 bytes each.</summary>
    private const long MaxAttentionPixels = 64_000_000;

    private static readonly double[] White = [255, 255, 255];

    public static EngineResult Run(TransformRequest request, CancellationToken cancellationToken)
    {
        // Opened here first, so that a missing file or too few handles are the system's exceptions and no fault of the image.
        using (File.OpenHandle(request.SourcePath))
        {
        }
        try
        {
            using var source = Open(request.SourcePath);
            if ((long)source.Width * source.Height > request.MaxPixels)
                return new Rejected($"The image has {source.Width:N0} x {source.Height:N0} pixels: more than the {request.MaxPixels:N0} that are taken.");
            var plan = Plan(source, request.Transform);
            if (request.Transform.Gravity == TransformGravity.Attention && (long)plan.Width * plan.Height > MaxAttentionPixels)
                return new Rejected("The image is too long for a crop by attention: use another gravity.");

            using var pixels = Pixels(request, source, plan, cancellationToken);
            var bytes = Encode(pixels, request, cancellationToken);
            File.WriteAllBytes(request.OutputPath, bytes);
            return new Transformed(pixels.Width, pixels.Height, bytes.Length);
        }
        catch (VipsException e)
        {
            cancellationToken.ThrowIfCancellationRequested();
            if (VipsFaults.OfTheMachine(e)) throw new IOException($"libvips could not work on {request.SourcePath}.", e);
            return new Rejected(VipsFaults.Reason(e));
        }
        catch (IOException e) when (DiskFaults.IsFull(e))
        {
            throw new StorageFullException("folder for variants", e);
        }
    }

    // A source and not a path: libvips reads options from what stands in brackets in a path.
    private static Image Open(string path, VOption? options = null)
    {
        using var source = Source.NewFromFile(path);
        return Image.NewFromSource(source, access: Enums.Access.Sequential, failOn: Enums.FailOn.Error, kwargs: options);
    }

    /// <summary>How large the upright image shall be, and what is cut from it, before it is turned.</summary>
    private static Plan Plan(Image source, Transform transform)
    {
        var quarter = source.Contains("orientation") && (int)source.Get("orientation") is >= 5 and <= 8;
        var (width, height) = quarter ? (source.Height, source.Width) : (source.Width, source.Height);
        var (boxWidth, boxHeight) = transform.Rotate is 90 or 270 ? (transform.Height, transform.Width) : (transform.Width, transform.Height);
        if (transform.Mode == TransformMode.Fit)
        {
            var scale = Math.Min(1, Math.Min((double)(boxWidth ?? Transform.MaxSide) / width, (double)(boxHeight ?? Transform.MaxSide) / height));
            var (w, h) = (Round(width * scale), Round(height * scale));
            return new Plan(w, h, w, h);
        }
        // Nothing is enlarged: the box becomes smaller instead.
        var shrink = Math.Min(1, Math.Min((double)width / boxWidth!.Value, (double)height / boxHeight!.Value));
        var (cutWidth, cutHeight) = (Round(boxWidth.Value * shrink), Round(boxHeight.Value * shrink));
        if (transform.Mode == TransformMode.Fill) return new Plan(cutWidth, cutHeight, cutWidth, cutHeight);
        var cover = Math.Min(1, Math.Max((double)cutWidth / width, (double)cutHeight / height));
        return new Plan(Math.Max(cutWidth, Round(width * cover)), Math.Max(cutHeight, Round(height * cover)), cutWidth, cutHeight);
    }

    private static int Round(double pixels) => Math.Max(1, (int)Math.Round(pixels));

    private static Image Pixels(TransformRequest request, Image source, Plan plan, CancellationToken cancellationToken)
    {
        var transform = request.Transform;
        using var shrunk = ShrinkOnLoad(source, plan) is { } options ? Open(request.SourcePath, options) : null;
        // Converting what is in sRGB already would take as long again as all the rest.
        var profile = VipsColours.PlanFor(source) is VipsColours.Plan.Srgb ? null : "srgb";
        using var fitted = (shrunk ?? source).ThumbnailImage(plan.Width, height: plan.Height, size: Enums.Size.Force, outputProfile: profile);
        using var colours = fitted.Colourspace(Enums.Interpretation.Srgb);
        using var whole = colours.Cast(Enums.BandFormat.Uchar);
        var memory = Memory(Cut(whole, plan, transform), cancellationToken);
        memory = Replace(memory, image => transform.Rotate switch
        {
            90 => image.Rot90(),
            180 => image.Rot180(),
            270 => image.Rot270(),
            _ => image,
        });
        if (transform.Blur > 0) memory = Replace(memory, image => Blurred(image, transform.Blur));
        if (transform.Sharpen > 0) memory = Replace(memory, image => image.Sharpen(sigma: transform.Sharpen));
        return memory;

        Image Cut(Image image, Plan plan, Transform transform)
        {
            if (plan.Width == plan.CutWidth && plan.Height == plan.CutHeight) return image;
            if (transform.Gravity == TransformGravity.Attention)
                return Memory(image, cancellationToken).Smartcrop(plan.CutWidth, plan.CutHeight, interesting: Enums.Interesting.Attention);
            var (across, down) = Direction(transform);
            // -1, 0, 1 for the beginning, the middle, the end.
            return image.ExtractArea((plan.Width - plan.CutWidth) * (across + 1) / 2, (plan.Height - plan.CutHeight) * (down + 1) / 2, plan.CutWidth, plan.CutHeight);
        }
    }

    /// <summary>As the rule of libvips's own thumbnails: a JPEG to twice the size at least, as its blocks are shrunk crudely; a WebP to the size.</summary>
    private static VOption? ShrinkOnLoad(Image source, Plan plan)
    {
        // Orientation may have swapped the sides: the longer one is the longer one all the same.
        var shrink = Math.Min(
            (double)Math.Max(source.Width, source.Height) / Math.Max(plan.Width, plan.Height),
            (double)Math.Min(source.Width, source.Height) / Math.Min(plan.Width, plan.Height));
        var loader = source.Contains("vips-loader") ? (string)source.Get("vips-loader") : "";
        if (loader.StartsWith("jpegload", StringComparison.Ordinal) && shrink >= 4) return new VOption { { "shrink", shrink >= 16 ? 8 : shrink >= 8 ? 4 : 2 } };
        if (loader.StartsWith("webpload", StringComparison.Ordinal) && shrink > 1) return new VOption { { "scale", 1 / shrink } };
        return null;
    }

    /// <summary>Where a crop lies before the image is turned: each quarter of a turn is two of the eight directions.</summary>
    private static (int Across, int Down) Direction(Transform transform)
    {
        if (transform.Gravity == TransformGravity.Center) return (0, 0);
        var eighth = ((int)transform.Gravity - 1 - transform.Rotate / 45 + 8) % 8;
        return eighth switch
        {
            0 => (0, -1),
            1 => (1, -1),
            2 => (1, 0),
            3 => (1, 1),
            4 => (0, 1),
            5 => (-1, 1),
            6 => (-1, 0),
            _ => (-1, -1),
        };
    }

    private static Image Memory(Image image, CancellationToken cancellationToken)
    {
        using var kill = cancellationToken.Register(() => image.SetKill(true));
        return image.CopyMemory();
    }

    private static Image Replace(Image image, Func<Image, Image> by)
    {
        var replaced = by(image);
        if (!ReferenceEquals(replaced, image)) image.Dispose();
        return replaced;
    }

    private static Image Blurred(Image image, int sigma)
    {
        if (!image.HasAlpha()) return image.Gaussblur(sigma);
        // Else the colour of what can't be seen would bleed into what can.
        using var premultiplied = image.Premultiply();
        using var blurred = premultiplied.Gaussblur(sigma);
        using var straight = blurred.Unpremultiply();
        return straight.Cast(Enums.BandFormat.Uchar);
    }

    private static byte[] Encode(Image image, TransformRequest request, CancellationToken cancellationToken)
    {
        using var kill = cancellationToken.Register(() => image.SetKill(true));
        var quality = request.Transform.Quality;
        switch (request.Format)
        {
            case TransformFormat.WebP:
                return image.WebpsaveBuffer(q: quality, effort: WebPEffort, keep: Enums.ForeignKeep.None);
            case TransformFormat.Avif:
                return image.HeifsaveBuffer(
                    q: Math.Max(1, (int)Math.Round(quality * AvifQuality)), compression: Enums.ForeignHeifCompression.Av1, effort: AvifEffort, keep: Enums.ForeignKeep.None);
            default:
                using (var opaque = image.HasAlpha() ? image.Flatten(background: White) : null)
                    return (opaque ?? image).JpegsaveBuffer(q: quality, optimizeCoding: true, keep: Enums.ForeignKeep.None);
        }
    }
}

/// <summary>Sizes in pixels, before turning.</summary>
/// <param name="Width">Of the whole image.</param>
/// <param name="Height">Likewise.</param>
/// <param name="CutWidth">Of what is kept of it.</param>
/// <param name="CutHeight">Likewise.</param>
internal readonly record struct Plan(int Width, int Height, int CutWidth, int CutHeight);
