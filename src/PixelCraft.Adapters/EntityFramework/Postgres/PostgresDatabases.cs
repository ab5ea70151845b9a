using System.Collections.Concurrent;
using System.Diagnostics.Metrics;
using Microsoft.Extensions.Options;

namespace PixelCraft.Adapters.EntityFramework.Postgres;

/// <summary>
/// The databases of this process by their connection strings, so that modules on the same one share its connections. Tells of those with
/// several servers, once they are used, on the meter <c>PixelCraft</c>. Which server is the primary is a metric and no label: a label's
/// old value would go on being told.
/// </summary>
internal sealed class PostgresDatabases : IDisposable
{
    private readonly ConcurrentDictionary<string, Lazy<PostgresServers>> _databases = new(StringComparer.Ordinal);
    private readonly IOptions<ReplicaOptions> _options;
    private readonly TimeProvider _time;

    public PostgresDatabases(IOptions<ReplicaOptions> options, TimeProvider time, IMeterFactory meters)
    {
        (_options, _time) = (options, time);
        var meter = meters.Create("PixelCraft");
        meter.CreateObservableGauge("pixelcraft.postgres.up", () => Of(server => (int?)(server.Answers ? 1 : 0)), null, "Whether a PostgreSQL server of several answered when it was looked at last.");
        meter.CreateObservableGauge("pixelcraft.postgres.primary", () => Of(server => (int?)(server.IsPrimary ? 1 : 0)), null, "Whether it takes the writes.");
        meter.CreateObservableGauge("pixelcraft.postgres.behind", () => Of(server => server.Behind?.TotalSeconds), "s", "For how long it has not had all that the primary has.");
        meter.CreateObservableGauge("pixelcraft.postgres.behind.size", () => Of(server => (long?)server.BehindBytes), "By", "Bytes of the log that the primary has and it has not replayed.");
    }

    /// <summary>The servers that a connection string names.</summary>
    public PostgresServers Get(string connection) => _databases.GetOrAdd(
        connection, text => new Lazy<PostgresServers>(() => new PostgresServers(text, _options.Value, _time))).Value;

    public void Dispose()
    {
        foreach (var database in _databases.Values)
            if (database.IsValueCreated) database.Value.Dispose();
    }

    private IEnumerable<Measurement<T>> Of<T>(Func<DatabaseServer, T?> value) where T : struct =>
        from database in _databases.Values
        where database.IsValueCreated
        from server in database.Value.States()
        let one = value(server)
        where one is not null
        select new Measurement<T>(one.Value, new KeyValuePair<string, object?>("database", database.Value.Database), new KeyValuePair<string, object?>("server", server.Address));
}
