namespace PixelCraft.Adapters.EntityFramework.Catalogue.Sharding;

/// <summary>Moves shards between the catalogue's databases while servers go on.</summary>
public interface IShardMover
{
    /// <summary>The names of the databases; the first keeps the table.</summary>
    IReadOnlyList<string> Stores { get; }

    /// <summary>Which database holds which shards.</summary>
    Task<ShardTable> TableAsync(CancellationToken cancellationToken);

    /// <summary>
    /// Moves a range into another database. Its rows are copied, and again when they change; then, for a few seconds, writes to it are answered 503, until
    /// all servers go by the new table; then the rows are removed where they were. When it ends half-way it can be run again. One move at a time.
    /// </summary>
    /// <param name="range">The shards.</param>
    /// <param name="target">Where to.</param>
    /// <param name="progress">Told what is being done.</param>
    /// <param name="cancellationToken">Ends it; before the switch everything is as it was.</param>
    /// <returns>How many rows were removed where they were.</returns>
    /// <exception cref="UnavailableException">A database can't be reached.</exception>
    /// <exception cref="InvalidOperationException">Another move is under way, or the copy is not what was copied: nothing was switched.</exception>
    Task<long> MoveAsync(ShardRange range, string target, Action<string> progress, CancellationToken cancellationToken);
}
