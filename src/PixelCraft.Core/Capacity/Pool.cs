using PixelCraft.Capacity.Contracts;

namespace PixelCraft.Capacity;

/// <summary>Which of a pool's servers carry a load.</summary>
internal enum Bearer
{
    /// <summary>All of them share it.</summary>
    Servers,

    /// <summary>Each has all of it: more servers don't help.</summary>
    EachServer,

    /// <summary>The primaries share it.</summary>
    Primaries,

    /// <summary>The replicas share it.</summary>
    Replicas,
}

/// <summary>What can be too much for a pool.</summary>
/// <param name="Figure">The capacity that is declared, in the pool's file.</param>
/// <param name="Load">The load, in <see cref="LoadTable"/>.</param>
/// <param name="Unit">Of both.</param>
/// <param name="Bearer">Who carries it.</param>
internal sealed record Limit(string Figure, string Load, string Unit, Bearer Bearer = Bearer.Servers);

/// <summary>Servers of one kind.</summary>
/// <param name="Name">The name of its file.</param>
/// <param name="One">What one of them is called.</param>
/// <param name="Limits">What can be too much for it.</param>
/// <param name="MostServers">There can't be more; null when there can.</param>
internal sealed record Pool(string Name, string One, IReadOnlyList<Limit> Limits, int? MostServers = null)
{
    /// <summary>Whether it is primaries with replicas.</summary>
    public bool IsSharded => Limits.Any(limit => limit.Bearer is Bearer.Primaries);

    /// <summary>A figure of it.</summary>
    public double Figure(Inputs inputs, string name) => inputs[$"{Name}.{name}"];

    /// <summary>What one server of the smallest size carries when it is full.</summary>
    public double Full(Inputs inputs, Limit limit) => Figure(inputs, limit.Figure) / inputs["declared_use"];

    /// <summary>Everything in one process.</summary>
    public static Pool OneServer { get; } = new("one_server", "server",
    [
        new("connections_per_server", "all_connections", "connections"),
        new("requests_per_second_per_server", "requests_per_second", "requests/s"),
        new("thumbnails_per_server_per_day", "thumbnails_at_declared_peak", "thumbnails a day"),
        new("writes_per_second_per_server", "writes_per_second", "changes/s"),
        new("gigabytes_per_server", "local_gigabytes", "GB"),
    ], MostServers: 1);

    /// <summary>A process of each role and a server of each database on each of three machines.</summary>
    public static Pool ThreeServers { get; } = new("three_servers", "server",
    [
        new("connections_per_server", "all_connections", "connections"),
        new("requests_per_second_per_server", "requests_per_second", "requests/s"),
        new("thumbnails_per_server_per_day", "thumbnails_at_declared_peak", "thumbnails a day"),
        new("copied_gigabytes_per_server", "catalogue_gigabytes", "GB of records", Bearer.EachServer),
    ], MostServers: 3);

    /// <summary>Machines of their own for each role and database, in the order in which a request meets them.</summary>
    public static IReadOnlyList<Pool> Separate { get; } =
    [
        new("load_balancer", "load balancer", [new("connections_per_server", "all_connections", "connections")]),
        new("web", "web server", [new("connections_per_server", "connections", "connections"), new("requests_per_second_per_server", "requests_per_second", "requests/s")]),
        new("realtime", "realtime server", [new("sockets_per_server", "sockets", "sockets"), new("updates_per_second_per_server", "updates_per_second", "updates/s")]),
        new("worker", "worker", [new("thumbnails_per_server_per_day", "thumbnails_at_declared_peak", "thumbnails a day")]),
        new("catalogue", "catalogue server",
        [
            new("gigabytes_per_primary", "catalogue_gigabytes", "GB of records", Bearer.Primaries),
            new("writes_per_second_per_primary", "writes_per_second", "changes/s", Bearer.Primaries),
            new("reads_per_second_per_replica", "reads_per_second", "queries/s", Bearer.Replicas),
        ]),
        new("analytics", "analytics server",
        [
            new("event_gigabytes_per_primary", "event_gigabytes", "GB of events", Bearer.Primaries),
            new("events_per_second_per_primary", "events_per_second", "events/s", Bearer.Primaries),
        ]),
        new("redis", "Redis server",
        [
            new("commands_per_second_per_primary", "commands_per_second", "commands/s", Bearer.Primaries),
            new("redis_gigabytes_per_primary", "redis_gigabytes", "GB in memory", Bearer.Primaries),
        ]),
    ];
}
