using PixelCraft.Images.Contracts;

namespace PixelCraft.Images.Engine;

/// <summary>Which variant to make on demand, of which file.</summary>
/// <param name="SourcePath">The original or a variant, a local file. Its name means nothing: the format is decided by the bytes.</param>
/// <param name="OutputPath">Where the result goes; its folder exists, a file that is there is replaced.</param>
/// <param name="Transform">What to make; without a fault.</param>
/// <param name="Format">In which format.</param>
/// <param name="MaxPixels">Width times height above which a source is rejected.</param>
public sealed record TransformRequest(string SourcePath, string OutputPath, Transform Transform, TransformFormat Format, long MaxPixels) : EngineRequest;

/// <summary>The variant on demand is there.</summary>
/// <param name="Width">Pixels across.</param>
/// <param name="Height">Pixels down.</param>
/// <param name="Bytes">Its size.</param>
public sealed record Transformed(int Width, int Height, long Bytes) : EngineResult;
