using PixelCraft.Accounts;
using PixelCraft.Adapters.EntityFramework;
using PixelCraft.Jobs;
using PixelCraft.Storage;

namespace PixelCraft.Server.Health;

/// <summary>Something that the program needs, and how to see whether it is there.</summary>
/// <param name="Name">In the words of the configuration.</param>
/// <param name="Check">Throws when it isn't; returns what to say when it is.</param>
/// <param name="Advice">What to do when it isn't.</param>
internal sealed record Dependency(string Name, Func<CancellationToken, Task<string>> Check, string Advice);

/// <summary>What this process depends on, as configured: for <c>doctor</c> and <c>/health/ready</c>.</summary>
internal sealed class Dependencies(IEnumerable<IModuleDatabase> databases, IObjectStore store, IJobQueue queue, ISessionStore sessions)
{
    private const string Probe = "health/probe";
    private static readonly TimeSpan Timeout = TimeSpan.FromSeconds(5);

    public IReadOnlyList<Dependency> All { get; } =
    [
        .. databases.Select(database => new Dependency(
            database.Name,
            async cancellationToken =>
            {
                var pending = await database.PendingAsync(cancellationToken);
                return pending.Count == 0 ? database.Location : $"{database.Location}; {pending.Count} migrations are not applied yet, the next start applies them";
            },
            $"Start the database, or correct Postgres:{char.ToUpperInvariant(database.Name[0])}{database.Name[1..]}.")),
        new Dependency(
            "object store",
            async cancellationToken =>
            {
                using var content = new MemoryStream("ok"u8.ToArray());
                await store.PutAsync(Probe, content, "text/plain", cancellationToken);
                await store.DeleteAsync(Probe, cancellationToken);
                return "can be written";
            },
            "Start it, see that the bucket or folder exists and may be written, or correct the section S3."),
        new Dependency(
            "job queue",
            async cancellationToken =>
            {
                var depth = await queue.DepthAsync(cancellationToken);
                return $"{depth.Due} waiting, {depth.Delayed} delayed, {depth.Taken} taken, {depth.Dead} dead letters";
            },
            "Start Redis, or correct Redis:Connection."),
        new Dependency(
            "sessions",
            async cancellationToken =>
            {
                await sessions.ListAsync(default, cancellationToken);
                return "can be read";
            },
            "Start Redis, or correct Redis:Connection."),
    ];

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
            return (false, e.InnerException is { } inner ? $"{e.Message} {inner.Message}" : e.Message);
        }
    }
}
