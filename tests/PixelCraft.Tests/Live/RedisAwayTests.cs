using System.Diagnostics;
using PixelCraft.Cluster;
using PixelCraft.Tests.Faults;
using PixelCraft.Tests.Scenario;
using Xunit;

namespace PixelCraft.Tests.Live;

/// <summary>What is between the servers of rooms is away: each goes on by itself, and they meet again by themselves.</summary>
public sealed class RedisAwayTests(Servers servers)
{
    private static readonly TimeSpan MeetsAgain = TimeSpan.FromSeconds(10);

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task RedisAway_LocalParticipantsSeeOneAnother_AndTheOthersWithinTenSecondsOfItsReturn(bool isFrozen)
    {
        var away = TimeSpan.FromSeconds(FaultTests.AreAskedFor ? 60 : 4);
        await using var redis = await Servers.SkipIfMissingAsync(() => RedisServer.StartAsync(Cancel));
        await using var room = await RoomOfThreeAsync(redis.ConnectionString);
        var (one, two, far) = (room.One, room.Two, room.Far);
        using var ada = await room.Installation.Members.SignInAsync("ada");
        await ada.JsonAsync("/api/v1/me"); // the server has validated the session once

        if (isFrozen) redis.Pause();
        else redis.Kill();
        var since = Stopwatch.StartNew();
        await Eventually.TrueAsync(() => one.Names.SequenceEqual(["one", "two"]) && far.Names.SequenceEqual(["far"]));
        Note($"the others were gone after {since.Elapsed.TotalSeconds:f1} s");
        var slowest = TimeSpan.Zero;
        for (var x = 1; since.Elapsed < away || x <= 20; x++)
        {
            var moved = Stopwatch.StartNew();
            await one.MoveAsync(x, 12);
            await Eventually.TrueAsync(() => two.CursorOf("one") is { } cursor && cursor.X == x);
            if (moved.Elapsed > slowest) slowest = moved.Elapsed;
        }

        // No notice of a comment gets through; the rooms look by themselves.
        var comment = await DiscussionScenario.AddedAsync(ada, room.Image, new { text = "while it is away" });
        foreach (var client in new[] { one, far })
            await Eventually.TrueAsync(() => client.News.SelectMany(news => news.Comments).Any(news => news.Comment.Id.ToString() == comment.Id));

        // Somebody comes and somebody goes meanwhile.
        await using var late = await LiveClient.ConnectAsync(room.Installation.One);
        Assert.Equal("ok", await late.JoinAsync(room.Image, "late"));
        await two.LeaveAsync();
        await Eventually.TrueAsync(() => one.Names.SequenceEqual(["late", "one"]));

        if (isFrozen) redis.Resume();
        else await redis.RestartAsync(Cancel);
        var back = Stopwatch.StartNew();
        await Eventually.GetAsync(
            () => Task.FromResult((Here: string.Join(' ', one.Names), There: string.Join(' ', far.Names))),
            names => names is { Here: "far late one", There: "far late one" }, MeetsAgain);
        Note($"from move to sight {slowest.TotalMilliseconds:n0} ms at most while it was away; together again after {back.Elapsed.TotalSeconds:f1} s");
        Assert.InRange(slowest, TimeSpan.Zero, TimeSpan.FromSeconds(1));
        await far.MoveAsync(21, 22);
        await Eventually.TrueAsync(() => one.CursorOf("far") is { X: 21, Y: 22 });
        // What moved meanwhile is known too.
        Assert.Equal(12, far.CursorOf("one")!.Value.Y);
        Assert.Empty(one.Doubled.Concat(far.Doubled));
    }

    [Fact]
    public async Task RedisMasterKilled_LocalParticipantsSeeOneAnother_AndTheOthersWithinTenSeconds()
    {
        await using var redis = await Servers.SkipIfMissingAsync(() => RedisCluster.StartAsync(Cancel));
        await using var room = await RoomOfThreeAsync(redis.ConnectionString);
        var (one, two, far) = (room.One, room.Two, room.Far);

        // Of the room's channel; and of the one by which servers know of one another.
        foreach (var channel in FaultTests.AreAskedFor ? new[] { room.Image, "servers" } : [room.Image])
        {
            await redis.WaitForReplicationAsync(Cancel);
            var master = await redis.KillMasterOfAsync($"{room.Prefix}:live:{channel}", Cancel);
            var killed = Stopwatch.StartNew();
            await one.MoveAsync(11, 12);
            await Eventually.GetAsync(() => Task.FromResult(two.CursorOf("one")), cursor => cursor is { X: 11, Y: 12 }, TimeSpan.FromSeconds(1));
            // Everything that comes and goes until another serves the channel is lost; what is newest is seen.
            for (var x = 1; killed.Elapsed < TimeSpan.FromSeconds(4); x++)
            {
                await far.MoveAsync(x, 13);
                await one.MoveAsync(x, 14);
                await Eventually.TrueAsync(() => two.CursorOf("one") is { } cursor && cursor.X == x);
            }

            await far.MoveAsync(21, 22);
            await one.MoveAsync(31, 32);
            await Eventually.GetAsync(
                () => Task.FromResult((One: one.Count, Far: far.Count, Moved: one.CursorOf("far")?.X, Seen: far.CursorOf("one")?.X)),
                seen => seen == (3, 3, 21, 31), MeetsAgain - killed.Elapsed);
            Note($"{channel}: together {killed.Elapsed.TotalSeconds:f1} s after the master was killed");
            await redis.WaitForFailoverAsync(Cancel);
            await master.RestartAsync(Cancel);
        }

        Assert.Empty(one.Doubled.Concat(two.Doubled).Concat(far.Doubled));
    }

    /// <summary>Two participants at one server and one at the other, who all see one another.</summary>
    private async Task<RoomOfThree> RoomOfThreeAsync(string redis)
    {
        var split = new SplitInstallation(servers) { Redis = redis };
        var installation = new SplitLiveInstallation(split);
        await installation.InitializeAsync();
        var image = await installation.PublicImageAsync();
        var room = new RoomOfThree(
            installation, image, split.As("realtime")["Redis:Prefix"],
            await LiveClient.ConnectAsync(installation.One), await LiveClient.ConnectAsync(installation.One), await LiveClient.ConnectAsync(installation.Other));
        await room.One.JoinAsync(image, "one");
        await room.Two.JoinAsync(image, "two");
        await room.Far.JoinAsync(image, "far");
        await Eventually.TrueAsync(() => room.One.Count == 3 && room.Far.Count == 3);
        return room;
    }

    private static void Note(FormattableString text) => TestContext.Current.TestOutputHelper?.WriteLine(FormattableString.Invariant(text));

    private sealed record RoomOfThree(SplitLiveInstallation Installation, string Image, string Prefix, LiveClient One, LiveClient Two, LiveClient Far) : IAsyncDisposable
    {
        public async ValueTask DisposeAsync()
        {
            await One.DisposeAsync();
            await Two.DisposeAsync();
            await Far.DisposeAsync();
            await Installation.DisposeAsync();
        }
    }
}
