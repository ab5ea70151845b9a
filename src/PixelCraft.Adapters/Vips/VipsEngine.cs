using Microsoft.Win32.SafeHandles;
using NetVips;
using PixelCraft.Adapters.FileSystem;
using PixelCraft.Adapters.Metadata;
using PixelCraft.Images.Contracts;
using PixelCraft.Images.Engine;
using PixelCraft.Images.Formats;

namespace PixelCraft.Adapters.Vips;

/// <summary>
/// The image engine on libvips, in this process. libvips gets one thread per image, since several images are done at once;
/// its cache of operations is off, since no image comes twice; all loaders but those that are needed are blocked.
/// <para>
/// Truncated files are rejected; what decoders only warn about, such as stray bytes between segments, is let pass, as
/// cameras write such files.
/// </para>
/// </summary>
internal sealed class VipsEngine : IImageEngine
{
    private static readonly string[] Loaders = ["Jpeg", "Png", "Webp", "Nsgif", "Heif", "Tiff"];

    static VipsEngine()
    {
        NetVips.NetVips.Concurrency = 1;
        Cache.Max = 0;
        NetVips.NetVips.BlockUntrusted = true;
        Operation.Block("VipsForeignLoad", true);
        foreach (var loader in Loaders) Operation.Block("VipsForeignLoad" + loader, false);
    }

    /// <inheritdoc/>
    /// <remarks>
    /// Takes a thread of its own, since it computes for up to seconds and the pool's threads are there for requests.
    /// When cancelled it stops between two rows of pixels.
    /// </remarks>
    public Task<EngineResult> RenderAsync(RenderRequest request, CancellationToken cancellationToken) => StartAsync(request, cancellationToken);

    /// <inheritdoc/>
    public Task<EngineResult> TransformAsync(TransformRequest request, CancellationToken cancellationToken) => StartAsync(request, cancellationToken);

    /// <summary>Loads and locks down libvips, which else happens at the first request.</summary>
    public static void Load() => _ = NetVips.NetVips.Concurrency;

    /// <summary>Does what is asked, on this thread.</summary>
    public static EngineResult Handle(EngineRequest request, CancellationToken cancellationToken) => request switch
    {
        RenderRequest render => Render(render, cancellationToken),
        TransformRequest transform => VipsTransform.Run(transform, cancellationToken),
        _ => throw new NotSupportedException($"The engine has no {request.GetType().Name}."),
    };

    private static Task<EngineResult> StartAsync(EngineRequest request, CancellationToken cancellationToken) => Task.Factory.StartNew(
        () => Handle(request, cancellationToken), cancellationToken, TaskCreationOptions.LongRunning, TaskScheduler.Default);

    private static EngineResult Render(RenderRequest request, CancellationToken cancellationToken)
    {
        // Opened here first, so that a missing file or too few handles are the system's exceptions and no fault of the image.
        using var original = File.OpenHandle(request.OriginalPath);
        var header = Scan(original, cancellationToken);
        if (header.Outcome == HeaderOutcome.Unknown) return new Rejected("The file is not an image of a format that is read here.");
        if (header.Outcome == HeaderOutcome.Damaged) return new Rejected(header.Reason!);
        if (request.Limits.Refuse(header) is { } reason) return new Rejected(reason);

        var path = request.OriginalPath;
        try
        {
            if (header.Format == ImageFormat.Heic && !Heic.Convert(ref request)) return new Rejected("This HEIC file can't be read.");
            var rendered = header.Frames > 1 && request.Format == VariantFormat.WebP
                ? VipsAnimation.Render(request, cancellationToken)
                : VipsStill.Render(request, header.Format, cancellationToken);
            return rendered is Rendered made ? made with { Metadata = MetadataReader.Read(path) } : rendered;
        }
        catch (VipsException e)
        {
            cancellationToken.ThrowIfCancellationRequested();
            if (VipsFaults.OfTheMachine(e)) throw new IOException($"libvips could not work on {request.OriginalPath}.", e);
            if (VipsFaults.OfMemory(e)) return OutOfMemory(header.Format, request.Limits);
            return new Rejected(VipsFaults.Reason(e));
        }
        catch (OutOfMemoryException)
        {
            return OutOfMemory(header.Format, request.Limits);
        }
        catch (IOException e) when (DiskFaults.IsFull(e))
        {
            throw new StorageFullException("folder for variants", e);
        }
    }

    private static Faulted OutOfMemory(ImageFormat format, ImageLimits limits) => new($"This {Name(format)} {limits.MemoryReason()}");

    private static string Name(ImageFormat format) => format is ImageFormat.WebP ? "WebP" : format.ToString().ToUpperInvariant();

    private static HeaderResult Scan(SafeFileHandle file, CancellationToken cancellationToken)
    {
        var scanner = new ImageHeaderScanner();
        var buffer = new byte[64 * 1024];
        for (long offset = 0; !scanner.IsDone;)
        {
            cancellationToken.ThrowIfCancellationRequested();
            var read = RandomAccess.Read(file, buffer, offset);
            if (read == 0) return scanner.Complete();
            scanner.Feed(buffer.AsSpan(0, read));
            offset += read;
        }
        return scanner.Result;
    }
}
