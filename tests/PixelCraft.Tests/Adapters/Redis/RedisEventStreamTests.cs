using PixelCraft.Adapters.Redis;
using PixelCraft.Analytics;
using PixelCraft.Cluster;
using PixelCraft.Tests.Contracts;

namespace PixelCraft.Tests.Adapters.Redis;

public sealed class RedisEventStreamTests(Servers servers) : EventStreamContract, IAsyncDisposable
{
    private readonly RedisTest _test = new();

    public ValueTask DisposeAsync() => _test.DisposeAsync();

    private protected override async Task<IEventStream> OpenAsync() => new RedisEventStream(_test.Connect((await servers.RedisAsync()).ConnectionString));

    private protected override async Task<IEventStream> OpenUnreachableAsync()
    {
        await using var redis = await Servers.SkipIfMissingAsync(() => RedisServer.StartAsync(Cancellation));
        var stream = new RedisEventStream(_test.Connect(redis.ConnectionString));
        await stream.AppendAsync(Events(1), Cancellation);
        return stream;
    }
}
