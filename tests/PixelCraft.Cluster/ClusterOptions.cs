namespace PixelCraft.Cluster;

/// <summary>What a local cluster is made of.</summary>
public sealed record ClusterOptions
{
    /// <summary>Where its nodes keep everything, a folder each. Null: a temporary folder that goes with the cluster.</summary>
    public string? Folder { get; init; }

    /// <summary>Whether it goes on when this process ends; it needs <see cref="Folder"/> then.</summary>
    public bool Lasting { get; init; }

    /// <summary>Whether each node stands in a network namespace of its own, so that links can be cut. Needs root.</summary>
    public bool Network { get; init; }

    /// <summary>How many processes of each role. Two of each unless given.</summary>
    public IReadOnlyDictionary<string, int> Processes { get; init; } = Roles.ToDictionary(role => role, _ => 2);

    /// <summary>Settings of every process, besides those that connect it.</summary>
    public IReadOnlyDictionary<string, string> Settings { get; init; } = new Dictionary<string, string>();

    /// <summary>The process roles that are started.</summary>
    public static IReadOnlyList<string> Roles { get; } = ["web", "realtime", "worker"];
}
