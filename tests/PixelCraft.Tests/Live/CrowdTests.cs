using System.Diagnostics;
using PixelCraft.Cluster;
using PixelCraft.Tests.Faults;
using Xunit;

namespace PixelCraft.Tests.Live;

/// <summary>Rooms with many in them.</summary>
public sealed class CrowdTests(Servers servers)
{
    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    [Fact]
    public async Task ServerKilled_WithTwoHundredInTheRoom_TheGoneAreGoneWithinFiveSeconds_AndAllComeBackAndNobodyTwice()
    {
        const int All = 200;
        const int Away = 20;
        await using var installation = new SplitLiveInstallation(servers);
        await installation.InitializeAsync();
        var image = await installation.PublicImageAsync();
        var people = new List<LivePerson>();
        try
        {
            // A hundred at each server.
            Uri[][] ways = [[installation.One, installation.Other], [installation.Other, installation.One]];
            for (var i = 0; i < All; i++) people.Add(new LivePerson(image, $"p{i:000}", ways[i % 2]));
            await EverybodySeesAsync(people, All);
            var (staying, losing) = (people.Where((_, i) => i % 2 == 0).ToList(), people.Where((_, i) => i % 2 == 1).ToList());
            // Some don't come back at once: of the others nobody can tell that they have been gone.
            var back = new TaskCompletionSource();
            var away = losing.Take(Away).ToList();
            foreach (var person in away) person.StayAwayUntil(back.Task);

            installation.Realtime[1].Kill();
            var killed = Stopwatch.StartNew();

            await Eventually.GetAsync(() => Task.FromResult(staying.Max(person => away.Count(gone => person.Client!.Sees(gone.Name)))), seen => seen == 0, TimeSpan.FromSeconds(5));
            Note($"gone {killed.Elapsed.TotalSeconds:f1} s after the server was killed");
            await EverybodySeesAsync([.. people.Except(away)], All - Away);
            Note($"the others were all back after {killed.Elapsed.TotalSeconds:f1} s");
            back.SetResult();
            await EverybodySeesAsync(people, All);

            await staying[0].Client!.MoveAsync(1, 2);
            await away[0].Client!.MoveAsync(3, 4);
            await Eventually.TrueAsync(() => away[0].Client!.CursorOf(staying[0].Name) is { X: 1, Y: 2 } && staying[0].Client!.CursorOf(away[0].Name) is { X: 3, Y: 4 });
            Assert.All(staying, person => Assert.Equal(1, person.Joins));
            Assert.All(losing, person => Assert.Equal(2, person.Joins));
            Assert.Empty(people.SelectMany(person => person.Doubled));
        }
        finally
        {
            await Task.WhenAll(people.Select(person => person.DisposeAsync().AsTask()));
        }
    }

    [Fact]
    public async Task Room_OfAThousandWhoAllMove_EverybodySeesIt_AndTheServersMemoryIsBounded()
    {
        const int All = 1_000;
        const int MovesASecond = 3;
        var length = TimeSpan.FromSeconds(FaultTests.AreAskedFor ? 30 : 5);
        await using var installation = new EmbeddedLiveInstallation(servers);
        await installation.InitializeAsync();
        var image = await installation.PublicImageAsync();
        var people = new LiveClient[All];
        try
        {
            await Parallel.ForAsync(0, All, new ParallelOptions { MaxDegreeOfParallelism = 20, CancellationToken = Cancel }, async (i, _) =>
            {
                people[i] = await LiveClient.ConnectAsync(installation.One);
                Assert.Equal("ok", await people[i].JoinAsync(image, $"p{i:000}"));
            });
            await Eventually.TrueAsync(() => people.All(person => person.Count == All));
            var before = people.Select(person => person.Frames).ToList();
            var (peak, sights) = (0L, new List<TimeSpan>());
            using var moving = CancellationTokenSource.CreateLinkedTokenSource(Cancel);
            var moves = MoveAsync(people, MovesASecond, moving.Token);

            var begun = Stopwatch.StartNew();
            for (var x = 1; begun.Elapsed < length; x++)
            {
                // One whom nobody else moves, seen by one here and there.
                var moved = Stopwatch.StartNew();
                await people[0].MoveAsync(x, x);
                await Eventually.TrueAsync(() => Enumerable.Range(1, 20).All(i => people[i * 49].CursorOf("p000") is { } cursor && cursor.X == x));
                sights.Add(moved.Elapsed);
                peak = Math.Max(peak, ProcessTable.Memory(installation.Members.FirstProcess.Id));
            }

            await moving.CancelAsync();
            var sent = await moves;
            var frames = people.Select((person, i) => (person.Frames - before[i]) / begun.Elapsed.TotalSeconds).ToList();
            Note($"{sent / begun.Elapsed.TotalSeconds:n0} moves a second, {frames.Min():f1} to {frames.Max():f1} frames a second; from move to sight {sights.Min().TotalMilliseconds:n0} to {sights.Max().TotalMilliseconds:n0} ms; memory {peak >> 20} MB at most");
            Assert.All(people, person => Assert.Equal((All, 0, false), (person.Count, person.Ends.Count, person.Closed.IsCompleted)));
            Assert.All(frames, rate => Assert.InRange(rate, 0.5, 10));
            Assert.All(sights, sight => Assert.InRange(sight, TimeSpan.Zero, TimeSpan.FromSeconds(5)));
            Assert.InRange(peak, 1, 500L << 20);
        }
        finally
        {
            await Task.WhenAll(people.Where(person => person is not null).Select(person => person.DisposeAsync().AsTask()));
        }
    }

    /// <summary>All but the first move, spread over the second; how often they did.</summary>
    private static async Task<long> MoveAsync(LiveClient[] people, int rate, CancellationToken cancellationToken)
    {
        var begun = Stopwatch.StartNew();
        long moves = 0;
        while (!cancellationToken.IsCancellationRequested)
        {
            for (var due = (long)(begun.Elapsed.TotalSeconds * rate * people.Length); moves < due; moves++)
                await people[1 + (moves % (people.Length - 1))].MoveAsync((int)(moves % 60_000), 1);
            await Task.Delay(10, cancellationToken).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        }

        return moves;
    }

    private static Task EverybodySeesAsync(IReadOnlyCollection<LivePerson> people, int count) =>
        Eventually.GetAsync(() => Task.FromResult(people.Count(person => person.SeesAll(count))), seeing => seeing == people.Count, TimeSpan.FromSeconds(20));

    private static void Note(FormattableString text) => TestContext.Current.TestOutputHelper?.WriteLine(FormattableString.Invariant(text));
}
