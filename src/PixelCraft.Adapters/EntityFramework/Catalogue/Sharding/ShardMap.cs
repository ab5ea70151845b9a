namespace PixelCraft.Adapters.EntityFramework.Catalogue.Sharding;

/// <summary>
/// The table of shards as this process knows it. It is kept in the first database, where every server looks for it twice a second; while
/// that is away, the last known one holds, since nobody can change it then.
/// </summary>
/// <param name="home">The first database.</param>
/// <param name="time">The clock.</param>
internal sealed class ShardMap(RawDatabase home, TimeProvider time) : IDisposable
{
    /// <summary>After this, every server that reaches the first database goes by the table that was there.</summary>
    public static readonly TimeSpan Lifetime = TimeSpan.FromSeconds(2);

    private static readonly TimeSpan Interval = TimeSpan.FromMilliseconds(500);

    private readonly string _ranges = $"SELECT ranges FROM {home.Table(ShardSchema.Ranges)}";
    private readonly CancellationTokenSource _end = new();
    private volatile ShardTable? _table;
    private int _watching;

    /// <summary>The table.</summary>
    /// <exception cref="UnavailableException">The first database can't be reached, and never was.</exception>
    public ValueTask<ShardTable> GetAsync(CancellationToken cancellationToken) =>
        _table is { } table ? ValueTask.FromResult(table) : new(RefreshAsync(cancellationToken));

    /// <summary>The table as it is now in the database.</summary>
    /// <exception cref="UnavailableException">The database can't be reached.</exception>
    public async Task<ShardTable> RefreshAsync(CancellationToken cancellationToken)
    {
        var rows = await home.ListAsync(new Statement(_ranges), 1, row => row.GetString(0), cancellationToken);
        if (rows is not [var text] || !ShardTable.TryParse(text, out var table, out _))
            throw new InvalidOperationException("The table of shards in the first catalogue database is missing or broken. Run 'pixelcraft migrate'.");
        _table = table;
        if (Interlocked.Exchange(ref _watching, 1) == 0)
        {
            // The watch belongs to no request.
            using (ExecutionContext.SuppressFlow()) _ = WatchAsync();
        }
        return table;
    }

    public void Dispose() => _end.Cancel();

    private async Task WatchAsync()
    {
        using var timer = new PeriodicTimer(Interval, time);
        try
        {
            while (await timer.WaitForNextTickAsync(_end.Token))
            {
                try
                {
                    await RefreshAsync(_end.Token);
                }
                catch (UnavailableException)
                {
                    // Nobody can change the table now.
                }
            }
        }
        catch (OperationCanceledException)
        {
            // Disposed.
        }
    }
}
