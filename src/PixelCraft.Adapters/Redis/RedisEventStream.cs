using PixelCraft.Analytics;
using StackExchange.Redis;

namespace PixelCraft.Adapters.Redis;

/// <summary>
/// Events in a stream of Redis, one entry for what was appended together. Workers are a consumer group: what one took and doesn't end within a
/// minute goes to another. Redis keeps what it takes in memory, and on its disk as it is configured: what it loses when it is killed is lost.
/// </summary>
internal sealed class RedisEventStream(RedisConnection redis) : IEventStream
{
    private const string Group = "workers";
    private const string Field = "events";
    private const int Entries = 200;
    private const long MostEntries = 1_000_000;
    private const long IdleMilliseconds = 60_000;

    private readonly RedisKey _key = $"{{{redis.Prefix}:events}}:stream";
    private readonly string _consumer = $"{Environment.MachineName}-{Guid.NewGuid():n}";
    private bool _grouped;

    public async Task AppendAsync(IReadOnlyList<ImageEvent> events, CancellationToken cancellationToken)
    {
        cancellationToken.ThrowIfCancellationRequested();
        await AskAsync(async database =>
        {
            // What nobody takes out must not fill Redis: events then wait on the servers' disks.
            if (await database.StreamLengthAsync(_key) >= MostEntries) throw new UnavailableException("stream of events");
            return await database.StreamAddAsync(_key, Field, string.Join('\n', events.Select(one => one.ToLine())));
        });
    }

    public async Task<EventBatch?> TakeAsync(CancellationToken cancellationToken)
    {
        cancellationToken.ThrowIfCancellationRequested();
        var entries = await AskAsync(async database =>
        {
            if (!_grouped) await MakeGroupAsync(database);
            try
            {
                var left = await database.StreamAutoClaimAsync(_key, Group, _consumer, IdleMilliseconds, "0-0", Entries);
                return left.ClaimedEntries.Length > 0 ? left.ClaimedEntries : await database.StreamReadGroupAsync(_key, Group, _consumer, StreamPosition.NewMessages, Entries);
            }
            catch (RedisServerException e) when (e.Message.StartsWith("NOGROUP", StringComparison.Ordinal))
            {
                // Redis was emptied.
                _grouped = false;
                return [];
            }
        });
        if (entries.Length == 0) return null;
        return new EventBatch(
            [.. entries.Select(entry => (string)entry.Id!)],
            [.. entries.Where(entry => !entry.IsNull).SelectMany(entry => ((string?)entry[Field] ?? "").Split('\n')).Select(ImageEvent.FromLine).OfType<ImageEvent>()]);
    }

    public async Task EndAsync(EventBatch batch, CancellationToken cancellationToken)
    {
        cancellationToken.ThrowIfCancellationRequested();
        RedisValue[] ids = [.. batch.Tokens.Select(token => (RedisValue)token)];
        await AskAsync(async database =>
        {
            await database.StreamAcknowledgeAsync(_key, Group, ids);
            return await database.StreamDeleteAsync(_key, ids);
        });
    }

    private async Task MakeGroupAsync(IDatabase database)
    {
        try
        {
            await database.StreamCreateConsumerGroupAsync(_key, Group, StreamPosition.Beginning, createStream: true);
        }
        catch (RedisServerException e) when (e.Message.StartsWith("BUSYGROUP", StringComparison.Ordinal))
        {
            // Another worker made it.
        }
        _grouped = true;
    }

    private Task<T> AskAsync<T>(Func<IDatabase, Task<T>> ask) =>
        RedisConnection.AskAsync("stream of events", async () => await ask(await redis.DatabaseAsync()));
}
