namespace PixelCraft.Cluster;

/// <summary>How a node does.</summary>
/// <param name="Node">The node.</param>
/// <param name="Role">What it is within its group: <c>leader</c>, <c>sync standby</c>, <c>replica</c>, <c>master</c>; empty where all are alike.</param>
/// <param name="Health">In words: <c>serves</c>, <c>doesn't answer</c>, <c>frozen</c>, <c>down</c>.</param>
public sealed record ClusterStatus(ClusterNode Node, string Role, string Health)
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(2);

    /// <summary>Asks every node.</summary>
    /// <param name="cluster">The cluster.</param>
    /// <param name="ct">Ends the questions.</param>
    public static async Task<IReadOnlyList<ClusterStatus>> OfAsync(LocalCluster cluster, CancellationToken ct = default) =>
        await Task.WhenAll(cluster.Nodes.Select(async node => new ClusterStatus(node, await RoleAsync(node, ct), node.State switch
        {
            NodeState.Down => "down",
            NodeState.Paused => "frozen",
            _ => await ServesAsync(node, ct) ? "serves" : "doesn't answer",
        })));

    /// <summary>Whether a URL answers with success within 2 s.</summary>
    internal static async Task<bool> AnswersAsync(string url, CancellationToken ct) => await AskAsync(limit => RealServer.SucceedsAsync(url, limit), ct);

    private static Task<bool> ServesAsync(ClusterNode node, CancellationToken ct) => AskAsync(node.ServesAsync, ct);

    private static async Task<string> RoleAsync(ClusterNode node, CancellationToken ct)
    {
        if (node.State != NodeState.Up) return "";
        return node.Kind switch
        {
            "postgres" => await AskAsync(async limit =>
                (await PostgresCluster.RolesAsync(node.Health!.Replace("/readiness", "", StringComparison.Ordinal), limit)).GetValueOrDefault(node.Name, ""), ct) ?? "",
            // Which of them wait for a primary: the file says it, and goes at a promotion.
            "analytics" => File.Exists(Path.Combine(Path.GetDirectoryName(node.Log)!, "data/standby.signal")) ? "replica" : "primary",
            "redis" => await AskAsync(async limit =>
                (await Programs.RunAsync("redis-cli", ["-h", node.Endpoint.Split(':')[0], "-p", node.Endpoint.Split(':')[1], "role"], null, limit)).Output.Split('\n')[0], ct) is { } role
                ? role == "slave" ? "replica" : role
                : "",
            _ => "",
        };
    }

    private static async Task<T?> AskAsync<T>(Func<CancellationToken, Task<T>> ask, CancellationToken ct)
    {
        using var limit = CancellationTokenSource.CreateLinkedTokenSource(ct);
        limit.CancelAfter(Patience);
        try
        {
            return await ask(limit.Token);
        }
        catch (Exception e) when (e is HttpRequestException or OperationCanceledException && !ct.IsCancellationRequested)
        {
            return default;
        }
    }
}
