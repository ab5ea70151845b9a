using System.ComponentModel.DataAnnotations;

namespace PixelCraft.Server.Configuration;

/// <summary>What the process is and where it listens; the settings without a section.</summary>
internal sealed class ServerOptions
{
    /// <summary>The process role: <c>all</c>, or one of those in <see cref="Roles"/>.</summary>
    [Required]
    public string Role { get; set; } = "all";

    /// <summary>The address to listen on.</summary>
    [Required]
    public string Listen { get; set; } = "http://localhost:8080";

    /// <summary>The folder of the embedded stores. Roles other than <c>all</c> keep nothing in it.</summary>
    [Required]
    public string Data { get; set; } = "data";

    /// <summary>Addresses or networks (CIDR) of load balancers, by comma, whose <c>X-Forwarded-For</c> and <c>-Proto</c> are believed. Empty: nobody's.</summary>
    public string Proxies { get; set; } = "";

    /// <summary>How long it goes on serving after the signal to stop, unready, so that load balancers notice. 0; up to 1 min.</summary>
    [Range(typeof(TimeSpan), "00:00:00", "00:01:00")]
    public TimeSpan StopDelay { get; set; }
}

/// <summary>Section <c>Postgres</c>: Npgsql connection strings. Empty selects SQLite in the data folder.</summary>
internal sealed class PostgresOptions
{
    /// <summary>The accounts' database.</summary>
    [Secret]
    public string Accounts { get; set; } = "";

    /// <summary>The catalogue's database; may be the same one, in a schema of its own.</summary>
    [Secret]
    public string Catalogue { get; set; } = "";
}

/// <summary>Section <c>Logging</c>.</summary>
internal sealed class LoggingOptions
{
    /// <summary>The least level written: Trace, Debug, Information, Warning, Error, Critical or None.</summary>
    public LogLevel Level { get; set; } = LogLevel.Information;

    /// <summary><c>text</c> for people, <c>json</c> (one object a line, with trace ids) for collectors.</summary>
    public LogFormat Format { get; set; } = LogFormat.Text;
}

/// <summary>How log lines are written.</summary>
internal enum LogFormat
{
    /// <summary>For people.</summary>
    Text,

    /// <summary>One JSON object a line.</summary>
    Json,
}
