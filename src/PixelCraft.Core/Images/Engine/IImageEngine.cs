using System.Text.Json.Serialization;
using PixelCraft.Images.Contracts;

namespace PixelCraft.Images.Engine;

/// <summary>
/// Decodes an original and makes its variants. Files in, files out, and plain data both ways (it survives JSON), so that
/// an adapter can do the work in another process. Consistency: none; the same request makes the same variants.
/// </summary>
public interface IImageEngine
{
    /// <summary>
    /// Makes the variants of an image: WebP in sRGB, turned upright, transparency kept, without any metadata; of an animation
    /// the first frame. A fault of the file is an outcome; a fault of the machine (disk full, no memory, no handles) is
    /// an exception. Files written before either are the caller's to remove, with the folder.
    /// </summary>
    /// <exception cref="StorageFullException">There is no room in the output folder.</exception>
    /// <exception cref="IOException">The original can't be opened or a variant can't be written.</exception>
    Task<RenderResult> RenderAsync(RenderRequest request, CancellationToken cancellationToken);

    /// <summary>
    /// Makes one variant on demand: in sRGB, upright before it is turned further, without any metadata; of an animation the
    /// first frame. Faults are told as for <see cref="RenderAsync"/>.
    /// </summary>
    /// <exception cref="StorageFullException">There is no room for the output.</exception>
    /// <exception cref="IOException">The source can't be opened or the output can't be written.</exception>
    Task<TransformResult> TransformAsync(TransformRequest request, CancellationToken cancellationToken);
}

/// <summary>What to make of which file.</summary>
/// <param name="OriginalPath">The original, a local file. Its name means nothing: the format is decided by the bytes.</param>
/// <param name="OutputFolder">Where the variants go; it exists. Files in it are replaced.</param>
/// <param name="Sizes">The boxes to fit variants into, see <see cref="VariantSizes"/>; 1 to 16,383 each.</param>
/// <param name="Quality">WebP quality, 1 to 100.</param>
/// <param name="Effort">WebP effort, 0 (fast) to 6 (small).</param>
/// <param name="MaxPixels">Width times height above which an image is rejected.</param>
public sealed record RenderRequest(
    string OriginalPath, string OutputFolder, IReadOnlyList<int> Sizes, int Quality, int Effort, long MaxPixels);

/// <summary>What became of a request: <see cref="Rendered"/> or <see cref="Rejected"/>.</summary>
[JsonDerivedType(typeof(Rendered), "rendered")]
[JsonDerivedType(typeof(Rejected), "rejected")]
public abstract record RenderResult;

/// <summary>The variants are there.</summary>
/// <param name="Width">Pixels across of the original as it is seen: orientation applied.</param>
/// <param name="Height">Pixels down, likewise.</param>
/// <param name="ThumbHash">The ThumbHash, 5 to 25 bytes in base 64.</param>
/// <param name="Variants">Smallest first.</param>
public sealed record Rendered(int Width, int Height, string ThumbHash, IReadOnlyList<RenderedVariant> Variants) : RenderResult
{
    /// <summary>What the original says about itself; null when that is nothing.</summary>
    public ImageMetadata? Metadata { get; init; }
}

/// <summary>The file can't be processed, however often it is tried.</summary>
/// <param name="Reason">Why, a sentence for the owner of the image.</param>
public sealed record Rejected(string Reason) : RenderResult;

/// <summary>A variant that was made.</summary>
/// <param name="Size">The box it was fitted into, in pixels.</param>
/// <param name="Width">Pixels across; never more than the original's.</param>
/// <param name="Height">Pixels down, likewise.</param>
/// <param name="Bytes">Its size.</param>
/// <param name="Path">The file.</param>
public sealed record RenderedVariant(int Size, int Width, int Height, long Bytes, string Path);
