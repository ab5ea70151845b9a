using PixelCraft.Adapters.EntityFramework;
using PixelCraft.Adapters.EntityFramework.Accounts;
using PixelCraft.Adapters.EntityFramework.Catalogue;
using PixelCraft.Adapters.FileSystem;
using PixelCraft.Adapters.InProcess;
using PixelCraft.Adapters.Redis;
using PixelCraft.Adapters.Rendering;
using PixelCraft.Adapters.S3;
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
            services.AddRedisJobQueue().AddRedisCache().AddRedisChangeNotices().AddRedisRateLimiter().AddRedisSessions();
        else
            services.AddInProcessJobQueue().AddInProcessCache().AddInProcessChangeNotices().AddInProcessRateLimiter().AddDatabaseSessions();

        services.AddAccountsDatabase(postgres.Accounts, Path.Combine(data, "accounts.db"));
        services.AddCatalogue(postgres.Catalogue, Path.Combine(data, "catalogue.db"));

        if (HasS3(settings)) services.AddS3ObjectStore(settings.Get<S3Options>());
        else services.AddFolderObjectStore(Path.Combine(data, "objects"));

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
        if (HasRedis(settings) && RedisServices.Fault(settings.Get<RedisOptions>()) is { } redis) yield return $"Redis:Connection: {redis}";

        if (server.Role == Roles.All) yield break;
        var why = $"the role {server.Role} shares its data with other processes";
        if (postgres.Accounts.Length == 0) yield return $"Postgres:Accounts: missing; {why}, which SQLite can't.";
        if (postgres.Catalogue.Length == 0) yield return $"Postgres:Catalogue: missing; {why}, which SQLite can't.";
        if (!HasRedis(settings)) yield return $"Redis:Connection: missing; {why}, which the queue in the process can't.";
        if (!HasS3(settings)) yield return $"S3:Endpoint: missing; {why}, which a folder can't.";
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

    public static bool HasS3(Settings settings) => !string.IsNullOrEmpty(settings.Get<S3Options>().Endpoint);
}
