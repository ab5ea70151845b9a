using System.Globalization;
using System.Net.NetworkInformation;
using System.Text.Json.Serialization;
using System.Text.RegularExpressions;

namespace PixelCraft.Cluster;

/// <summary>
/// A network of this machine's own: a namespace for each node, all at one bridge in a namespace of its own (the hub), to which this
/// machine is plugged in too. What is cut is dropped at the bridge, so that neither side is told. Needs root.
/// </summary>
/// <param name="Id">How its namespaces begin.</param>
/// <param name="Subnet">The first three numbers of every address.</param>
internal sealed partial record ClusterNetwork(string Id, string Subnet)
{
    private const string NamespaceFolder = "/run/netns";
    private const string PlugFolder = "/sys/class/net";

    /// <summary>The owner of a network that goes on.</summary>
    private const string Lasting = "lasting";

    private const int Host = 254;

    /// <summary>The names of the nodes; the n-th has address n + 1.</summary>
    public List<string> Nodes { get; init; } = [];

    [JsonIgnore]
    private string Hub => $"{Id}-hub";

    /// <summary>The path of a namespace.</summary>
    public static string PathOf(string name) => Path.Combine(NamespaceFolder, name);

    /// <summary>Makes the hub, with this machine plugged in, once the networks of processes that were killed are removed.</summary>
    /// <param name="owner">The process that it ends with; null when it goes on until it is removed.</param>
    /// <param name="ct">Ends the commands.</param>
    /// <exception cref="ServerMissingException">A program is missing, or the right to make namespaces.</exception>
    public static async Task<ClusterNetwork> CreateAsync(int? owner, CancellationToken ct)
    {
        _ = Programs.Find("ip", "iproute2");
        _ = Programs.Find("nft", "nftables");
        if (!Environment.IsPrivilegedProcess)
            throw new ServerMissingException("Only root may make network namespaces.");

        await RemoveAbandonedAsync(ct);
        var taken = NetworkInterface.GetAllNetworkInterfaces()
            .SelectMany(network => network.GetIPProperties().UnicastAddresses).Select(address => address.Address.ToString()).ToHashSet();
        var subnet = Enumerable.Repeat(0, 100).Select(_ => $"10.{Random.Shared.Next(64, 224)}.{Random.Shared.Next(0, 256)}")
            .First(subnet => !taken.Any(address => address.StartsWith($"{subnet}.", StringComparison.Ordinal)));
        // The name of an interface has 15 characters at the most.
        var network = new ClusterNetwork($"pc{Random.Shared.Next(0x1000, 0x10000):x}", subnet);
        // The plug first, with who owns it: a namespace without it belongs to nobody.
        await RunAsync($$"""
            ip link add {{network.Id}} type veth peer name {{network.Id}}h
            ip link set {{network.Id}} alias '{{(owner is null ? Lasting : Identity(owner.Value))}}'
            ip netns add {{network.Hub}}
            ip link set {{network.Id}}h netns {{network.Hub}} name host
            ip -n {{network.Hub}} link set lo up
            ip -n {{network.Hub}} link add bridge type bridge
            ip -n {{network.Hub}} link set bridge up
            ip -n {{network.Hub}} link set host master bridge up
            ip addr add {{network.AddressOf(Host)}}/24 dev {{network.Id}}
            ip link set {{network.Id}} up
            ip netns exec {{network.Hub}} nft -f - <<'RULES'
            table bridge cluster {
                set cut { type ipv4_addr . ipv4_addr; }
                chain forward { type filter hook forward priority 0; ip saddr . ip daddr @cut drop; }
            }
            RULES
            """, ct);
        return network;
    }

    /// <summary>Adds a node and returns its namespace and its address.</summary>
    public async Task<(string Namespace, string Address)> AddAsync(string node, CancellationToken ct)
    {
        Nodes.Add(node);
        var (name, number) = ($"{Id}-{node}", Nodes.Count);
        await RunAsync($"""
            ip netns add {name}
            ip link add eth0 netns {name} type veth peer name port{number} netns {Hub}
            ip -n {Hub} link set port{number} master bridge up
            ip -n {name} addr add {AddressOf(number)}/24 dev eth0
            ip -n {name} link set eth0 up
            ip -n {name} link set lo up
            """, ct);
        return (name, AddressOf(number));
    }

    /// <summary>Drops what goes from one node to another, from now on.</summary>
    /// <param name="from">Who sends.</param>
    /// <param name="to">Who no longer receives.</param>
    /// <param name="ct">Ends the command.</param>
    public Task CutAsync(IEnumerable<string> from, IReadOnlyCollection<string> to, CancellationToken ct)
    {
        var pairs = from.SelectMany(sender => to.Select(receiver => $"{AddressOf(sender)} . {AddressOf(receiver)}"));
        return InHubAsync($"nft add element bridge cluster cut '{{ {string.Join(", ", pairs)} }}'", ct);
    }

    /// <summary>Leads what goes from one node to another through a third.</summary>
    public Task DetourAsync(string from, string to, string through, CancellationToken ct) =>
        RunAsync($"ip -n {Id}-{from} route replace {AddressOf(to)} via {AddressOf(through)}", ct);

    /// <summary>Undoes every cut and every detour.</summary>
    public async Task HealAsync(CancellationToken ct)
    {
        await InHubAsync("nft flush set bridge cluster cut", ct);
        // All that a node has besides is the network itself, which is not reached via another.
        await RunAsync(string.Join('\n', Nodes.Select(node =>
            $"ip -n {Id}-{node} route show | while read -r to via rest; do [ \"$via\" != via ] || ip -n {Id}-{node} route del $to; done")), ct);
    }

    /// <summary>Every pair of nodes, sender first, between which packets are dropped.</summary>
    public async Task<IReadOnlyList<(string From, string To)>> CutsAsync(CancellationToken ct)
    {
        var listing = await InHubAsync("nft list set bridge cluster cut", ct);
        var elements = listing.Split("elements = {") is [_, var rest] ? rest.Split('}')[0] : "";
        return
        [
            .. from element in elements.Split(',', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries)
               let pair = element.Split(" . ")
               select (NameOf(pair[0]), NameOf(pair[1])),
        ];
    }

    /// <summary>Removes it. Nothing may run in it any more.</summary>
    public async Task RemoveAsync(CancellationToken ct)
    {
        foreach (var name in Nodes.Select(node => $"{Id}-{node}").Append(Hub).Where(name => File.Exists(PathOf(name))))
            await RunAsync($"ip netns del {name}", ct);
        // The other end of the machine's plug went with the hub.
    }

    /// <summary>Removes the networks whose process was killed, and what is left of a start or a removal that was cut short.</summary>
    private static async Task RemoveAbandonedAsync(CancellationToken ct)
    {
        var namespaces = Directory.Exists(NamespaceFolder) ? Directory.EnumerateFiles(NamespaceFolder).Select(path => Path.GetFileName(path)).ToList() : [];
        var plugs = Directory.EnumerateDirectories(PlugFolder).Select(path => Path.GetFileName(path)).ToList();
        foreach (var id in namespaces.Select(name => name.Split('-')[0]).Concat(plugs).Distinct().Where(name => IdPattern().IsMatch(name) && IsAbandoned(name)))
        {
            // Another process may be at it too.
            foreach (var name in namespaces.Where(name => name.StartsWith($"{id}-", StringComparison.Ordinal))) await RunAsync($"ip netns del {name} || true", ct);
            await RunAsync($"ip link del {id} 2>/dev/null || true", ct);
        }
    }

    private static bool IsAbandoned(string id)
    {
        try
        {
            var owner = File.ReadAllText(Path.Combine(PlugFolder, id, "ifalias")).Trim();
            // Without a name it is just being made.
            return owner is not ("" or Lasting) && Identity(int.Parse(owner.Split(' ')[0], CultureInfo.InvariantCulture)) != owner;
        }
        catch (IOException)
        {
            return true; // There is no plug.
        }
    }

    /// <summary>Tells a process from a later one with its number.</summary>
    private static string Identity(int process) => string.Create(CultureInfo.InvariantCulture, $"{process} {ProcessTable.StartOf(process)}");

    [GeneratedRegex("^pc[0-9a-f]{4}$")]
    private static partial Regex IdPattern();

    /// <summary>The address of a node.</summary>
    public string AddressOf(string node) => AddressOf(Nodes.IndexOf(node) is var index and >= 0
        ? index + 1
        : throw new ArgumentException($"There is no node '{node}'.", nameof(node)));

    private string AddressOf(int number) => $"{Subnet}.{number}";

    private string NameOf(string address) => Nodes[int.Parse(address.AsSpan(address.LastIndexOf('.') + 1), CultureInfo.InvariantCulture) - 1];

    private Task<string> InHubAsync(string command, CancellationToken ct) => RunAsync($"ip netns exec {Hub} {command}", ct);

    private static Task<string> RunAsync(string script, CancellationToken ct) =>
        Programs.RunOrThrowAsync("/bin/sh", ["-c", $"set -e; PATH=$PATH:/usr/sbin:/sbin\n{script}"], null, ct);
}
