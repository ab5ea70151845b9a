using PixelCraft.Jobs;
using PixelCraft.Tests.Jobs;
using Xunit;

namespace PixelCraft.Tests.Contracts;

/// <summary>What every <see cref="IDeadLetters"/> does.</summary>
public abstract class DeadLettersContract
{
    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    /// <summary>An empty queue and its dead letters; every test has its own.</summary>
    protected abstract Task<(IJobQueue Queue, IDeadLetters Dead)> CreateAsync(JobQueueOptions options);

    private Task<(IJobQueue Queue, IDeadLetters Dead)> CreateAsync(int capacity = 100, int deadLetters = 10) =>
        CreateAsync(new JobQueueOptions { LeaseTime = TimeSpan.FromMinutes(5), Capacity = capacity, DeadLetters = deadLetters });

    private static Job Job(int number) => new("test", $"{number}");

    private static async Task BuryAsync(IJobQueue queue, Job job, string reason = "reason")
    {
        await queue.EnqueueAsync(job, TimeSpan.Zero, Cancel);
        Assert.True(await (await queue.TakeAsync(TimeSpan.Zero, Cancel))!.BuryAsync(reason, Cancel));
    }

    [Fact]
    public async Task List_NewestFirst_AndTheOldestGo()
    {
        var (queue, dead) = await CreateAsync(deadLetters: 3);
        var before = DateTimeOffset.UtcNow;
        for (var i = 0; i < 5; i++)
        {
            await queue.EnqueueAsync(Job(i), TimeSpan.Zero, Cancel);
            await (await queue.TakeAsync(TimeSpan.Zero, Cancel))!.RetryAsync(TimeSpan.Zero, fault: true, Cancel);
            Assert.True(await (await queue.TakeAsync(TimeSpan.Zero, Cancel))!.BuryAsync($"reason {i}", Cancel));
        }

        var letters = await dead.ListAsync(null, 1_000, Cancel);

        Assert.Equal([Job(4), Job(3), Job(2)], letters.Select(letter => letter.Job));
        Assert.Equal("reason 4", letters[0].Reason);
        Assert.All(letters, letter => Assert.Equal(2, letter.Faults));
        Assert.All(letters, letter => Assert.InRange(letter.BuriedAt, before.AddSeconds(-1), DateTimeOffset.UtcNow.AddSeconds(1)));
        Assert.Equal(new QueueDepth(0, 0, 0, 3), await queue.DepthAsync(Cancel));
        Assert.Null(await queue.TakeAsync(TimeSpan.Zero, Cancel));
    }

    [Fact]
    public async Task List_PageByPage_SeesEachOnce()
    {
        var (queue, dead) = await CreateAsync();
        for (var i = 0; i < 5; i++)
            await BuryAsync(queue, Job(i));

        var first = await dead.ListAsync(null, 2, Cancel);
        var second = await dead.ListAsync(first[^1].Id, 2, Cancel);
        await BuryAsync(queue, Job(5));
        Assert.True(await dead.DropAsync(second[^1].Id, Cancel));
        var third = await dead.ListAsync(second[^1].Id, 2, Cancel);

        Assert.Equal([4, 3, 2, 1, 0], first.Concat(second).Concat(third).Select(letter => int.Parse(letter.Job.Subject, null)));
        Assert.Empty(await dead.ListAsync(third[^1].Id, 2, Cancel));
    }

    [Fact]
    public async Task Replay_IsDueAtOnce_WithoutFaults_AndGone()
    {
        var (queue, dead) = await CreateAsync();
        await BuryAsync(queue, Job(1) with { Priority = JobPriority.Low });
        await BuryAsync(queue, Job(2));
        var letters = await dead.ListAsync(null, 10, Cancel);

        Assert.Equal(ReplayOutcome.Replayed, await dead.ReplayAsync(letters[1].Id, Cancel));

        var lease = await queue.TakeAsync(TimeSpan.FromSeconds(15), Cancel);
        Assert.Equal((Job(1), JobPriority.Low, 0), (lease!.Job, lease.Job.Priority, lease.Faults));
        Assert.Equal([letters[0]], await dead.ListAsync(null, 10, Cancel));
        Assert.Equal(ReplayOutcome.Missing, await dead.ReplayAsync(letters[1].Id, Cancel));
    }

    [Fact]
    public async Task Replay_EqualJobIsInTheQueue_ThereIsOne()
    {
        var (queue, dead) = await CreateAsync();
        await BuryAsync(queue, Job(1));
        await queue.EnqueueAsync(Job(1), TimeSpan.Zero, Cancel);

        Assert.Equal(ReplayOutcome.Replayed, await dead.ReplayAsync((await dead.ListAsync(null, 1, Cancel))[0].Id, Cancel));

        Assert.Equal(new QueueDepth(1, 0, 0, 0), await queue.DepthAsync(Cancel));
    }

    [Fact]
    public async Task Replay_QueueIsFull_StaysDead()
    {
        var (queue, dead) = await CreateAsync(capacity: 1);
        await BuryAsync(queue, Job(1));
        await queue.EnqueueAsync(Job(2), TimeSpan.Zero, Cancel);
        var letter = Assert.Single(await dead.ListAsync(null, 10, Cancel));

        Assert.Equal(ReplayOutcome.Full, await dead.ReplayAsync(letter.Id, Cancel));

        Assert.Equal([letter], await dead.ListAsync(null, 10, Cancel));
    }

    [Fact]
    public async Task Drop_IsGoneForGood()
    {
        var (queue, dead) = await CreateAsync();
        await BuryAsync(queue, Job(1));
        var letter = Assert.Single(await dead.ListAsync(null, 10, Cancel));

        Assert.True(await dead.DropAsync(letter.Id, Cancel));

        Assert.False(await dead.DropAsync(letter.Id, Cancel));
        Assert.Equal(ReplayOutcome.Missing, await dead.ReplayAsync(letter.Id, Cancel));
        Assert.Empty(await dead.ListAsync(null, 10, Cancel));
        Assert.Equal(default, await queue.DepthAsync(Cancel));
    }

    [Theory]
    [InlineData("")]
    [InlineData("x")]
    [InlineData("-")]
    [InlineData("1-2-3")]
    [InlineData("99999999999999999999999999")]
    public async Task NoId_IsMissing(string id)
    {
        var (queue, dead) = await CreateAsync();
        await BuryAsync(queue, Job(1));

        Assert.Empty(await dead.ListAsync(id, 10, Cancel));
        Assert.Equal(ReplayOutcome.Missing, await dead.ReplayAsync(id, Cancel));
        Assert.False(await dead.DropAsync(id, Cancel));
    }

    [Fact]
    public async Task List_LimitOutOfRange_IsRefused()
    {
        var (_, dead) = await CreateAsync();

        await Assert.ThrowsAsync<ArgumentOutOfRangeException>(() => dead.ListAsync(null, 0, Cancel));
        await Assert.ThrowsAsync<ArgumentOutOfRangeException>(() => dead.ListAsync(null, 1_001, Cancel));
    }
}
