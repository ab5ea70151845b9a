namespace PixelCraft.Cluster;

/// <summary>A server program is not installed on this machine. Tests that need it are skipped with this reason.</summary>
/// <param name="reason">What is missing and which Debian package has it.</param>
public sealed class ServerMissingException(string reason) : Exception(reason);
