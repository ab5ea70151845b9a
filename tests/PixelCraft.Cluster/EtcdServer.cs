namespace PixelCraft.Cluster;

/// <summary>One of the servers of etcd, which agree on who leads a <see cref="PostgresCluster"/>.</summary>
internal sealed class EtcdServer : RealServer
{
    private readonly string _program = Programs.Find("etcd", "etcd-server");
    private readonly Member _self;
    private readonly string _members;

    private EtcdServer(Member self, IEnumerable<Member> members) : base(self.Place) =>
        (_self, _members) = (self, string.Join(',', members.Select(member => $"{member.Name}={member.PeerUrl}")));

    /// <summary>Address and port for clients.</summary>
    public string Endpoint => $"{Place.Address}:{_self.ClientPort}";

    /// <summary>Starts a server at each place; together they elect a leader.</summary>
    public static async Task<IReadOnlyList<EtcdServer>> StartAsync(IEnumerable<Place> places, CancellationToken ct)
    {
        Member[] members = [.. places.Select((place, index) => new Member($"etcd{index + 1}", place, Ports.Free(), Ports.Free()))];
        return await Task.WhenAll(members.Select(member => StartAsync(() => new EtcdServer(member, members), ct)));
    }

    private protected override ServerProcess StartProcess()
    {
        var client = $"http://{Endpoint}";
        return Start("log", _program,
        [
            "--name", _self.Name, "--data-dir", File("data"),
            "--listen-client-urls", client, "--advertise-client-urls", client,
            "--listen-peer-urls", _self.PeerUrl, "--initial-advertise-peer-urls", _self.PeerUrl,
            "--initial-cluster", _members, "--initial-cluster-state", "new",
            "--enable-v2", // for Patroni, see there
            // A busy machine makes a leader late; it need not lose its post for that.
            "--heartbeat-interval", "200", "--election-timeout", "2000",
            "--logger", "zap", "--log-level", "warn",
        ]);
    }

    // It is healthy once there is a leader.
    private protected override Task<bool> AnswersAsync(CancellationToken ct) => SucceedsAsync($"http://{Endpoint}/health", ct);

    private sealed record Member(string Name, Place Place, int ClientPort, int PeerPort)
    {
        public string PeerUrl => $"http://{Place.Address}:{PeerPort}";
    }
}
