using System.Text.Json.Serialization;
using PixelCraft.Consistency;
using PixelCraft.Images.Contracts;
using PixelCraft.Images.Formats;

namespace PixelCraft.Images.Engine;

/// <summary>
/// Decodes an original and makes its variants. Files in, files out, and plain data both ways (it survives JSON), so that
/// an adapter can do the work in another process.
/// </summary>
[ConsistencyChoice(Choice.None, "Processing of images", "It keeps nothing: the same request makes the same variants on every worker.")]
public interface IImageEngine
{
    /// <summary>
    /// Makes the variants of an image: turned upright, transparency kept, without metadata but a profile of wide gamut.
    /// A fault of the file is an outcome, <see cref="Rejected"/> or <see cref="Faulted"/>; a fault of the machine (disk full,
    /// no handles) is an exception. Files written before either are the caller's to remove, with the folder.
    /// </summary>
    /// <exception cref="StorageFullException">There is no room in the output folder.</exception>
    /// <exception cref="IOException">The original can't be opened or a variant can't be written.</exception>
    /// <exception cref="UnavailableException">The engine can't work now, through no fault of the file.</exception>
    Task<EngineResult> RenderAsync(RenderRequest request, CancellationToken cancellationToken);

    /// <summary>
    /// Makes one variant on demand: in sRGB, upright before it is turned further, without any metadata; of an animation the
    /// first frame. The outcome is <see cref="Transformed"/>; faults are told as for <see cref="RenderAsync"/>.
    /// </summary>
    /// <exception cref="StorageFullException">There is no room for the output.</exception>
    /// <exception cref="IOException">The source can't be opened or the output can't be written.</exception>
    /// <exception cref="UnavailableException">The engine can't work now, through no fault of the file.</exception>
    Task<EngineResult> TransformAsync(TransformRequest request, CancellationToken cancellationToken);
}

/// <summary>What an engine can be asked for. A record for each kind of work; all of them survive JSON.</summary>
[JsonDerivedType(typeof(RenderRequest), "render")]
[JsonDerivedType(typeof(TransformRequest), "transform")]
public abstract record EngineRequest;

/// <summary>What to make of which file.</summary>
/// <param name="OriginalPath">The original, a local file. Its name means nothing: the format is decided by the bytes.</param>
/// <param name="OutputFolder">Where the variants go; it exists. Files in it are replaced.</param>
/// <param name="Sizes">The boxes to fit variants into, see <see cref="VariantSizes"/>; 1 to 16,383 each.</param>
/// <param name="Format">The format of the variants.</param>
/// <param name="Quality">WebP or AVIF quality, 1 to 100.</param>
/// <param name="Effort">How hard the encoder works for a smaller file: WebP 0 (fast) to 6, AVIF 0 to 9.</param>
/// <param name="Limits">What an image may be; one beyond is rejected.</param>
public sealed record RenderRequest(
    string OriginalPath, string OutputFolder, IReadOnlyList<int> Sizes, VariantFormat Format, int Quality, int Effort, ImageLimits Limits) : EngineRequest;

/// <summary>What became of a request.</summary>
[JsonDerivedType(typeof(Rendered), "rendered")]
[JsonDerivedType(typeof(Transformed), "transformed")]
[JsonDerivedType(typeof(Rejected), "rejected")]
[JsonDerivedType(typeof(Faulted), "faulted")]
public abstract record EngineResult;

/// <summary>The variants are there.</summary>
/// <param name="Width">Pixels across of the original as it is seen: orientation applied.</param>
/// <param name="Height">Pixels down, likewise.</param>
/// <param name="Frames">1, or more for an animation.</param>
/// <param name="ThumbHash">The ThumbHash, 5 to 25 bytes in base 64.</param>
/// <param name="DominantColour">The colour that most of the image has, as <c>#rrggbb</c>.</param>
/// <param name="Variants">Smallest first.</param>
public sealed record Rendered(
    int Width, int Height, int Frames, string ThumbHash, string DominantColour, IReadOnlyList<RenderedVariant> Variants) : EngineResult
{
    /// <summary>What the original says about itself; null when that is nothing.</summary>
    public ImageMetadata? Metadata { get; init; }
}

/// <summary>The file can't be processed, however often it is tried.</summary>
/// <param name="Reason">Why, a sentence for the owner of the image.</param>
public sealed record Rejected(string Reason) : EngineResult;

/// <summary>
/// The file ended the process that decoded it: a crash, no end, too much memory. Nearly always it would again; since chance
/// has a part in it, the caller tries a few times.
/// </summary>
/// <param name="Reason">What happened, a sentence for the owner of the image.</param>
public sealed record Faulted(string Reason) : EngineResult;

/// <summary>A variant that was made.</summary>
/// <param name="Size">The box it was fitted into, in pixels.</param>
/// <param name="Width">Pixels across; never more than the original's.</param>
/// <param name="Height">Pixels down, likewise.</param>
/// <param name="Bytes">Its size.</param>
/// <param name="Path">The file.</param>
public sealed record RenderedVariant(int Size, int Width, int Height, long Bytes, string Path);
