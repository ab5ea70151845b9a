namespace PixelCraft.Health;

/// <summary>Something that the installation depends on, as one of its servers sees it.</summary>
/// <param name="Name">In the words of the configuration, without addresses.</param>
/// <param name="Ok">Whether it is there.</param>
public sealed record HealthCheck(string Name, bool Ok);

/// <summary>What of the installation this process can reach.</summary>
public interface IHealth
{
    /// <summary>Everything that this process depends on: seen within the last 2 s, or asked now, for 5 s at most. What is away is an answer and no exception.</summary>
    Task<IReadOnlyList<HealthCheck>> LookAsync(CancellationToken cancellationToken);
}
