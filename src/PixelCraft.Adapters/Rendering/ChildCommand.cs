namespace PixelCraft.Adapters.Rendering;

/// <summary>How to start a child that runs <see cref="RenderChild"/>.</summary>
/// <param name="Program">The path of the program.</param>
/// <param name="Arguments">What stands before the memory in bytes and the seconds for an image.</param>
public sealed record ChildCommand(string Program, IReadOnlyList<string> Arguments);
