using System.Diagnostics;
using System.Globalization;
using System.Text.Json;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using PixelCraft.Adapters.Redis;
using PixelCraft.Cluster;
using PixelCraft.Jobs;

namespace PixelCraft.Bench.Queueing;

/// <summary>
/// A process that queues and does jobs as the program does, for <see cref="QueueComparison"/>; the jobs do nothing. The same as
/// <c>bench/peer/queue.js</c>, with the same arguments and answers. The connection, and the number of Redis' process, are the last two.
/// </summary>
internal static class QueueProcess
{
    public const string Command = "queue-process";

    private const int Adders = 64;

    public static async Task<int> RunAsync(string[] arguments)
    {
        int Number(int place) => int.Parse(arguments[place], CultureInfo.InvariantCulture);
        var (connection, redisPid) = (arguments[3], Number(4));
        object? answer = arguments[0] switch
        {
            "work" => await WorkAsync(Number(1), Number(2), connection, redisPid),
            "wait" => await WaitAsync(arguments, connection),
            "add" => await AddAtRateAsync(Number(1), Number(2), connection),
            _ => throw new ArgumentException($"'{arguments[0]}' is not a work."),
        };
        if (answer is not null) Console.WriteLine(JsonSerializer.Serialize(answer, JsonSerializerOptions.Web));
        return 0;
    }

    private static async Task<object> WorkAsync(int jobs, int concurrency, string connection, int redisPid)
    {
        await using var services = Services(connection, concurrency, new CountingHandler());
        for (var i = 0; i < 3; i++)
        {
            await AddAsync(services, jobs / 2);
            await DrainAsync(services, jobs / 2, redisPid);
        }

        var added = await MeterAsync(jobs, redisPid, () => AddAsync(services, jobs));
        return new { added, processed = await DrainAsync(services, jobs, redisPid) };
    }

    private static async Task<Figures> DrainAsync(ServiceProvider services, int jobs, int redisPid)
    {
        var handler = (CountingHandler)services.GetRequiredService<IJobHandler>();
        var all = handler.ExpectAsync(jobs);
        var runner = ActivatorUtilities.CreateInstance<JobRunner>(services);
        var figures = await MeterAsync(jobs, redisPid, async () =>
        {
            await runner.StartAsync(CancellationToken.None);
            await all;
        });
        await runner.StopAsync(CancellationToken.None);
        runner.Dispose();
        return figures;
    }

    private static async Task AddAsync(ServiceProvider services, int jobs)
    {
        var queue = services.GetRequiredService<IJobQueue>();
        var next = 0;
        await Task.WhenAll(Enumerable.Range(0, Adders).Select(async _ =>
        {
            while (Interlocked.Increment(ref next) is var number && number <= jobs)
                await queue.EnqueueAsync(new Job("bench", number.ToString(CultureInfo.InvariantCulture)), TimeSpan.Zero, CancellationToken.None);
        }));
    }

    private static async Task<object> WaitAsync(string[] arguments, string connection)
    {
        var rate = int.Parse(arguments[1], CultureInfo.InvariantCulture);
        var handler = new WaitingHandler();
        await using var services = Services(connection, 10, handler);
        var runner = ActivatorUtilities.CreateInstance<JobRunner>(services);
        await runner.StartAsync(CancellationToken.None);
        var adding = await Programs.RunAsync(Environment.ProcessPath!, [Command, "add", .. arguments[1..]]);
        if (adding.ExitCode != 0) throw new InvalidOperationException(adding.Error);
        await runner.StopAsync(CancellationToken.None);
        runner.Dispose();

        // Without the first second: code that is not compiled yet.
        var waits = handler.Milliseconds.Skip(rate).Order().ToList();
        return new { median = waits[waits.Count / 2], p99 = waits[(int)(waits.Count * 0.99)] };
    }

    private static async Task<object?> AddAtRateAsync(int rate, int seconds, string connection)
    {
        await using var services = Services(connection, 10, new CountingHandler());
        var queue = services.GetRequiredService<IJobQueue>();
        await queue.DepthAsync(CancellationToken.None); // connected
        var adding = new List<Task>();
        var begin = Stopwatch.GetTimestamp();
        for (var i = 0; i < rate * seconds; i++)
        {
            var due = TimeSpan.FromSeconds((double)i / rate) - Stopwatch.GetElapsedTime(begin);
            if (due > TimeSpan.Zero) await Task.Delay(due);
            adding.Add(queue.EnqueueAsync(new Job("bench", Stopwatch.GetTimestamp().ToString(CultureInfo.InvariantCulture)), TimeSpan.Zero, CancellationToken.None));
        }

        await Task.WhenAll(adding);
        await Task.Delay(500);
        return null;
    }

    private static async Task<Figures> MeterAsync(int jobs, int redisPid, Func<Task> work)
    {
        var (client, redis, begin) = (ProcessTable.CpuSeconds(Environment.ProcessId), ProcessTable.CpuSeconds(redisPid), Stopwatch.GetTimestamp());
        await work();
        double Each(double seconds) => seconds / jobs * 1e6;
        return new Figures(
            Each(ProcessTable.CpuSeconds(Environment.ProcessId) - client), Each(ProcessTable.CpuSeconds(redisPid) - redis),
            jobs / Stopwatch.GetElapsedTime(begin).TotalSeconds);
    }

    private static ServiceProvider Services(string connection, int concurrency, IJobHandler handler)
    {
        var services = new ServiceCollection();
        services.AddLogging(logging => logging.SetMinimumLevel(LogLevel.Warning)).AddMetrics();
        services.AddSingleton(TimeProvider.System).AddSingleton(handler).AddSingleton<JobMetrics>();
        services.AddOptions<RedisOptions>().Configure(options => options.Connection = connection);
        services.AddOptions<JobQueueOptions>().Configure(options => (options.Concurrency, options.Capacity) = (concurrency, 1_000_000));
        services.AddRedisJobQueue();
        return services.BuildServiceProvider();
    }

    private sealed class CountingHandler : IJobHandler
    {
        private TaskCompletionSource _all = new();
        private int _left;

        public string Kind => "bench";

        public Task ExpectAsync(int jobs)
        {
            (_left, _all) = (jobs, new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously));
            return _all.Task;
        }

        public Task<JobResult> HandleAsync(Job job, int faults, CancellationToken cancellationToken)
        {
            if (Interlocked.Decrement(ref _left) == 0) _all.SetResult();
            return Task.FromResult(JobResult.Done);
        }
    }

    private sealed class WaitingHandler : IJobHandler
    {
        private readonly List<double> _milliseconds = [];

        public string Kind => "bench";

        public IReadOnlyList<double> Milliseconds => _milliseconds;

        public Task<JobResult> HandleAsync(Job job, int faults, CancellationToken cancellationToken)
        {
            // The clock counts from the machine's start, for all processes.
            var waited = Stopwatch.GetElapsedTime(long.Parse(job.Subject, CultureInfo.InvariantCulture)).TotalMilliseconds;
            lock (_milliseconds) _milliseconds.Add(waited);
            return Task.FromResult(JobResult.Done);
        }
    }
}

/// <summary>What jobs cost.</summary>
/// <param name="Client">CPU-microseconds a job of the process.</param>
/// <param name="Redis">The same of Redis.</param>
/// <param name="Rate">Jobs a second.</param>
internal sealed record Figures(double Client, double Redis, double Rate)
{
    public double Both => Client + Redis;
}
