using Npgsql;

namespace PixelCraft.Adapters.EntityFramework;

/// <summary>Looks at a connection string before anything connects.</summary>
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
}
