namespace PixelCraft.Cluster;

/// <summary>A server ended by itself or did not answer in time. The message holds the end of its log.</summary>
/// <param name="message">What happened.</param>
/// <param name="log">The last lines that the server wrote.</param>
public sealed class ServerFailedException(string message, string log) : Exception($"{message}\n{log}")
{
    /// <summary>Another process had the port: a start with another port may succeed.</summary>
    internal bool PortTaken { get; } = log.Contains("address already in use", StringComparison.OrdinalIgnoreCase);
}
