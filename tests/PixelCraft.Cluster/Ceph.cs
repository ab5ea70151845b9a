namespace PixelCraft.Cluster;

/// <summary>
/// The store behind S3 gateways: one Ceph monitor and one object store daemon, without authentication between them, little
/// memory, and no waiting for quorums.
/// </summary>
/// <param name="Monitor">Keeps the map of the store.</param>
/// <param name="ObjectDaemon">Keeps the objects.</param>
internal sealed record Ceph(CephMonitor Monitor, CephObjectDaemon ObjectDaemon) : IAsyncDisposable
{
    /// <summary>Starts a store.</summary>
    /// <param name="monitor">Where the monitor runs.</param>
    /// <param name="objects">Where the object store daemon runs.</param>
    /// <param name="onDisk">Whether objects are kept in a file, and outlive the daemon, or in its memory.</param>
    /// <param name="ct">Ends the start.</param>
    /// <exception cref="ServerMissingException">Ceph is not installed.</exception>
    public static async Task<Ceph> StartAsync(Place monitor, Place objects, bool onDisk, CancellationToken ct)
    {
        var started = await CephMonitor.StartAsync(monitor, onDisk, ct);
        try
        {
            return new Ceph(started, await CephObjectDaemon.StartAsync(objects, started, ct));
        }
        catch
        {
            if (!monitor.Lasting) await started.DisposeAsync();
            throw;
        }
    }

    public async ValueTask DisposeAsync()
    {
        // In this order: the daemon wants to tell the monitor that it goes.
        ObjectDaemon.Kill();
        Monitor.Kill();
        await ObjectDaemon.DisposeAsync();
        await Monitor.DisposeAsync();
    }
}

/// <summary>Ceph's monitor, and the configuration of the whole store.</summary>
internal sealed class CephMonitor : RealServer
{
    private readonly string _program = Programs.Find("ceph-mon", "ceph-mon");
    private readonly string _mapTool = Programs.Find("monmaptool", "ceph-common");
    private readonly string _clusterId = Guid.NewGuid().ToString();
    private readonly bool _onDisk;

    private CephMonitor(Place place, bool onDisk) : base(place) => _onDisk = onDisk;

    public int Port { get; } = Ports.Free();

    /// <summary>The path of the configuration.</summary>
    public string Configuration => File("ceph.conf");

    public static Task<CephMonitor> StartAsync(Place place, bool onDisk, CancellationToken ct) =>
        StartAsync(() => new CephMonitor(place, onDisk), ct);

    private protected override async Task PrepareAsync(CancellationToken ct)
    {
        await System.IO.File.WriteAllTextAsync(Configuration, $"""
            [global]
            fsid = {_clusterId}
            mon_initial_members = a
            mon_host = [v2:{Place.Address}:{Port}]
            ms_bind_ipv6 = false
            auth_cluster_required = none
            auth_service_required = none
            auth_client_required = none
            ms_mon_client_mode = crc
            run_dir = $data
            admin_socket =
            log_file =
            log_to_stderr = true
            err_to_stderr = true
            crash_dir = {Folder}
            osd_pool_default_size = 1
            osd_pool_default_min_size = 1
            osd_pool_default_pg_num = 4
            osd_pool_default_pgp_num = 4
            osd_pool_default_pg_autoscale_mode = off
            osd_crush_chooseleaf_type = 0
            mon_allow_pool_size_one = true
            mon_max_pg_per_osd = 2000
            [mon]
            mon_data = {File("mon")}
            mon_cluster_log_file = {File("cluster.log")}
            mon_data_avail_crit = 1
            mon_data_avail_warn = 2
            paxos_propose_interval = 0.05
            paxos_min_wait = 0.01
            [osd]
            osd_objectstore = {(_onDisk ? "bluestore" : "memstore")}
            memstore_device_bytes = 4294967296
            bluestore_block_size = 21474836480
            bluestore_fsck_on_mount = false
            bluestore_cache_autotune = false
            bluestore_cache_size = 134217728
            osd_op_num_shards = 2
            [client]
            rgw_thread_pool_size = 32
            rgw_enable_usage_log = false
            rgw_dynamic_resharding = false
            rgw_override_bucket_index_max_shards = 1
            rgw_run_sync_thread = false
            rgw_crypt_require_ssl = false

            """, ct);
        await Programs.RunOrThrowAsync(
            _mapTool, ["--create", "--clobber", "--fsid", _clusterId, "--addv", "a", $"[v2:{Place.Address}:{Port}]", File("monmap")], null, ct);
        await Programs.RunOrThrowAsync(_program, ["-c", Configuration, "--mkfs", "-i", "a", "--monmap", File("monmap")], null, ct);
    }

    private protected override ServerProcess StartProcess() => Start("log", _program, ["-c", Configuration, "-f", "-i", "a"]);

    private protected override Task<bool> AnswersAsync(CancellationToken ct) => ListensAsync(Place.Address, Port, ct);
}

/// <summary>Ceph's object store daemon.</summary>
internal sealed class CephObjectDaemon : RealServer
{
    private readonly string _program = Programs.Find("ceph-osd", "ceph-osd");
    private readonly string _ceph = Programs.Find("ceph", "ceph-common");
    private readonly CephMonitor _monitor;

    private CephObjectDaemon(Place place, CephMonitor monitor) : base(place) => _monitor = monitor;

    private string[] Options => ["-c", _monitor.Configuration, "-i", "0", "--osd-data", File("osd"), "--public-addr", Place.Address, "--cluster-addr", Place.Address];

    public static Task<CephObjectDaemon> StartAsync(Place place, CephMonitor monitor, CancellationToken ct) =>
        StartAsync(() => new CephObjectDaemon(place, monitor), ct);

    private protected override async Task PrepareAsync(CancellationToken ct)
    {
        var id = Guid.NewGuid().ToString();
        Directory.CreateDirectory(File("osd"));
        await Programs.RunOrThrowAsync(_ceph, ["-c", _monitor.Configuration, "--connect-timeout", "30", "osd", "new", id], null, ct);
        await Programs.RunOrThrowAsync(_program, [.. Options, "--mkfs", "--osd-uuid", id], null, ct);
    }

    private protected override ServerProcess StartProcess() => Start("log", _program, [.. Options, "-f"]);

    // "1 osds: 1 up (since 2s), 1 in (since 2s); epoch: e5"
    private protected override async Task<bool> AnswersAsync(CancellationToken ct) =>
        (await Programs.RunAsync(_ceph, ["-c", _monitor.Configuration, "--connect-timeout", "5", "osd", "stat"], null, ct)).Output.Contains(" 1 up", StringComparison.Ordinal);
}
