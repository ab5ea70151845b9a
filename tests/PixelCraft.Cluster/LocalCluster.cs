using System.Diagnostics;
using System.Globalization;
using System.Text.Json;

namespace PixelCraft.Cluster;

/// <summary>
/// The scaled architecture on this machine, of real servers that can be killed, frozen, cut off and healed: load balancers and an edge,
/// processes of each role, PostgreSQL with automatic failover, Redis Cluster, Ceph, an SMTP server.
/// </summary>
public sealed class LocalCluster : IAsyncDisposable
{
    /// <summary>Of the member that every cluster begins with, an administrator.</summary>
    public const string Email = "ada@example.org";

    /// <summary>The member's password.</summary>
    public const string Password = "correct horse battery";

    private const string StateFile = "cluster.json";

    private readonly List<ClusterNode> _nodes = [];
    private readonly ClusterNetwork? _network;
    private readonly bool _lasting;

    private LocalCluster(string folder, ClusterNetwork? network, bool lasting) => (Folder, _network, _lasting) = (folder, network, lasting);

    /// <summary>What its nodes keep is below, in a folder named after each.</summary>
    public string Folder { get; }

    /// <summary>All servers.</summary>
    public IReadOnlyList<ClusterNode> Nodes => _nodes;

    /// <summary>Where it is reached, one URL for each load balancer, without a slash at the end.</summary>
    public IReadOnlyList<string> Urls => [.. OfKind("balancer").Select(node => $"http://{node.Endpoint}")];

    /// <summary>How long it took from the beginning of the start until every node served; 0 of one that another process started.</summary>
    public TimeSpan StartedIn { get; private set; }

    /// <summary>The settings that its processes share.</summary>
    public IReadOnlyDictionary<string, string> Settings { get; private set; } = new Dictionary<string, string>();

    /// <summary>A node by its name.</summary>
    /// <exception cref="ArgumentException">There is none.</exception>
    public ClusterNode this[string name] => _nodes.Find(node => node.Name == name)
        ?? throw new ArgumentException($"There is no node '{name}'. There are {string.Join(", ", _nodes.Select(node => node.Name))}.", nameof(name));

    /// <summary>Starts a cluster and waits until every node serves.</summary>
    /// <param name="options">What it is made of.</param>
    /// <param name="ct">Ends the start; nothing is left then.</param>
    /// <exception cref="InvalidOperationException">There is one already in the folder that is asked for.</exception>
    /// <exception cref="ServerMissingException">A server program is not installed.</exception>
    /// <exception cref="ServerFailedException">A server does not come up.</exception>
    public static async Task<LocalCluster> StartAsync(ClusterOptions options, CancellationToken ct = default)
    {
        if (options is { Lasting: true, Folder: null }) throw new ArgumentException("A cluster that goes on needs a folder.", nameof(options));
        var begun = Stopwatch.GetTimestamp();
        var folder = options.Folder ?? TempFolders.Create("cluster");
        if (await OpenAsync(folder, ct) is { } former)
        {
            if (former.Nodes.Any(node => node.State != NodeState.Down))
                throw new InvalidOperationException($"There is a cluster in {folder} that runs. End it first (down), or take another folder.");
            await former.DownAsync(ct);
        }

        TempFolders.Delete(folder);
        TempFolders.CreateForAll(folder);
        var network = options.Network ? await ClusterNetwork.CreateAsync(options.Lasting ? null : Environment.ProcessId, ct) : null;
        var cluster = new LocalCluster(folder, network, options.Lasting);
        try
        {
            var start = new ClusterStart(options, folder, network, cluster.Add);
            cluster.Settings = await start.RunAsync(ct);
            var added = await PixelCraftProcess.RunCommandAsync(
                new Dictionary<string, string>(cluster.Settings) { ["Role"] = ClusterOptions.Roles[0] },
                ["member", "add", "--email", Email, "--name", "Ada", "--password", Password, "--admin"], ct);
            if (added.ExitCode != 0) throw new InvalidOperationException($"The member could not be added: {added.Output}{added.Error}");
            cluster.Save();
            cluster.StartedIn = Stopwatch.GetElapsedTime(begun);
            return cluster;
        }
        catch
        {
            // Also what was not noted yet. The logs stay.
            await cluster.DownAsync(CancellationToken.None);
            throw;
        }
    }

    /// <summary>The cluster that another process started in a folder; null when there is none, or it was ended.</summary>
    /// <param name="folder">What <see cref="ClusterOptions.Folder"/> was.</param>
    /// <param name="ct">Ends the reading.</param>
    public static async Task<LocalCluster?> OpenAsync(string folder, CancellationToken ct = default)
    {
        var path = Path.Combine(folder, StateFile);
        if (!File.Exists(path)) return null;
        var state = JsonSerializer.Deserialize<State>(await File.ReadAllTextAsync(path, ct)) ?? throw new FormatException($"{path} is empty.");
        var sameBoot = state.BootId == ProcessTable.BootId;
        var cluster = new LocalCluster(folder, sameBoot ? state.Network : null, lasting: true) { Settings = state.Settings };
        cluster._nodes.AddRange(state.Nodes.Select(node => ClusterNode.From(node, sameBoot)));
        return cluster;
    }

    /// <summary>Whether each node has a network namespace of its own, so that links can be cut.</summary>
    public bool HasNetwork => _network is not null;

    /// <summary>The nodes of a kind: <c>web</c>, <c>redis</c>, ...</summary>
    public IReadOnlyList<ClusterNode> OfKind(string kind) => [.. _nodes.Where(node => node.Kind == kind)];

    /// <summary>The PostgreSQL node that leads now.</summary>
    /// <param name="ct">Ends the question.</param>
    /// <exception cref="InvalidOperationException">None does.</exception>
    public async Task<ClusterNode> LeaderAsync(CancellationToken ct = default) =>
        await FindLeaderAsync(ct) ?? throw new InvalidOperationException("No PostgreSQL server leads.");

    /// <summary>The PostgreSQL node that leads by its own word and that of etcd; null while none does.</summary>
    /// <param name="ct">Ends the question.</param>
    public async Task<ClusterNode?> FindLeaderAsync(CancellationToken ct = default)
    {
        foreach (var node in OfKind("postgres").Where(node => node.State == NodeState.Up))
        {
            if (await ClusterStatus.AnswersAsync(node.Health!.Replace("/readiness", "/primary", StringComparison.Ordinal), ct))
                return node;
        }

        return null;
    }

    /// <summary>Drops what goes between nodes, silently, until <see cref="HealAsync"/>.</summary>
    /// <param name="from">The nodes of one side.</param>
    /// <param name="to">Those of the other.</param>
    /// <param name="oneWay">Whether only what <paramref name="from"/> sends is dropped, and not the answers.</param>
    /// <param name="ct">Ends the commands.</param>
    /// <exception cref="InvalidOperationException">The nodes have no network of their own.</exception>
    public async Task CutAsync(IReadOnlyCollection<string> from, IReadOnlyCollection<string> to, bool oneWay = false, CancellationToken ct = default)
    {
        foreach (var name in from.Concat(to)) _ = this[name];
        await Network().CutAsync(from, to, ct);
        if (!oneWay) await Network().CutAsync(to, from, ct);
    }

    /// <summary>Holds what goes between nodes for a time, each way, until <see cref="HealAsync"/>.</summary>
    /// <param name="one">The nodes of one side.</param>
    /// <param name="other">Those of the other.</param>
    /// <param name="delay">Of each packet: an answer takes twice that.</param>
    /// <param name="ct">Ends the commands.</param>
    /// <exception cref="InvalidOperationException">The nodes have no network of their own.</exception>
    public async Task SlowAsync(IReadOnlyCollection<string> one, IReadOnlyCollection<string> other, TimeSpan delay, CancellationToken ct = default)
    {
        foreach (var name in one.Concat(other)) _ = this[name];
        var network = Network();
        if (_nodes.Find(node => node.Kind == "line") is not { } line)
        {
            var (space, address) = await network.AddAsync("line1", ct);
            var server = await SlowLine.StartAsync(new Place(Path.Combine(Folder, "line1"), address, space, _lasting), ct);
            line = new ClusterNode("line", "line1", server, address, null);
            Add(line);
        }

        (string From, string To)[] links = [.. from a in one from b in other from link in new[] { (a, b), (b, a) } select link];
        var delays = SlowLine.DelaysOf(Path.GetDirectoryName(line.Log)!);
        var seconds = delay.TotalSeconds.ToString(CultureInfo.InvariantCulture);
        // Whole at every moment: the line reads it when it likes.
        var lines = await File.ReadAllTextAsync(delays, ct) + string.Concat(links.Select(link => $"{network.AddressOf(link.From)} {network.AddressOf(link.To)} {seconds}\n"));
        await File.WriteAllTextAsync(delays + ".new", lines, ct);
        File.Move(delays + ".new", delays, overwrite: true);
        foreach (var (from, to) in links) await network.DetourAsync(from, to, line.Name, ct);
    }

    /// <summary>Every pair of nodes, sender first, between which packets are dropped.</summary>
    /// <param name="ct">Ends the command.</param>
    public async Task<IReadOnlyList<(string From, string To)>> CutsAsync(CancellationToken ct = default) =>
        _network is null ? [] : await _network.CutsAsync(ct);

    /// <summary>Starts a node, or the same with other variables; see <see cref="ClusterNode.StartAsync(CancellationToken)"/>.</summary>
    /// <param name="name">The node.</param>
    /// <param name="ct">Ends the wait.</param>
    public async Task StartAsync(string name, CancellationToken ct = default)
    {
        await this[name].StartAsync(ct);
        Save();
    }

    /// <summary>Undoes what was done to it: links are whole, frozen nodes go on, those that are down are started.</summary>
    /// <param name="ct">Ends the wait.</param>
    /// <exception cref="ServerFailedException">A node does not come up.</exception>
    public async Task HealAsync(CancellationToken ct = default)
    {
        if (_network is not null) await _network.HealAsync(ct);
        foreach (var node in _nodes.Where(node => node.State == NodeState.Paused)) node.Resume();
        var down = _nodes.Where(node => node.State == NodeState.Down).ToList();
        // In the order of the start, what others need first; of one kind at once, since they may wait for one another.
        foreach (var kind in down.GroupBy(node => node.Kind)) await Task.WhenAll(kind.Select(node => node.StartAsync(ct)));
        Save();
    }

    /// <summary>Kills everything, and removes the network. Nothing is kept but the logs.</summary>
    /// <param name="ct">Ends the commands.</param>
    public async Task DownAsync(CancellationToken ct = default)
    {
        await Task.WhenAll(_nodes.Select(node => Task.Run(node.Kill, ct)));
        ServerProcess.KillWorkingIn(Folder);
        if (_network is not null) await _network.RemoveAsync(ct);
        File.Delete(Path.Combine(Folder, StateFile));
    }

    /// <summary>Ends the cluster and removes its folder; one that goes on is left alone.</summary>
    public async ValueTask DisposeAsync()
    {
        if (_lasting) return;
        await DownAsync();
        TempFolders.Delete(Folder);
    }

    private ClusterNetwork Network() => _network
        ?? throw new InvalidOperationException("The nodes share one network: start the cluster with a network of its own to cut links.");

    private void Add(ClusterNode node)
    {
        lock (_nodes) _nodes.Add(node);
        Save();
    }

    private void Save()
    {
        lock (_nodes)
        {
            var path = Path.Combine(Folder, StateFile);
            var state = new State(ProcessTable.BootId, _network, new(Settings), [.. _nodes.Select(node => node.ToRecord())]);
            var options = new FileStreamOptions { Mode = FileMode.Create, Access = FileAccess.Write };
            // It holds passwords.
            if (!OperatingSystem.IsWindows()) options.UnixCreateMode = UnixFileMode.UserRead | UnixFileMode.UserWrite;
            using (var file = new FileStream(path + ".new", options)) JsonSerializer.Serialize(file, state);
            File.Move(path + ".new", path, overwrite: true);
        }
    }

    private sealed record State(string BootId, ClusterNetwork? Network, Dictionary<string, string> Settings, List<ClusterNode.Record> Nodes);
}
