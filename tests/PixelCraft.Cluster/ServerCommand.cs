using System.Text.Json.Serialization;

namespace PixelCraft.Cluster;

/// <summary>How a server is started: all that another process needs to start it again.</summary>
/// <param name="Log">The file to which its standard output and standard error are appended. It works in that file's folder.</param>
/// <param name="Program">Its full path.</param>
/// <param name="Arguments">One by one.</param>
internal sealed record ServerCommand(string Log, string Program, IReadOnlyList<string> Arguments)
{
    /// <summary>The user to run as; null for the one of this process.</summary>
    public string? User { get; init; }

    /// <summary>Variables set in addition to this process's own; null removes one.</summary>
    public IReadOnlyDictionary<string, string?> Environment { get; init; } = new Dictionary<string, string?>();

    /// <summary>The network namespace to run in; null for the one of this process.</summary>
    public string? Namespace { get; init; }

    /// <summary>Whether it goes on when this process ends.</summary>
    public bool Lasting { get; init; }

    /// <summary>Its own folder: whatever works there or below belongs to the server.</summary>
    [JsonIgnore]
    public string Folder => Path.GetDirectoryName(Log)!;

    /// <summary>The same command at a place.</summary>
    public ServerCommand At(Place place) => this with { Namespace = place.Namespace, Lasting = place.Lasting };
}
