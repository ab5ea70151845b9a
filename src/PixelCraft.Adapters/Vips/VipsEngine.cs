using Microsoft.Win32.SafeHandles;
using NetVips;
using PixelCraft.Adapters.FileSystem;
using PixelCraft.Adapters.Metadata;
using PixelCraft.Images.Engine;
using PixelCraft.Images.Formats;

namespace PixelCraft.Adapters.Vips;

/// <summary>
/// The image engine on libvips, in this process. The original is decoded once, shrunk while it is loaded where the format
/// can do that (JPEG and WebP), to the largest variant, which is kept in memory (at most 2560 x 2560 x 4 bytes = 26 MB) and
/// from which the others are made. libvips gets one thread per image, since several images are done at once; its cache of
/// operations is off, since no image comes twice; all loaders but the four that are needed are blocked.
/// <para>
/// Truncated files are rejected; what decoders only warn about, such as stray bytes between segments, is let pass, as
/// cameras write such files.
/// </para>
/// </summary>
internal sealed class VipsEngine : IImageEngine
{
    static VipsEngine()
    {
        NetVips.NetVips.Concurrency = 1;
        Cache.Max = 0;
        NetVips.NetVips.BlockUntrusted = true;
        Operation.Block("VipsForeignLoad", true);
        foreach (var loader in (string[])["Jpeg", "Png", "Webp", "Nsgif"]) Operation.Block("VipsForeignLoad" + loader, false);
    }

    /// <inheritdoc/>
    /// <remarks>
    /// Takes a thread of its own, since it computes for up to seconds and the pool's threads are there for requests.
    /// When cancelled it stops between two rows of pixels.
    /// </remarks>
    public Task<RenderResult> RenderAsync(RenderRequest request, CancellationToken cancellationToken) =>
        Task.Factory.StartNew(
            () => Render(request, cancellationToken), cancellationToken, TaskCreationOptions.LongRunning, TaskScheduler.Default);

    /// <inheritdoc/>
    public Task<TransformResult> TransformAsync(TransformRequest request, CancellationToken cancellationToken) =>
        Task.Factory.StartNew(
            () => VipsTransform.Run(request, cancellationToken), cancellationToken, TaskCreationOptions.LongRunning, TaskScheduler.Default);

    private static RenderResult Render(RenderRequest request, CancellationToken cancellationToken)
    {
        // Opened here first, so that a missing file or too few handles are the system's exceptions and no fault of the image.
        using var original = File.OpenHandle(request.OriginalPath);
        var header = Scan(original, cancellationToken);
        if (header.Outcome == HeaderOutcome.Unknown) return new Rejected("The file is not an image of a format that is read here.");
        if (header.Outcome == HeaderOutcome.Damaged) return new Rejected(header.Reason!);
        if ((long)header.Width * header.Height > request.MaxPixels)
            return new Rejected($"The image has {header.Width:N0} x {header.Height:N0} pixels: more than the {request.MaxPixels:N0} that are taken.");

        try
        {
            using var image = Decode(request, header.Format, cancellationToken);
            return Encode(request, image, cancellationToken) with { Metadata = MetadataReader.Read(request.OriginalPath) };
        }
        catch (VipsException e)
        {
            cancellationToken.ThrowIfCancellationRequested();
            if (VipsFaults.OfTheMachine(e)) throw new IOException($"libvips could not work on {request.OriginalPath}.", e);
            return new Rejected(VipsFaults.Reason(e));
        }
        catch (IOException e) when (DiskFaults.IsFull(e))
        {
            throw new StorageFullException("folder for variants", e);
        }
    }

    private static HeaderResult Scan(SafeFileHandle file, CancellationToken cancellationToken)
    {
        var scanner = new ImageHeaderScanner();
        var buffer = new byte[16 * 1024];
        for (long offset = 0; scanner.Result.Outcome == HeaderOutcome.NeedMore;)
        {
            cancellationToken.ThrowIfCancellationRequested();
            var read = RandomAccess.Read(file, buffer, offset);
            if (read == 0) return scanner.Complete();
            scanner.Feed(buffer.AsSpan(0, read));
            offset += read;
        }
        return scanner.Result;
    }

    /// <summary>The pixels of the largest variant: upright, sRGB, 8 bits, without metadata.</summary>
    private static Decoded Decode(RenderRequest request, ImageFormat format, CancellationToken cancellationToken)
    {
        var (width, height) = SizeAsSeen(request.OriginalPath);
        var sizes = VariantSizes.For(request.Sizes, width, height);
        // A source and not a path: libvips reads options from what stands in brackets in a path. Loaded by itself, since
        // thumbnail_source of libvips 8.18 does not hand failOn to the loader.
        using var source = Source.NewFromFile(request.OriginalPath);
        using var loaded = Image.NewFromSource(source, access: Enums.Access.Sequential, failOn: Enums.FailOn.Error, kwargs: ShrinkOnLoad(format, Math.Max(width, height), sizes[^1]));
        using var lazy = loaded.ThumbnailImage(sizes[^1], height: sizes[^1], size: Enums.Size.Down, outputProfile: "srgb");
        using var colours = lazy.Colourspace(Enums.Interpretation.Srgb);
        using var whole = colours.Cast(Enums.BandFormat.Uchar);
        using var kill = cancellationToken.Register(() => whole.SetKill(true));
        using var pixels = whole.CopyMemory();
        // A profile left on it would be applied to each smaller variant again.
        var bare = pixels.Mutate(image =>
        {
            foreach (var field in pixels.GetFields().Where(name => name.EndsWith("-data", StringComparison.Ordinal))) image.Remove(field);
        });
        return new Decoded(width, height, sizes, bare);
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

    private static (int Width, int Height) SizeAsSeen(string path)
    {
        using var source = Source.NewFromFile(path);
        using var image = Image.NewFromSource(source, access: Enums.Access.Sequential);
        // EXIF orientations 5 to 8 turn by a quarter.
        var turned = image.Contains("orientation") && (int)image.Get("orientation") is >= 5 and <= 8;
        return turned ? (image.Height, image.Width) : (image.Width, image.Height);
    }

    private static Rendered Encode(RenderRequest request, Decoded image, CancellationToken cancellationToken)
    {
        var variants = new List<RenderedVariant>();
        foreach (var size in image.Sizes)
        {
            using var fitted = image.Pixels.ThumbnailImage(size, height: size, size: Enums.Size.Down);
            using var kill = cancellationToken.Register(() => fitted.SetKill(true));
            var bytes = fitted.WebpsaveBuffer(q: request.Quality, effort: request.Effort, keep: Enums.ForeignKeep.None);
            var path = Path.Combine(request.OutputFolder, $"{size}.webp");
            File.WriteAllBytes(path, bytes);
            variants.Add(new RenderedVariant(size, fitted.Width, fitted.Height, bytes.Length, path));
        }
        return new Rendered(image.Width, image.Height, Convert.ToBase64String(Hash(image.Pixels)), variants);
    }

    private static byte[] Hash(Image pixels)
    {
        using var small = pixels.ThumbnailImage(ThumbHash.MaxSide, height: ThumbHash.MaxSide, size: Enums.Size.Down);
        using var rgba = small.HasAlpha() ? small.Copy() : small.Bandjoin(255);
        return ThumbHash.Encode(rgba.Width, rgba.Height, rgba.WriteToMemory<byte>());
    }

    /// <param name="Width">Of the original as seen.</param>
    /// <param name="Height">Of the original as seen.</param>
    /// <param name="Sizes">The variants to make.</param>
    /// <param name="Pixels">The largest of them, in memory.</param>
    private sealed record Decoded(int Width, int Height, IReadOnlyList<int> Sizes, Image Pixels) : IDisposable
    {
        public void Dispose() => Pixels.Dispose();
    }
}
