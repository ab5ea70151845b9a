using System.Collections.Concurrent;
using System.Diagnostics;
using PixelCraft.Jobs;
using PixelCraft.Tests.Jobs;
using Xunit;

namespace PixelCraft.Tests.Contracts;

/// <summary>
/// What every <see cref="IJobQueue"/> does. Time is real, as a shared queue goes by its own clock: leases are short, and
/// what is to come is waited for.
/// </summary>
public abstract class JobQueueContract
{
    protected static readonly TimeSpan LeaseTime = TimeSpan.FromMilliseconds(300);

    /// <summary>Long enough for a busy machine; a queue that works doesn't use it.</summary>
    protected static readonly TimeSpan Long = TimeSpan.FromSeconds(15);

    protected static CancellationToken Cancel => TestContext.Current.CancellationToken;

    /// <summary>An empty queue; every test has one of its own.</summary>
    protected abstract Task<IJobQueue> CreateAsync(JobQueueOptions options);

    private Task<IJobQueue> CreateAsync() => CreateAsync(new JobQueueOptions { LeaseTime = LeaseTime });

    /// <summary>A queue whose leases don't run out in a test.</summary>
    private Task<IJobQueue> CreateCalmAsync(int capacity = 1_000, int deadLetters = 10) =>
        CreateAsync(new JobQueueOptions { LeaseTime = TimeSpan.FromMinutes(5), Capacity = capacity, DeadLetters = deadLetters });

    protected static Job Job(int number) => new("test", number.ToString("d5", null));

    protected static Task<EnqueueOutcome> PutAsync(IJobQueue queue, Job job, int delayMilliseconds = 0) =>
        queue.EnqueueAsync(job, TimeSpan.FromMilliseconds(delayMilliseconds), Cancel);

    protected static async Task<IJobLease> TakeAsync(IJobQueue queue)
    {
        var lease = await queue.TakeAsync(Long, Cancel);
        Assert.NotNull(lease);
        return lease;
    }

    protected static async Task<bool> IsEmptyAsync(IJobQueue queue) => await queue.TakeAsync(TimeSpan.Zero, Cancel) is null;

    [Fact]
    public async Task Take_Empty_IsNullAfterTheWait()
    {
        var queue = await CreateCalmAsync();
        var clock = Stopwatch.StartNew();

        Assert.Null(await queue.TakeAsync(TimeSpan.FromMilliseconds(200), Cancel));
        Assert.InRange(clock.ElapsedMilliseconds, 190, 10_000);
        Assert.Equal(default, await queue.DepthAsync(Cancel));
    }

    [Fact]
    public async Task Take_Several_OldestFirst()
    {
        var queue = await CreateCalmAsync();
        for (var i = 0; i < 20; i++)
            Assert.Equal(EnqueueOutcome.Queued, await PutAsync(queue, Job(i)));

        for (var i = 0; i < 20; i++)
            Assert.Equal(Job(i), (await TakeAsync(queue)).Job);
        Assert.True(await IsEmptyAsync(queue));
    }

    [Fact]
    public async Task Take_MailBehindTenThousandVariants_ComesWithTheSecondAtTheLatest()
    {
        var queue = await CreateCalmAsync(capacity: 20_000);
        foreach (var some in Enumerable.Range(0, 10_000).Chunk(500))
            await Task.WhenAll(some.Select(i => PutAsync(queue, new Job("render-image", $"{i}"))));
        var mail = PixelCraft.Mail.SendMail.For(new PixelCraft.Ids.IdGenerator(TimeProvider.System).ForMember());
        Assert.Equal(EnqueueOutcome.Queued, await PutAsync(queue, mail));

        // Every eighth taking begins with what isn't in a hurry.
        Assert.Contains(mail, new[] { (await TakeAsync(queue)).Job, (await TakeAsync(queue)).Job });
        Assert.Equal(9_999, (await queue.DepthAsync(Cancel)).Due);
    }

    [Fact]
    public async Task Take_SubjectOfAnyText_ComesBackAsItWas()
    {
        var queue = await CreateCalmAsync();
        var job = new Job("a-b", "x:y:{z} \"ü 漢\" \n");
        await PutAsync(queue, job);

        var lease = await TakeAsync(queue);

        Assert.Equal(job, lease.Job);
        Assert.Equal(0, lease.Faults);
        Assert.True(await lease.CompleteAsync(Cancel));
    }

    [Fact]
    public async Task Take_ManyTakers_EveryJobOnce()
    {
        const int Jobs = 1_000;
        var queue = await CreateCalmAsync();
        var taken = new ConcurrentBag<Job>();
        async Task WorkAsync()
        {
            while (taken.Count < Jobs && await queue.TakeAsync(TimeSpan.FromMilliseconds(100), Cancel) is var lease)
            {
                if (lease is null)
                    continue;
                taken.Add(lease.Job);
                Assert.True(await lease.CompleteAsync(Cancel));
            }
        }

        var takers = Enumerable.Range(0, 8).Select(_ => Task.Run(WorkAsync, Cancel)).ToList();
        for (var i = 0; i < Jobs; i++)
            Assert.Equal(EnqueueOutcome.Queued, await PutAsync(queue, Job(i)));
        await Task.WhenAll(takers).WaitAsync(TimeSpan.FromSeconds(60), Cancel);

        Assert.Equal(Enumerable.Range(0, Jobs).Select(Job), taken.OrderBy(job => job.Subject));
        Assert.Equal(default, await queue.DepthAsync(Cancel));
    }

    [Fact]
    public async Task Take_Waiting_IsWokenByAJob()
    {
        var queue = await CreateCalmAsync();
        var taking = queue.TakeAsync(Long, Cancel);

        // Looking by itself has become seldom by then.
        Assert.NotSame(taking, await Task.WhenAny(taking, Task.Delay(TimeSpan.FromSeconds(4), Cancel)));
        var clock = Stopwatch.StartNew();
        await PutAsync(queue, Job(1));

        Assert.Equal(Job(1), (await taking)?.Job);
        Assert.InRange(clock.ElapsedMilliseconds, 0, 500);
    }

    [Fact]
    public async Task Take_CancelledWhileWaiting_ThrowsAndTakesNothing()
    {
        var queue = await CreateCalmAsync();
        using var stop = new CancellationTokenSource();
        var taking = queue.TakeAsync(Long, stop.Token);
        await stop.CancelAsync();

        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => taking);
        await PutAsync(queue, Job(1));
        Assert.Equal(Job(1), (await TakeAsync(queue)).Job);
    }

    [Fact]
    public async Task Enqueue_EqualJob_IsOneUntilItLeaves()
    {
        var queue = await CreateCalmAsync();
        await PutAsync(queue, Job(1));
        await PutAsync(queue, Job(2), 60_000);

        Assert.Equal(EnqueueOutcome.AlreadyQueued, await PutAsync(queue, Job(1)));
        Assert.Equal(EnqueueOutcome.AlreadyQueued, await PutAsync(queue, Job(2)));
        var lease = await TakeAsync(queue);
        Assert.Equal(EnqueueOutcome.AlreadyQueued, await PutAsync(queue, Job(1)));
        Assert.True(await IsEmptyAsync(queue));

        Assert.True(await lease.CompleteAsync(Cancel));
        Assert.Equal(EnqueueOutcome.Queued, await PutAsync(queue, Job(1)));
        Assert.Equal(EnqueueOutcome.Queued, await PutAsync(queue, new Job("other", Job(1).Subject)));
    }

    [Fact]
    public async Task Enqueue_BuriedJob_IsQueuedAgainWithoutFaults()
    {
        var queue = await CreateCalmAsync();
        await PutAsync(queue, Job(1));
        await (await TakeAsync(queue)).RetryAsync(TimeSpan.Zero, fault: true, Cancel);
        await (await TakeAsync(queue)).BuryAsync("reason", Cancel);

        Assert.Equal(EnqueueOutcome.Queued, await PutAsync(queue, Job(1)));
        Assert.Equal(0, (await TakeAsync(queue)).Faults);
    }

    [Fact]
    public async Task Enqueue_AtCapacity_IsFullUntilOneIsTaken()
    {
        var queue = await CreateCalmAsync(capacity: 3);
        await PutAsync(queue, Job(1));
        await PutAsync(queue, Job(2));
        await PutAsync(queue, Job(3), 60_000);

        Assert.Equal(EnqueueOutcome.Full, await PutAsync(queue, Job(4)));
        Assert.Equal(EnqueueOutcome.AlreadyQueued, await PutAsync(queue, Job(1)));
        var lease = await TakeAsync(queue);
        Assert.Equal(EnqueueOutcome.Queued, await PutAsync(queue, Job(4)));

        // What was taken may always go back.
        Assert.True(await lease.RetryAsync(TimeSpan.Zero, fault: false, Cancel));
        Assert.Equal(EnqueueOutcome.Full, await PutAsync(queue, Job(5)));
        Assert.Equal(new QueueDepth(3, 1, 0, 0), await queue.DepthAsync(Cancel));
    }

    [Fact]
    public async Task Enqueue_Delayed_ComesWhenDueAndNotBefore()
    {
        var queue = await CreateCalmAsync();
        var clock = Stopwatch.StartNew();
        await PutAsync(queue, Job(1), 400);
        await PutAsync(queue, Job(2), 200);

        Assert.True(await IsEmptyAsync(queue));
        Assert.Equal(Job(2), (await TakeAsync(queue)).Job);
        Assert.InRange(clock.ElapsedMilliseconds, 199, 10_000);
        Assert.Equal(Job(1), (await TakeAsync(queue)).Job);
        Assert.InRange(clock.ElapsedMilliseconds, 399, 10_000);
    }

    [Fact]
    public async Task Lease_RunOut_GoesToTheNextTaker()
    {
        var queue = await CreateAsync();
        await PutAsync(queue, Job(1));
        await PutAsync(queue, Job(2));
        var first = await TakeAsync(queue);
        Assert.Equal(Job(2), (await TakeAsync(queue)).Job);

        var second = await TakeAsync(queue);

        Assert.Equal(Job(1), second.Job);
        Assert.Equal(0, second.Faults);
        Assert.False(await first.RenewAsync(Cancel));
    }

    [Fact]
    public async Task Lease_RunOutButNotTaken_IsStillHeld()
    {
        var queue = await CreateAsync();
        await PutAsync(queue, Job(1));
        var lease = await TakeAsync(queue);
        await Task.Delay(LeaseTime * 1.5, Cancel);

        Assert.True(await lease.RenewAsync(Cancel));
        Assert.True(await IsEmptyAsync(queue));
        Assert.True(await lease.CompleteAsync(Cancel));
    }

    [Fact]
    public async Task Lease_Renewed_IsHeldPastItsTime()
    {
        var queue = await CreateAsync();
        await PutAsync(queue, Job(1));
        var lease = await TakeAsync(queue);
        using var stop = CancellationTokenSource.CreateLinkedTokenSource(Cancel);
        var other = queue.TakeAsync(Long, stop.Token);

        var clock = Stopwatch.StartNew();
        while (clock.Elapsed < LeaseTime * 4)
        {
            await Task.Delay(LeaseTime / 10, Cancel);
            Assert.True(await lease.RenewAsync(Cancel));
        }

        Assert.False(other.IsCompleted);
        Assert.True(await lease.CompleteAsync(Cancel));
        await stop.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => other);
    }

    [Fact]
    public async Task Lease_Lost_ChangesNothing()
    {
        var queue = await CreateAsync();
        await PutAsync(queue, Job(1));
        var lost = await TakeAsync(queue);
        var held = await TakeAsync(queue);

        Assert.False(await lost.CompleteAsync(Cancel));
        Assert.False(await lost.RetryAsync(TimeSpan.Zero, fault: true, Cancel));
        Assert.False(await lost.BuryAsync("reason", Cancel));
        Assert.False(await lost.RenewAsync(Cancel));

        Assert.Equal(new QueueDepth(0, 0, 1, 0), await queue.DepthAsync(Cancel));
        Assert.Equal(EnqueueOutcome.AlreadyQueued, await PutAsync(queue, Job(1)));
        Assert.True(await held.RetryAsync(TimeSpan.Zero, fault: false, Cancel));
        Assert.Equal(0, (await TakeAsync(queue)).Faults);
    }

    [Fact]
    public async Task Lease_Ended_IsLostForEverythingElse()
    {
        var queue = await CreateCalmAsync();
        await PutAsync(queue, Job(1));
        var lease = await TakeAsync(queue);
        Assert.True(await lease.RetryAsync(TimeSpan.Zero, fault: false, Cancel));

        Assert.False(await lease.CompleteAsync(Cancel));
        Assert.False(await lease.RenewAsync(Cancel));
        var again = await TakeAsync(queue);
        Assert.False(await lease.BuryAsync("reason", Cancel));
        Assert.True(await again.CompleteAsync(Cancel));
        Assert.False(await again.CompleteAsync(Cancel));
        Assert.Equal(default, await queue.DepthAsync(Cancel));
    }

    [Fact]
    public async Task Retry_Faults_AreCountedOnlyWhenSaid()
    {
        var queue = await CreateCalmAsync();
        await PutAsync(queue, Job(1));

        await (await TakeAsync(queue)).RetryAsync(TimeSpan.Zero, fault: true, Cancel);
        await (await TakeAsync(queue)).RetryAsync(TimeSpan.FromMilliseconds(50), fault: true, Cancel);
        await (await TakeAsync(queue)).RetryAsync(TimeSpan.FromMilliseconds(50), fault: false, Cancel);

        Assert.Equal(2, (await TakeAsync(queue)).Faults);
    }

    [Fact]
    public async Task Retry_Delayed_ComesWhenDueAndNotBefore()
    {
        var queue = await CreateCalmAsync();
        await PutAsync(queue, Job(1));
        var lease = await TakeAsync(queue);
        var clock = Stopwatch.StartNew();
        await lease.RetryAsync(TimeSpan.FromMilliseconds(300), fault: false, Cancel);

        Assert.Equal(new QueueDepth(0, 1, 0, 0), await queue.DepthAsync(Cancel));
        Assert.True(await IsEmptyAsync(queue));
        Assert.Equal(Job(1), (await TakeAsync(queue)).Job);
        Assert.InRange(clock.ElapsedMilliseconds, 299, 10_000);
    }

    [Fact]
    public async Task Depth_CountsEveryState()
    {
        var queue = await CreateCalmAsync();
        for (var i = 0; i < 5; i++)
            await PutAsync(queue, Job(i));
        await PutAsync(queue, Job(5), 60_000);
        await (await TakeAsync(queue)).BuryAsync("reason", Cancel);
        await TakeAsync(queue);

        Assert.Equal(new QueueDepth(3, 1, 1, 1), await queue.DepthAsync(Cancel));
    }

    [Fact]
    public async Task Take_MoreThanThereAre_IsWhatThereIs_OldestFirst()
    {
        var queue = await CreateCalmAsync();
        for (var i = 0; i < 5; i++)
            await PutAsync(queue, Job(i));

        Assert.Equal([Job(0), Job(1), Job(2)], (await queue.TakeAsync(3, Long, Cancel)).Select(lease => lease.Job));
        var rest = await queue.TakeAsync(1_000, Long, Cancel);
        Assert.Equal([Job(3), Job(4)], rest.Select(lease => lease.Job));

        // Each has a lease of its own; ended at the same time they leave one by one.
        Assert.All(await Task.WhenAll(rest.Select(lease => lease.CompleteAsync(Cancel))), Assert.True);
        Assert.All(await Task.WhenAll(rest.Select(lease => lease.CompleteAsync(Cancel))), Assert.False);
        Assert.Equal(new QueueDepth(0, 0, 3, 0), await queue.DepthAsync(Cancel));
    }

    [Fact]
    public async Task Take_OneKindBehindTenThousandOfAnother_IsNext()
    {
        var queue = await CreateCalmAsync(capacity: 20_000);
        await Task.WhenAll(Enumerable.Range(0, 10_000).Select(i => PutAsync(queue, new Job("variants", $"{i}"))));
        await TakeAsync(queue);
        await PutAsync(queue, new Job("mail", "1"));
        await PutAsync(queue, new Job("mail", "2"));

        var kinds = new List<string>();
        for (var i = 0; i < 6; i++)
            kinds.Add((await TakeAsync(queue)).Job.Kind);

        // In turn, until one has nothing more: mail by mail behind one of the others at the most.
        Assert.Equal(2, kinds.Take(4).Count(kind => kind == "mail"));
        Assert.All(kinds.Skip(4), kind => Assert.Equal("variants", kind));
    }

    [Fact]
    public async Task Take_ManyAtOnce_KindsShareThem()
    {
        var queue = await CreateCalmAsync();
        for (var i = 0; i < 50; i++)
            await PutAsync(queue, new Job("variants", $"{i}"));
        for (var i = 0; i < 50; i++)
            await PutAsync(queue, new Job("mail", $"{i}"));
        await PutAsync(queue, new Job("sweep", "1"));

        var taken = (await queue.TakeAsync(21, Long, Cancel)).Select(lease => lease.Job).CountBy(job => job.Kind).ToDictionary();

        Assert.Equal(1, taken["sweep"]);
        Assert.InRange(taken["variants"], 7, 13);
        Assert.InRange(taken["mail"], 7, 13);
    }

    [Fact]
    public async Task Take_HigherPriorityFirst_AndTheLowestIsNotForgotten()
    {
        var queue = await CreateCalmAsync();
        for (var i = 0; i < 3; i++)
            await PutAsync(queue, new Job("avif", $"{i}") { Priority = JobPriority.Low });
        for (var i = 0; i < 3; i++)
            await PutAsync(queue, Job(i));
        for (var i = 0; i < 20; i++)
            await PutAsync(queue, new Job("mail", $"{i}") { Priority = JobPriority.High });

        var taken = new List<Job>();
        for (var i = 0; i < 26; i++)
            taken.Add((await TakeAsync(queue)).Job);

        // Every eighth taking begins with the lowest: of eight in a row one is such.
        Assert.Equal(1, taken.Take(8).Count(job => job.Kind == "avif"));
        Assert.Equal(2, taken.Take(16).Count(job => job.Kind == "avif"));
        Assert.Equal(20, taken.TakeWhile(job => job.Kind != "test").Count(job => job.Kind == "mail"));
        Assert.All(taken, job => Assert.Equal(job.Kind switch { "avif" => JobPriority.Low, "mail" => JobPriority.High, _ => JobPriority.Normal }, job.Priority));
    }

    [Fact]
    public async Task Take_PriorityComesBackWithTheJob_AfterARetryAndALostLease()
    {
        var queue = await CreateAsync();
        var job = Job(1) with { Priority = JobPriority.High };
        await PutAsync(queue, job);
        Assert.Equal(EnqueueOutcome.AlreadyQueued, await PutAsync(queue, Job(1)));
        Assert.True(await (await TakeAsync(queue)).RetryAsync(TimeSpan.FromMilliseconds(10), fault: true, Cancel));

        Assert.Equal(JobPriority.High, (await TakeAsync(queue)).Job.Priority);
        var again = await TakeAsync(queue);
        Assert.Equal((JobPriority.High, 1), (again.Job.Priority, again.Faults));
    }

    [Fact]
    public async Task Due_ByKind_WithTheAgeOfTheOldest()
    {
        var queue = await CreateCalmAsync();
        await PutAsync(queue, new Job("mail", "1"));
        await PutAsync(queue, new Job("mail", "2") { Priority = JobPriority.High });
        await PutAsync(queue, new Job("variants", "1"), 60_000);
        await Eventually.TrueAsync(async () => (await queue.DueAsync(Cancel)).Single().Age > TimeSpan.FromMilliseconds(300));
        await PutAsync(queue, new Job("variants", "2"));

        var due = (await queue.DueAsync(Cancel)).ToDictionary(jobs => jobs.Kind);

        Assert.Equal(["mail", "variants"], due.Keys.Order());
        Assert.Equal(2, due["mail"].Count);
        Assert.Equal(1, due["variants"].Count);
        Assert.InRange(due["mail"].Age, TimeSpan.FromMilliseconds(300), TimeSpan.FromSeconds(15));
        Assert.True(due["variants"].Age < due["mail"].Age);
        await queue.TakeAsync(3, Long, Cancel);
        Assert.Empty(await queue.DueAsync(Cancel));
    }

    [Fact]
    public async Task Due_AfterADelay_IsAsOldAsItHasBeenDue()
    {
        var queue = await CreateCalmAsync();
        var clock = Stopwatch.StartNew();
        await PutAsync(queue, Job(1), 300);
        Assert.Empty(await queue.DueAsync(Cancel));

        await Eventually.TrueAsync(async () => (await queue.DueAsync(Cancel)).Count == 1);

        Assert.True((await queue.DueAsync(Cancel)).Single().Age <= clock.Elapsed - TimeSpan.FromMilliseconds(290));
    }

    [Fact]
    public async Task Arguments_OutOfRange_AreRefused()
    {
        var queue = await CreateCalmAsync();

        await Assert.ThrowsAsync<ArgumentOutOfRangeException>(() => queue.EnqueueAsync(Job(1), TimeSpan.FromSeconds(-1), Cancel));
        await Assert.ThrowsAsync<ArgumentOutOfRangeException>(() => queue.TakeAsync(TimeSpan.FromSeconds(-1), Cancel));
        await Assert.ThrowsAsync<ArgumentOutOfRangeException>(() => queue.TakeAsync(0, TimeSpan.Zero, Cancel));
        await Assert.ThrowsAsync<ArgumentOutOfRangeException>(() => queue.TakeAsync(1_001, TimeSpan.Zero, Cancel));
    }
}
