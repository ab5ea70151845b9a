using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Extensions.Options;
using Microsoft.Extensions.Time.Testing;
using PixelCraft.Adapters.InProcess;
using PixelCraft.Jobs;
using Xunit;

namespace PixelCraft.Tests.Jobs;

public sealed class JobRunnerTests : IAsyncDisposable
{
    private static readonly Job Job = new("test", "1");

    private readonly FakeTimeProvider _time = new();
    private readonly JobQueueOptions _options = new() { Concurrency = 2 };
    private readonly ServiceProvider _services = new ServiceCollection().AddMetrics().AddSingleton<JobMetrics>().BuildServiceProvider();
    private readonly InProcessJobQueue _queue;
    private JobRunner? _runner;

    public JobRunnerTests() => _queue = new InProcessJobQueue(Options.Create(_options), _time);

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    public async ValueTask DisposeAsync()
    {
        if (_runner is not null)
            await _runner.StopAsync(new CancellationToken(canceled: true));
        _runner?.Dispose();
        await _services.DisposeAsync();
    }

    [Fact]
    public async Task Run_Done_LeavesTheQueue()
    {
        var handled = new List<Job>();
        await StartAsync((job, _, _) =>
        {
            handled.Add(job);
            return Task.FromResult(JobResult.Done);
        });
        await PutAsync(Job);

        await DepthIsAsync(default);
        Assert.Equal([Job], handled);
    }

    [Fact]
    public async Task Run_Concurrency_NoMoreAtATime()
    {
        var (running, most, done) = (0, 0, 0);
        var gate = new TaskCompletionSource();
        var two = new TaskCompletionSource();
        await StartAsync(async (_, _, _) =>
        {
            var now = Interlocked.Increment(ref running);
            InterlockedMax(ref most, now);
            if (now == 2) two.TrySetResult();
            await gate.Task;
            Interlocked.Decrement(ref running);
            Interlocked.Increment(ref done);
            return JobResult.Done;
        });
        for (var i = 0; i < 10; i++)
            await PutAsync(new Job("test", $"{i}"));

        // Taken is not begun: the second handler may still be on its way to a thread.
        await two.Task.WaitAsync(TestContext.Current.CancellationToken);
        await DepthIsAsync(new QueueDepth(8, 0, 2, 0));
        gate.SetResult();
        await DepthIsAsync(default);
        Assert.Equal((2, 10), (most, done));
    }

    [Fact]
    public async Task Run_Faults_ComesBackEverLaterAndIsBuriedWithTheReason()
    {
        var seen = new List<(int Faults, DateTimeOffset At)>();
        await StartAsync((_, faults, _) =>
        {
            lock (seen)
                seen.Add((faults, _time.GetUtcNow()));
            throw new InvalidOperationException("It is broken.");
        });
        await PutAsync(Job);

        await AdvanceUntilAsync(TimeSpan.FromMilliseconds(100), async () => (await _queue.DepthAsync(Cancel)).Dead == 1);

        Assert.Equal([0, 1, 2, 3, 4], seen.Select(turn => turn.Faults));
        for (var i = 1; i < seen.Count; i++)
        {
            // Half to the whole of 1, 2, 4, 8 s, and what this clock is moved by while the job is under way.
            var waited = (seen[i].At - seen[i - 1].At).TotalSeconds;
            Assert.True(waited >= Math.Pow(2, i - 1) / 2, $"{waited} s before turn {i}");
        }

        var dead = Assert.Single(await _queue.ListAsync(null, 10, Cancel));
        Assert.Equal((Job, 5, "It is broken."), (dead.Job, dead.Faults, dead.Reason));
    }

    [Fact]
    public async Task Run_Later_ComesBackThen_WithoutFaults_AndKeepsNobodyWaiting()
    {
        _options.Concurrency = 1;
        var seen = new List<(string Subject, int Faults, DateTimeOffset At)>();
        var begun = _time.GetUtcNow();
        await StartAsync((job, faults, _) =>
        {
            lock (seen) seen.Add((job.Subject, faults, _time.GetUtcNow()));
            return Task.FromResult(job == Job && seen.Count(turn => turn.Subject == "1") < 8 ? JobResult.Later(TimeSpan.FromMinutes(1)) : JobResult.Done);
        });
        await PutAsync(Job);
        await DepthIsAsync(new QueueDepth(0, 1, 0, 0));
        await PutAsync(new Job("test", "2"));
        await Eventually.TrueAsync(() => seen.Count == 2);
        Assert.Equal(("2", 0, begun), seen[1]);

        await AdvanceUntilAsync(TimeSpan.FromSeconds(10), async () => await _queue.DepthAsync(Cancel) == default);
        var turns = seen.Where(turn => turn.Subject == "1").ToList();
        Assert.Equal(8, turns.Count);
        Assert.All(turns, turn => Assert.Equal(0, turn.Faults));
        Assert.All(turns.Zip(turns.Skip(1)), pair => Assert.True(pair.Second.At - pair.First.At >= TimeSpan.FromMinutes(1)));
    }

    [Fact]
    public async Task Run_DependencyAway_ComesBackWithoutFaults()
    {
        var turns = 0;
        var faultsSeen = 0;
        await StartAsync((_, faults, _) =>
        {
            faultsSeen += faults;
            return ++turns <= 20 ? throw new UnavailableException("object store") : Task.FromResult(JobResult.Done);
        });
        await PutAsync(Job);

        await AdvanceUntilAsync(TimeSpan.FromSeconds(5), async () => await _queue.DepthAsync(Cancel) == default);

        Assert.Equal((21, 0), (turns, faultsSeen));
    }

    [Fact]
    public async Task Run_DependencyAwayForOneWorker_IsDoneByTheOther_AndTheFirstRests()
    {
        var (failed, done) = (0, 0);
        await StartAsync((_, _, _) =>
        {
            Interlocked.Increment(ref failed);
            throw new UnavailableException("object store");
        });
        for (var i = 0; i < 100; i++) await PutAsync(new Job("test", $"{i}"));
        await Eventually.TrueAsync(() => Task.FromResult(Volatile.Read(ref failed) == 2)); // as many as it has slots
        using var other = Runner((_, _, _) =>
        {
            Interlocked.Increment(ref done);
            return Task.FromResult(JobResult.Done);
        });
        await other.StartAsync(Cancel);

        await DepthIsAsync(new QueueDepth(0, 2, 0, 0)); // all but those that the first had
        Assert.Equal((2, 98), (failed, done));
        var begin = _time.GetUtcNow();
        await AdvanceUntilAsync(TimeSpan.FromMilliseconds(100), async () => await _queue.DepthAsync(Cancel) == default);
        Assert.InRange((_time.GetUtcNow() - begin).TotalSeconds, 1, 3);
        await other.StopAsync(Cancel);
    }

    [Fact]
    public async Task Run_GiveUp_IsBuriedAtOnce()
    {
        await StartAsync((_, _, _) => Task.FromResult(JobResult.GiveUp("Not an image.")));
        await PutAsync(Job);

        await DepthIsAsync(new QueueDepth(0, 0, 0, 1));
        Assert.Equal("Not an image.", Assert.Single(await _queue.ListAsync(null, 10, Cancel)).Reason);
    }

    [Fact]
    public async Task Run_NoHandler_IsAFault()
    {
        await StartAsync((_, _, _) => Task.FromResult(JobResult.Done));
        await PutAsync(new Job("unknown", "1"));

        await AdvanceUntilAsync(TimeSpan.FromSeconds(1), async () => (await _queue.DepthAsync(Cancel)).Dead == 1);
        Assert.Contains("unknown", Assert.Single(await _queue.ListAsync(null, 10, Cancel)).Reason, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Run_LongerThanTheLease_IsRenewed()
    {
        _options.Concurrency = 1;
        var gate = new TaskCompletionSource();
        await StartAsync(async (_, _, cancellation) =>
        {
            await gate.Task.WaitAsync(cancellation);
            return JobResult.Done;
        });
        await PutAsync(Job);
        await DepthIsAsync(new QueueDepth(0, 0, 1, 0));

        for (var i = 0; i < 20; i++)
        {
            _time.Advance(_options.LeaseTime / 3);
            await Task.Yield();
            Assert.Null(await _queue.TakeAsync(TimeSpan.Zero, Cancel));
        }

        gate.SetResult();
        await DepthIsAsync(default);
    }

    [Fact]
    public async Task Run_LeaseLost_CancelsTheHandlerAndLeavesTheJobToTheOther()
    {
        _options.Concurrency = 1;
        var (started, cancelled) = (new TaskCompletionSource(), new TaskCompletionSource());
        await StartAsync(async (_, _, cancellation) =>
        {
            started.TrySetResult();
            await using var registration = cancellation.Register(() => cancelled.TrySetResult());
            await Task.Delay(Timeout.Infinite, cancellation);
            return JobResult.Done;
        });
        await PutAsync(Job);
        await started.Task.WaitAsync(Cancel);

        // Renewed for a moment only, the lease runs out before the next renewal, and another worker takes the job.
        _options.LeaseTime = TimeSpan.FromTicks(1);
        IJobLease? other = null;
        await AdvanceUntilAsync(TimeSpan.FromSeconds(1), async () => (other = await _queue.TakeAsync(TimeSpan.Zero, Cancel)) is not null);
        _options.LeaseTime = TimeSpan.FromHours(1);
        Assert.True(await other!.RenewAsync(Cancel));

        await AdvanceUntilAsync(TimeSpan.FromSeconds(1), () => Task.FromResult(cancelled.Task.IsCompleted));
        Assert.True(await other!.CompleteAsync(Cancel));
        Assert.Equal(0, other.Faults);
    }

    [Fact]
    public async Task Stop_RunningJob_MayFinish()
    {
        var gate = new TaskCompletionSource();
        await StartAsync(async (_, _, cancellation) =>
        {
            await gate.Task.WaitAsync(cancellation);
            return JobResult.Done;
        });
        await PutAsync(Job);
        await DepthIsAsync(new QueueDepth(0, 0, 1, 0));

        var stopping = _runner!.StopAsync(Cancel);
        await PutAsync(new Job("test", "2"));
        Assert.False(stopping.IsCompleted);
        gate.SetResult();
        await stopping;

        // The one that came meanwhile was not taken.
        Assert.Equal(new QueueDepth(1, 0, 0, 0), await _queue.DepthAsync(Cancel));
    }

    [Fact]
    public async Task Stop_HostAllowsNoMoreTime_PutsTheJobBackAtOnce()
    {
        await StartAsync(async (_, _, cancellation) =>
        {
            await Task.Delay(Timeout.Infinite, cancellation);
            return JobResult.Done;
        });
        await PutAsync(Job);
        await DepthIsAsync(new QueueDepth(0, 0, 1, 0));

        using var host = new CancellationTokenSource();
        var stopping = _runner!.StopAsync(host.Token);
        await host.CancelAsync();
        await stopping;

        Assert.Equal(new QueueDepth(1, 0, 0, 0), await _queue.DepthAsync(Cancel));
        Assert.Equal(0, (await _queue.TakeAsync(TimeSpan.Zero, Cancel))!.Faults);
    }

    [Fact]
    public async Task Run_QueueAway_WaitsAndGoesOn()
    {
        var away = new AwayQueue(_queue) { Away = true };
        await StartAsync((_, _, _) => Task.FromResult(JobResult.Done), away);
        await PutAsync(Job);
        await AdvanceUntilAsync(TimeSpan.FromSeconds(1), () => Task.FromResult(away.Asked >= 3));
        Assert.Equal(new QueueDepth(1, 0, 0, 0), await _queue.DepthAsync(Cancel));

        away.Away = false;
        await AdvanceUntilAsync(TimeSpan.FromSeconds(1), async () => await _queue.DepthAsync(Cancel) == default);
    }

    [Fact]
    public void Backoff_DoublesUpToTheMost_HalfOfItAtRandom()
    {
        var (least, most) = (new Backoff(TimeSpan.FromSeconds(1), TimeSpan.FromMinutes(5), () => 0), new Backoff(TimeSpan.FromSeconds(1), TimeSpan.FromMinutes(5), () => 1));

        Assert.Equal([0.5, 1, 2, 4, 128, 150, 150], new[] { 1, 2, 3, 4, 9, 10, int.MaxValue }.Select(n => least.After(n).TotalSeconds));
        Assert.Equal([1, 2, 4, 8, 256, 300, 300], new[] { 1, 2, 3, 4, 9, 10, int.MaxValue }.Select(n => most.After(n).TotalSeconds));
    }

    private async Task StartAsync(Func<Job, int, CancellationToken, Task<JobResult>> handle, IJobQueue? queue = null)
    {
        _runner = Runner(handle, queue);
        await _runner.StartAsync(Cancel);
    }

    private JobRunner Runner(Func<Job, int, CancellationToken, Task<JobResult>> handle, IJobQueue? queue = null) => new(
        queue ?? _queue, [new Handler(handle)], Options.Create(_options), _time, _services.GetRequiredService<JobMetrics>(), NullLogger<JobRunner>.Instance);

    private Task<EnqueueOutcome> PutAsync(Job job) => _queue.EnqueueAsync(job, TimeSpan.Zero, Cancel);

    private Task DepthIsAsync(QueueDepth depth) => Eventually.TrueAsync(async () => await _queue.DepthAsync(Cancel) == depth);

    private Task AdvanceUntilAsync(TimeSpan step, Func<Task<bool>> condition) => Eventually.TrueAsync(async () =>
    {
        if (await condition())
            return true;
        _time.Advance(step);
        return false;
    });

    private static void InterlockedMax(ref int most, int value)
    {
        for (var seen = Volatile.Read(ref most); seen < value; seen = Volatile.Read(ref most))
            Interlocked.CompareExchange(ref most, value, seen);
    }

    private sealed class Handler(Func<Job, int, CancellationToken, Task<JobResult>> handle) : IJobHandler
    {
        public string Kind => "test";

        public Task<JobResult> HandleAsync(Job job, int faults, CancellationToken cancellationToken) => handle(job, faults, cancellationToken);
    }

    /// <summary>A queue that can be away.</summary>
    private sealed class AwayQueue(IJobQueue queue) : IJobQueue
    {
        public bool Away { get; set; }

        public int Asked { get; private set; }

        public Task<EnqueueOutcome> EnqueueAsync(Job job, TimeSpan delay, CancellationToken cancellationToken) => queue.EnqueueAsync(job, delay, cancellationToken);

        public Task<IReadOnlyList<IJobLease>> TakeAsync(int most, TimeSpan wait, CancellationToken cancellationToken)
        {
            Asked++;
            return Away ? throw new UnavailableException("job queue") : queue.TakeAsync(most, wait, cancellationToken);
        }

        public Task<QueueDepth> DepthAsync(CancellationToken cancellationToken) => queue.DepthAsync(cancellationToken);

        public Task<IReadOnlyList<DueJobs>> DueAsync(CancellationToken cancellationToken) => queue.DueAsync(cancellationToken);
    }
}
