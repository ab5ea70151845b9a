using PixelCraft.Adapters.EntityFramework;
using PixelCraft.Adapters.EntityFramework.Accounts;
using PixelCraft.Adapters.EntityFramework.Analytics;
using PixelCraft.Adapters.EntityFramework.Catalogue;
using PixelCraft.Adapters.EntityFramework.Catalogue.Sharding;
using PixelCraft.Adapters.Fastly;
using PixelCraft.Adapters.FileSystem;
using PixelCraft.Adapters.InProcess;
using PixelCraft.Adapters.Nginx;
using PixelCraft.Adapters.Redis;
using PixelCraft.Adapters.Rendering;
using PixelCraft.Adapters.S3;
using PixelCraft.Adapters.Smtp;
using PixelCraft.Delivery;
using PixelCraft.Delivery.Contracts;
using PixelCraft.Http;
using PixelCraft.Mail.Contracts;
using PixelCraft.Server.Commands;
using PixelCraft.Server.Configuration;

namespace PixelCraft.Server;

/// <summary>Which adapter serves each port: decided here, by the configuration alone. A connection that is given selects its adapter.</summary>
internal static class Adapters
{
    public static void Add(IServiceCollection services, Settings settings)
    {
        var data = settings.Get<ServerOptions>().Data;
        var postgres = settings.Get<PostgresOptions>();

        if (HasRedis(settings))
            services.AddRedisEventStream().AddEventSpill(Path.Combine(data, "events")).AddRedisJobQueue().AddRedisCache().AddRedisChangeNotices().AddRedisLiveBackplane().AddRedisRateLimiter().AddRedisSessions();
        else
            services.AddEventLog(Path.Combine(data, "events")).AddInProcessJobQueue().AddInProcessCache().AddInProcessChangeNotices().AddInProcessLiveBackplane().AddInProcessRateLimiter().AddDatabaseSessions();

        services.AddAccountsDatabase(postgres.Accounts, Path.Combine(data, "accounts.db"));
        if (CatalogueDatabases(postgres) is { Count: > 1 } databases) services.AddShardedCatalogue(databases, Shards(postgres));
        else services.AddCatalogue(postgres.Catalogue, Path.Combine(data, "catalogue.db"));

        // Without a database of its own it is beside the catalogue.
        services.AddAnalyticsDatabase(postgres.Analytics.Length > 0 ? postgres.Analytics : postgres.Catalogue, Path.Combine(data, "analytics.db"));

        if (HasS3(settings)) services.AddS3ObjectStore(settings.Get<S3Options>());
        else services.AddFolderObjectStore(Path.Combine(data, "objects"));

        if (HasFastly(settings)) services.AddSingleton<IEdge, FastlyEdge>();
        else if (HasEdges(settings)) services.AddSingleton<IEdge, NginxEdges>();

        // Elsewhere a folder would be one for each process, where nobody looks: without a server there is no mail.
        if (HasSmtp(settings)) services.AddSmtp();
        else if (settings.Get<ServerOptions>().Role == Roles.All) services.AddMailFolder(Path.Combine(data, "mail"), ListenAddress.OnThisMachine(settings.Get<ServerOptions>().Listen.Split(';')[0].Trim()));

        services.AddRenderProcesses(RenderCommand.Child);
    }

    /// <summary>What must not be combined.</summary>
    public static IEnumerable<string> Faults(Settings settings)
    {
        var server = settings.Get<ServerOptions>();
        var postgres = settings.Get<PostgresOptions>();
        if (!Roles.Table.ContainsKey(server.Role))
        {
            yield return $"Role: '{server.Role}' is not one of {string.Join(", ", Roles.Table.Keys)}.";
            yield break;
        }

        foreach (var proxy in server.Proxies.Split(',', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries))
            if (!System.Net.IPNetwork.TryParse(proxy, out _) && !System.Net.IPAddress.TryParse(proxy, out _))
                yield return $"Proxies: '{proxy}' is neither an address nor a network such as 10.0.0.0/8.";

        foreach (var address in server.Listen.Split(';', StringSplitOptions.TrimEntries))
            if (!IsHttp(address))
                yield return $"Listen: '{address}' is not an address such as http://localhost:8080. HTTPS is for a proxy in front.";
        if (postgres.Accounts.Length > 0 && PostgresConnection.Fault(postgres.Accounts) is { } accounts) yield return $"Postgres:Accounts: {accounts}";
        if (postgres.Catalogue.Length > 0 && PostgresConnection.Fault(postgres.Catalogue) is { } catalogue) yield return $"Postgres:Catalogue: {catalogue}";
        if (postgres.Analytics.Length > 0 && PostgresConnection.Fault(postgres.Analytics) is { } analytics) yield return $"Postgres:Analytics: {analytics}";
        foreach (var fault in ShardFaults(postgres)) yield return fault;
        var redis = settings.Get<RedisOptions>();
        if (redis.Connection.Length > 0 && RedisServices.Fault(redis.Connection) is { } connection) yield return $"Redis:Connection: {connection}";
        if (redis.Cache.Length > 0 && RedisServices.Fault(redis.Cache) is { } cache) yield return $"Redis:Cache: {cache}";
        if (redis.Cache.Length > 0 && redis.Connection.Length == 0) yield return "Redis:Cache: Redis:Connection is missing, which it goes beside.";

        if (HasFastly(settings) && HasEdges(settings)) yield return "Edge:Addresses: given beside Fastly:Service; only one of them can be told of withdrawn images.";

        foreach (var fault in MailFaults(settings)) yield return fault;

        if (server.Role == Roles.All) yield break;
        var why = $"the role {server.Role} shares its data with other processes";
        if (postgres.Accounts.Length == 0) yield return $"Postgres:Accounts: missing; {why}, which SQLite can't.";
        if (postgres.Catalogue.Length == 0) yield return $"Postgres:Catalogue: missing; {why}, which SQLite can't.";
        if (!HasRedis(settings)) yield return $"Redis:Connection: missing; {why}, which the queue in the process can't.";
        if (!HasS3(settings)) yield return $"S3:Endpoint: missing; {why}, which a folder can't.";
    }

    private static IEnumerable<string> MailFaults(Settings settings)
    {
        var mail = settings.Get<MailOptions>();
        if (HasSmtp(settings))
        {
            if (mail.From.Length == 0) yield return "Mail:From: missing, since Mail:Smtp:Host is given.";
            if (mail.Site.Length == 0) yield return "Mail:Site: missing, since Mail:Smtp:Host is given; links in mails begin with it.";
        }
        else if (settings.Get<ServerOptions>().Role != Roles.All && mail.From.Length + mail.Site.Length > 0)
        {
            yield return "Mail:Smtp:Host: missing, since other settings of Mail are given.";
        }
    }

    /// <summary>The catalogue's databases that are configured, by their names in the table of shards.</summary>
    private static IReadOnlyList<(string Name, string Connection)> CatalogueDatabases(PostgresOptions postgres) =>
        [.. new[] { ("catalogue", postgres.Catalogue), ("catalogue2", postgres.Catalogue2), ("catalogue3", postgres.Catalogue3), ("catalogue4", postgres.Catalogue4) }
            .Where(database => database.Item2.Length > 0)];

    private static ShardTable Shards(PostgresOptions postgres) =>
        ShardTable.TryParse(postgres.Shards, out var table, out _) ? table : ShardTable.AllIn(CatalogueDatabases(postgres)[0].Name);

    private static IEnumerable<string> ShardFaults(PostgresOptions postgres)
    {
        var databases = CatalogueDatabases(postgres);
        foreach (var (name, connection) in databases.Where(database => database.Connection != postgres.Catalogue))
            if (PostgresConnection.Fault(connection) is { } fault) yield return $"Postgres:{char.ToUpperInvariant(name[0])}{name[1..]}: {fault}";
        if (databases.Count > 0 && postgres.Catalogue.Length == 0) yield return "Postgres:Catalogue: missing; it is the first of the catalogue's databases and keeps the table of shards.";
        if (postgres.Shards.Length == 0) yield break;
        if (!ShardTable.TryParse(postgres.Shards, out var table, out var wrong)) yield return $"Postgres:Shards: {wrong}";
        else if (table.Ranges.FirstOrDefault(entry => databases.All(database => database.Name != entry.Store)).Store is { } missing)
            yield return $"Postgres:Shards: there is no database {missing}; set Postgres:{char.ToUpperInvariant(missing[0])}{missing[1..]}.";
    }

    private static bool IsHttp(string address)
    {
        try
        {
            return BindingAddress.Parse(address) is { Scheme: "http", IsUnixPipe: false };
        }
        catch (FormatException)
        {
            return false;
        }
    }

    public static bool HasRedis(Settings settings) => !string.IsNullOrEmpty(settings.Get<RedisOptions>().Connection);

    public static bool HasEdges(Settings settings) => settings.Get<EdgeOptions>().Addresses.Length > 0;

    public static bool HasFastly(Settings settings) => settings.Get<FastlyOptions>().Service.Length > 0;

    public static bool HasSmtp(Settings settings) => settings.Get<SmtpOptions>().Host.Length > 0;

    public static bool HasS3(Settings settings) => !string.IsNullOrEmpty(settings.Get<S3Options>().Endpoint);
}
