using System.Collections.Concurrent;
using PixelCraft.Caching;
using Xunit;

namespace PixelCraft.Tests.Contracts;

/// <summary>What every <see cref="IChangeNotices"/> does while it is there.</summary>
public abstract class ChangeNoticesContract
{
    protected static CancellationToken Cancel => TestContext.Current.CancellationToken;

    /// <summary>Notices as one server and as another have them; the same where there can be only one.</summary>
    protected abstract Task<(IChangeNotices One, IChangeNotices Other)> CreateAsync();

    /// <summary>Publishes until it is heard: that a subscription has begun can't be seen from outside.</summary>
    protected static Task UntilHeardAsync(IChangeNotices from, string topic, ConcurrentQueue<string> heard) => Eventually.TrueAsync(async () =>
    {
        await from.PublishAsync(topic, "begin", Cancel);
        return heard.Contains("begin");
    });

    [Fact]
    public async Task Publish_IsHeardByEveryServer_InOrder()
    {
        var (one, other) = await CreateAsync();
        var (here, there) = (new ConcurrentQueue<string>(), new ConcurrentQueue<string>());
        using var first = one.Subscribe("image", here.Enqueue);
        using var second = other.Subscribe("image", there.Enqueue);
        await UntilHeardAsync(one, "image", here);
        await UntilHeardAsync(one, "image", there);

        for (var i = 0; i < 100; i++) await one.PublishAsync("image", $"{i}", Cancel);

        var all = Enumerable.Range(0, 100).Select(i => $"{i}");
        await Eventually.TrueAsync(() => here.Contains("99") && there.Contains("99"));
        Assert.Equal(all, here.Where(key => key != "begin"));
        Assert.Equal(all, there.Where(key => key != "begin"));
    }

    [Fact]
    public async Task Publish_ReachesOnlyItsTopic()
    {
        var (one, other) = await CreateAsync();
        var (images, sessions) = (new ConcurrentQueue<string>(), new ConcurrentQueue<string>());
        using var first = one.Subscribe("image", images.Enqueue);
        using var second = one.Subscribe("sessions-of", sessions.Enqueue);
        await UntilHeardAsync(other, "image", images);
        await UntilHeardAsync(other, "sessions-of", sessions);

        await other.PublishAsync("image", "1", Cancel);
        await other.PublishAsync("sessions-of", "2", Cancel);

        await Eventually.TrueAsync(() => images.Contains("1") && sessions.Contains("2"));
        Assert.DoesNotContain("2", images);
        Assert.DoesNotContain("1", sessions);
    }

    [Fact]
    public async Task Dispose_HearsNothingMore()
    {
        var (one, other) = await CreateAsync();
        var (ended, going) = (new ConcurrentQueue<string>(), new ConcurrentQueue<string>());
        var first = one.Subscribe("image", ended.Enqueue);
        using var second = one.Subscribe("image", going.Enqueue);
        await UntilHeardAsync(other, "image", ended);
        await UntilHeardAsync(other, "image", going);

        first.Dispose();
        await other.PublishAsync("image", "after", Cancel);

        await Eventually.TrueAsync(() => going.Contains("after"));
        Assert.DoesNotContain("after", ended);
    }

    [Fact]
    public async Task Publish_NobodyListens_IsNoFault()
    {
        var (one, _) = await CreateAsync();

        await one.PublishAsync("image", "1", Cancel);
    }
}
