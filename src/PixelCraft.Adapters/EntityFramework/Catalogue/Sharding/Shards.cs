using PixelCraft.Ids;

namespace PixelCraft.Adapters.EntityFramework.Catalogue.Sharding;

/// <summary>Finds the database of an id, and goes over all of them (docs/decisions/0017-shards.md).</summary>
internal sealed class Shards(IReadOnlyList<CatalogueGroup> groups, ShardMap map)
{
    /// <summary>The databases, as configured; the first keeps the table.</summary>
    public IReadOnlyList<CatalogueGroup> Groups => groups;

    /// <summary>Does something in the database that holds an id.</summary>
    /// <exception cref="UnavailableException">The database can't be reached, or its shard is being moved at this moment.</exception>
    public async Task<T> InAsync<T>(Id id, Func<CatalogueGroup, Task<T>> work, CancellationToken cancellationToken)
    {
        var store = (await map.GetAsync(cancellationToken)).Of(id);
        try
        {
            return await work(Group(store));
        }
        catch (UnavailableException e) when (ShardSchema.IsClosed(e))
        {
            // Refused before anything was done: where the shard has gone, it can be done once more.
            var now = (await map.RefreshAsync(cancellationToken)).Of(id);
            if (now == store) throw;
            return await work(Group(now));
        }
    }

    /// <summary>The same for what has no result.</summary>
    public Task InAsync(Id id, Func<CatalogueGroup, Task> work, CancellationToken cancellationToken) => InAsync(
        id,
        async group =>
        {
            await work(group);
            return true;
        },
        cancellationToken);

    /// <summary>Asks every database at once.</summary>
    /// <param name="ask">Asks one; also gets whether an id is there by the table, the same for all.</param>
    /// <param name="cancellationToken">Ends the call.</param>
    public async Task<T[]> AskAllAsync<T>(Func<CatalogueGroup, Func<Id, bool>, Task<T>> ask, CancellationToken cancellationToken)
    {
        var table = await map.GetAsync(cancellationToken);
        return await Task.WhenAll(groups.Select(group => ask(group, id => table.Of(id) == group.Name)));
    }

    /// <summary>Goes over the databases one after the other, until the limit is reached; returns the sum.</summary>
    public async Task<int> SumAsync(int limit, Func<CatalogueGroup, int, Task<int>> work)
    {
        var sum = 0;
        foreach (var group in groups)
            if (sum < limit) sum += await work(group, limit - sum);
        return sum;
    }

    private CatalogueGroup Group(string store) => groups.FirstOrDefault(group => group.Name == store)
        ?? throw new InvalidOperationException($"The table of shards names the database {store}, which is not configured: set Postgres:{char.ToUpperInvariant(store[0])}{store[1..]}.");
}
