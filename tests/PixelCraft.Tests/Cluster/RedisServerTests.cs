using PixelCraft.Cluster;
using StackExchange.Redis;
using Xunit;

namespace PixelCraft.Tests.Cluster;

public sealed class RedisServerTests : ServerContract<RedisServer>
{
    [Fact]
    public async Task Command_KeysInTwoSlots_IsRefused()
    {
        await using var server = await Servers.SkipIfMissingAsync(StartAsync);
        await using var redis = await ConnectAsync(server);

        var refusal = await Assert.ThrowsAsync<RedisServerException>(() => redis.GetDatabase().ExecuteAsync("MGET", "a", "b"));

        Assert.StartsWith("CROSSSLOT", refusal.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Flush_WithKeys_RemovesThem()
    {
        await using var server = await Servers.SkipIfMissingAsync(StartAsync);
        await using var redis = await ConnectAsync(server);
        await redis.GetDatabase().StringSetAsync("a", "1");

        await server.FlushAsync(Ct);

        Assert.False(await redis.GetDatabase().KeyExistsAsync("a"));
    }

    protected override Task<RedisServer> StartAsync() => RedisServer.StartAsync(Ct);

    protected override async Task<bool> AnswersAsync(RedisServer server)
    {
        try
        {
            await using var redis = await ConnectAsync(server);
            return await redis.GetDatabase().StringSetAsync("a", "1");
        }
        catch (RedisConnectionException)
        {
            return false;
        }
    }

    private static async Task<ConnectionMultiplexer> ConnectAsync(RedisServer server) =>
        await ConnectionMultiplexer.ConnectAsync(server.ConnectionString + ",connectTimeout=1000,connectRetry=1");
}
