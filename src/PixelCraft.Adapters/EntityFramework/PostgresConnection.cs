using Npgsql;

namespace PixelCraft.Adapters.EntityFramework;

/// <summary>What is made of a connection string before anything connects.</summary>
public static class PostgresConnection
{
    /// <summary>What is wrong with it, without what may be a secret in it; null when it can be read.</summary>
    public static string? Fault(string connection)
    {
        try
        {
            return string.IsNullOrEmpty(new NpgsqlConnectionStringBuilder(connection).Host) ? "names no Host." : null;
        }
        catch (Exception e) when (e is ArgumentException or FormatException or OverflowException or InvalidCastException)
        {
            return "is not a connection string such as Host=db;Database=pixelcraft;Username=pixelcraft;Password=…";
        }
    }

    /// <summary>
    /// Fills in what the string leaves open. Has the driver prepare what a connection asks often, and not reset a connection that it
    /// takes back: behind a pooler that hands out servers by transaction, <c>Max Auto Prepare=0</c> must be said. There is
    /// nothing to reset: no session state is set, and the one lock of a session is ended with its connection. Of several hosts it shall
    /// look each second which takes writes. And nobody waits long for what doesn't come: 3 s for a connection, 10 s for an answer.
    /// </summary>
    internal static NpgsqlConnectionStringBuilder ForThisProgram(string connection)
    {
        var builder = new NpgsqlConnectionStringBuilder(connection);
        if (!builder.ShouldSerialize("Max Auto Prepare")) builder.MaxAutoPrepare = 100;
        if (!builder.ShouldSerialize("No Reset On Close")) builder.NoResetOnClose = true;
        if (!builder.ShouldSerialize("Host Recheck Seconds")) builder.HostRecheckSeconds = 1;
        if (!builder.ShouldSerialize("Timeout")) builder.Timeout = 3;
        if (!builder.ShouldSerialize("Command Timeout")) builder.CommandTimeout = 10;
        return builder;
    }

    /// <summary>Host and port of a string that names one host.</summary>
    internal static string AddressOf(NpgsqlConnectionStringBuilder one) => one.Host!.Contains(':', StringComparison.Ordinal) ? one.Host : $"{one.Host}:{one.Port}";

    /// <summary>The same for each host alone.</summary>
    internal static IEnumerable<NpgsqlConnectionStringBuilder> ForEachHost(NpgsqlConnectionStringBuilder settings) =>
        from host in settings.Host!.Split(',', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries)
        select new NpgsqlConnectionStringBuilder(settings.ConnectionString) { Host = host, TargetSessionAttributes = null, LoadBalanceHosts = false };
}
