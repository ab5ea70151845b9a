using PixelCraft.Accounts;
using PixelCraft.Adapters.EntityFramework;
using PixelCraft.Adapters.S3;
using PixelCraft.Delivery;
using PixelCraft.Jobs;
using PixelCraft.Server.Commands;
using PixelCraft.Server.Configuration;
using PixelCraft.Storage;

namespace PixelCraft.Server.Health;

/// <summary>Something that the program needs, and how to see whether it is there.</summary>
/// <param name="Name">In the words of the configuration.</param>
/// <param name="Check">Throws when it isn't; returns what to say when it is.</param>
/// <param name="Advice">What to do when it isn't.</param>
internal sealed record Dependency(string Name, Func<CancellationToken, Task<string>> Check, string Advice);

/// <summary>What this process depends on, as configured: for <c>doctor</c> and <c>/health/ready</c>.</summary>
internal sealed class Dependencies
{
    private const string Probe = "health/probe";
    private static readonly TimeSpan Timeout = TimeSpan.FromSeconds(5);

    public Dependencies(IServiceProvider services, Settings settings)
    {
        var folder = $"See that the folder {Path.GetFullPath(settings.Get<ServerOptions>().Data)} exists, may be written and has room, or choose another with Data.";
        var postgres = settings.Get<PostgresOptions>();
        const string Redis = "Start Redis, or correct Redis:Connection.";

        List<Dependency> all = [.. services.GetServices<IModuleDatabase>().Select(database => Database(
            database,
            Connection(database.Name, postgres).Length > 0
                ? $"Start PostgreSQL, or correct Postgres:{char.ToUpperInvariant(database.Name[0])}{database.Name[1..]}."
                : folder))];
        // Found when it is asked, as a store that is away may fail at once.
        all.Add(new Dependency(
            "object store",
            async cancellationToken =>
            {
                // It says more than a write that fails: which bucket, which keys.
                if (services.GetService<S3ObjectStore>() is { } s3) await s3.CheckAsync(cancellationToken);
                return await WriteAsync(services.GetRequiredService<IObjectStore>(), cancellationToken);
            },
            Adapters.HasS3(settings) ? "Start it, see that the bucket exists and that the keys may read, write and delete there, or correct the section S3." : folder));
        all.Add(new Dependency("job queue", cancellationToken => CountAsync(services.GetRequiredService<IJobQueue>(), cancellationToken), Redis));
        // Without Redis they are in the accounts database.
        if (Adapters.HasRedis(settings))
            all.Add(new Dependency("sessions", cancellationToken => ReadAsync(services.GetRequiredService<ISessionStore>(), cancellationToken), Redis));
        if (Adapters.HasEdges(settings) || Adapters.HasFastly(settings))
        {
            all.Add(new Dependency(
                "edge",
                cancellationToken => services.GetRequiredService<IEdge>().CheckAsync(cancellationToken),
                "Start every edge, or correct the section Edge or Fastly. Until they are told, they go on with images that were withdrawn."));
        }
        All = all;
    }

    public IReadOnlyList<Dependency> All { get; }

    /// <summary>Asks one, within bounded time.</summary>
    /// <returns>Whether it is there, and what to say.</returns>
    public static async Task<(bool IsThere, string Text)> AskAsync(Dependency dependency, CancellationToken cancellationToken)
    {
        using var limit = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        limit.CancelAfter(Timeout);
        try
        {
            return (true, await dependency.Check(limit.Token));
        }
        catch (OperationCanceledException) when (!cancellationToken.IsCancellationRequested)
        {
            return (false, $"no answer within {Timeout.TotalSeconds:0} s");
        }
        catch (Exception e) when (e is not OperationCanceledException)
        {
            // Whatever it is, it is the answer: this is where failures are shown.
            return (false, Outages.Text(e));
        }
    }

    private static string Connection(string database, PostgresOptions postgres) => database switch
    {
        "accounts" => postgres.Accounts,
        "analytics" when postgres.Analytics.Length > 0 => postgres.Analytics,
        _ => postgres.Catalogue,
    };

    private static Dependency Database(IModuleDatabase database, string advice) => new(
        $"{database.Name} database",
        async cancellationToken =>
        {
            var pending = await database.PendingAsync(cancellationToken);
            return pending.Count == 0 ? database.Location : $"{database.Location}; not up to date, the next start or 'pixelcraft migrate' does it";
        },
        advice);

    private static async Task<string> WriteAsync(IObjectStore store, CancellationToken cancellationToken)
    {
        using var content = new MemoryStream("ok"u8.ToArray());
        await store.PutAsync(Probe, content, "text/plain", cancellationToken);
        await store.DeleteAsync(Probe, cancellationToken);
        return "can be written";
    }

    private static async Task<string> CountAsync(IJobQueue queue, CancellationToken cancellationToken)
    {
        var depth = await queue.DepthAsync(cancellationToken);
        return $"{depth.Due} waiting, {depth.Delayed} delayed, {depth.Taken} taken, {depth.Dead} dead letters";
    }

    private static async Task<string> ReadAsync(ISessionStore sessions, CancellationToken cancellationToken)
    {
        await sessions.ListAsync(default, cancellationToken);
        return "can be read";
    }
}
