namespace PixelCraft.Adapters.EntityFramework.Catalogue.Sharding;

/// <summary>The steps of a move; why they are in this order is said in docs/decisions/0017-shards.md.</summary>
internal sealed class ShardMover(Shards shards, ShardMap map, TimeProvider time) : IShardMover
{
    /// <summary>Changes that may be left to copy when the range is closed to writes.</summary>
    private const int Few = 100;

    public IReadOnlyList<string> Stores => [.. shards.Groups.Select(group => group.Name)];

    public Task<ShardTable> TableAsync(CancellationToken cancellationToken) => map.RefreshAsync(cancellationToken);

    public async Task<long> MoveAsync(ShardRange range, string target, Action<string> progress, CancellationToken cancellationToken)
    {
        try
        {
            await using var home = await ShardStore.OpenAsync(shards.Groups[0], cancellationToken);
            if (!await home.TryLockAsync(cancellationToken)) throw new InvalidOperationException("Another move is under way.");
            await using var to = await ShardStore.OpenAsync(shards.Groups.Single(group => group.Name == target), cancellationToken);
            var (removed, left) = (0L, range.Count);
            foreach (var (part, store) in await PartsAsync(range, target, cancellationToken))
            {
                await using var from = await ShardStore.OpenAsync(shards.Groups.Single(group => group.Name == store), cancellationToken);
                progress($"Copying {part} from {store} to {target}.");
                await PrepareAsync(part, from, to, progress, cancellationToken);
                await home.SaveAsync((await map.RefreshAsync(cancellationToken)).With(part, target), cancellationToken);
                progress($"{part} is in {target}.");
                removed += await FinishAsync(part, to, progress, cancellationToken);
                left -= part.Count;
            }
            // The rest was there already, perhaps by a move that ended after its switch.
            if (left > 0) removed += await FinishAsync(range, to, progress, cancellationToken);
            await home.UnlockAsync(cancellationToken);
            return removed;
        }
        catch (Exception e) when (OutageStrategy.Translate(e, CatalogueServices.Name) is { } outage)
        {
            throw outage;
        }
    }

    /// <summary>Copies until source and target are the same, and stay so since nobody can write to the range.</summary>
    private static async Task PrepareAsync(ShardRange range, ShardStore from, ShardStore to, Action<string> progress, CancellationToken cancellationToken)
    {
        try
        {
            await to.GuardAsync(range, closed: true, cancellationToken);
            await to.RemoveAsync(range, cancellationToken); // what a move has left that didn't come to its end
            await from.GuardAsync(range, closed: false, cancellationToken);
            await from.CopyAsync(range, to, cancellationToken);
            while (await from.CopyChangesAsync(to, cancellationToken) > Few)
            {
            }
            progress("Closed to writes.");
            await from.GuardAsync(range, closed: true, cancellationToken);
            while (await from.CopyChangesAsync(to, cancellationToken) > 0)
            {
            }
            var (there, here) = (await from.SumAsync(range, cancellationToken), await to.SumAsync(range, cancellationToken));
            if (!there.SequenceEqual(here)) throw new InvalidOperationException($"The copy differs: {string.Join(", ", there.Except(here))} became {string.Join(", ", here.Except(there))}.");
        }
        catch
        {
            // Nothing is switched: writes go on where they were. The copy is removed by the next try.
            await from.OpenAsync(range, CancellationToken.None);
            throw;
        }
    }

    /// <summary>Opens the range where it is now, once no server goes by an older table, and removes it everywhere else.</summary>
    private async Task<long> FinishAsync(ShardRange range, ShardStore to, Action<string> progress, CancellationToken cancellationToken)
    {
        await Task.Delay(ShardMap.Lifetime, time, cancellationToken);
        await to.OpenAsync(range, cancellationToken);
        progress($"{range} is open to writes in {to.Name}.");
        var removed = 0L;
        foreach (var group in shards.Groups.Where(group => group.Name != to.Name))
        {
            await using var other = await ShardStore.OpenAsync(group, cancellationToken);
            removed += await other.RemoveAsync(range, cancellationToken);
        }
        return removed;
    }

    /// <summary>What of a range is elsewhere, and where.</summary>
    private async Task<IReadOnlyList<(ShardRange Part, string Store)>> PartsAsync(ShardRange range, string target, CancellationToken cancellationToken) =>
    [
        .. from entry in (await map.RefreshAsync(cancellationToken)).Ranges
           let part = new ShardRange(Math.Max(entry.Range.First, range.First), Math.Min(entry.Range.Last, range.Last))
           where entry.Store != target && part.Count > 0
           select (part, entry.Store),
    ];
}
