namespace PixelCraft.Cluster;

/// <summary>How a command ended.</summary>
/// <param name="ExitCode">0 when it succeeded.</param>
/// <param name="Output">What it wrote to standard output.</param>
/// <param name="Error">What it wrote to standard error.</param>
public sealed record CommandResult(int ExitCode, string Output, string Error);
