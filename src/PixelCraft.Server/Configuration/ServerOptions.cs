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

    /// <summary>The folder of the embedded stores. Roles other than <c>all</c> keep nothing in it but events that wait while Redis is away.</summary>
    [Required]
    public string Data { get; set; } = "data";

    /// <summary>Addresses or networks (CIDR) of load balancers, by comma, whose <c>X-Forwarded-For</c> and <c>-Proto</c> are believed. Empty: nobody's.</summary>
    public string Proxies { get; set; } = "";

    /// <summary>How long it goes on serving after the signal to stop, unready, so that load balancers notice. Empty, the default: as its role needs, see <see cref="Roles.StopDelay"/>. Up to 1 min.</summary>
    [Range(typeof(TimeSpan), "00:00:00", "00:01:00")]
    public TimeSpan? StopDelay { get; set; }
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

    /// <summary>A second database for the catalogue, which is then spread over all of them by member.</summary>
    [Secret]
    public string Catalogue2 { get; set; } = "";

    /// <summary>A third.</summary>
    [Secret]
    public string Catalogue3 { get; set; } = "";

    /// <summary>A fourth.</summary>
    [Secret]
    public string Catalogue4 { get; set; } = "";

    /// <summary>Which shards a new installation puts where: <c>0-2047 catalogue, 2048-4095 catalogue2</c>. Empty: all into the first. Later <c>pixelcraft shard move</c> moves them.</summary>
    public string Shards { get; set; } = "";

    /// <summary>The analytics' database. Empty: the catalogue's, in a schema of its own.</summary>
    [Secret]
    public string Analytics { get; set; } = "";
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
