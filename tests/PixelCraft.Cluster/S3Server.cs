using System.Globalization;
using System.Net;
using System.Net.Sockets;
using System.Security.Cryptography;
using System.Text;

namespace PixelCraft.Cluster;

/// <summary>
/// An S3 object store: Ceph with one monitor, one object store daemon that keeps everything in memory, and the gateway
/// that speaks S3. <see cref="Server.Kill"/>, <see cref="Server.Pause"/> and <see cref="Server.RestartAsync"/> are for
/// the gateway; objects survive them.
/// </summary>
public sealed class S3Server : Server
{
    private static readonly HttpClient Http = new(new SocketsHttpHandler { UseProxy = false, PooledConnectionLifetime = TimeSpan.Zero });

    private readonly string _ceph = Programs.Find("ceph", "ceph-common");
    private readonly string _mon = Programs.Find("ceph-mon", "ceph-mon");
    private readonly string _osd = Programs.Find("ceph-osd", "ceph-osd");
    private readonly string _gateway = Programs.Find("radosgw", "radosgw");
    private readonly string _gatewayAdmin = Programs.Find("radosgw-admin", "radosgw");
    private readonly string _monMapTool = Programs.Find("monmaptool", "ceph-common");

    private readonly string _clusterId = Guid.NewGuid().ToString();
    private readonly int _monPort = Ports.Free();
    private readonly int _gatewayPort = Ports.Free();
    private readonly List<ServerProcess> _daemons = [];
    private int _buckets;

    private S3Server() : base("s3")
    {
    }

    /// <summary>The URL of the service. Buckets are addressed by path, not by host name.</summary>
    public string Endpoint => $"http://127.0.0.1:{_gatewayPort}";

    /// <summary>The access key of a user who may make buckets.</summary>
    public string AccessKey { get; } = RandomNumberGenerator.GetHexString(20);

    /// <summary>The secret that belongs to <see cref="AccessKey"/>.</summary>
    public string SecretKey { get; } = RandomNumberGenerator.GetHexString(40);

    /// <summary>Starts a server.</summary>
    /// <param name="ct">Ends the start.</param>
    /// <exception cref="ServerMissingException">Ceph is not installed.</exception>
    public static Task<S3Server> StartAsync(CancellationToken ct = default) => StartAsync(() => new S3Server(), ct);

    /// <summary>Makes an empty bucket and returns its name.</summary>
    /// <param name="ct">Ends the request.</param>
    public async Task<string> CreateBucketAsync(CancellationToken ct = default)
    {
        var name = $"test-{Interlocked.Increment(ref _buckets)}";
        using var request = new HttpRequestMessage(HttpMethod.Put, new Uri($"{Endpoint}/{name}"));
        Sign(request);
        using var response = await Http.SendAsync(request, ct);
        if (!response.IsSuccessStatusCode)
            throw new InvalidOperationException($"Bucket {name}: {response.StatusCode}\n{await response.Content.ReadAsStringAsync(ct)}");
        return name;
    }

    /// <inheritdoc />
    public override async ValueTask DisposeAsync()
    {
        // Nothing is kept, so nothing needs a shutdown in good order; the gateway could not end in one without the others.
        Kill();
        foreach (var daemon in _daemons)
        {
            daemon.Kill(withChildren: true);
            await daemon.DisposeAsync();
        }

        await base.DisposeAsync();
    }

    private protected override async Task PrepareAsync(CancellationToken ct)
    {
        await System.IO.File.WriteAllTextAsync(File("ceph.conf"), Configuration(), ct);
        string[] conf = ["-c", File("ceph.conf")];
        var monAddress = $"[v2:127.0.0.1:{_monPort}]";

        await Programs.RunOrThrowAsync(
            _monMapTool, ["--create", "--clobber", "--fsid", _clusterId, "--addv", "a", monAddress, File("monmap")], null, ct);
        await Programs.RunOrThrowAsync(_mon, [.. conf, "--mkfs", "-i", "a", "--monmap", File("monmap")], null, ct);
        var mon = ServerProcess.Start(File("mon.log"), _mon, [.. conf, "-f", "-i", "a"]);
        _daemons.Add(mon);
        await mon.WaitUntilAsync(MonListensAsync, TimeSpan.FromSeconds(30), ct);

        var osdId = Guid.NewGuid().ToString();
        Directory.CreateDirectory(File("osd0"));
        await Programs.RunOrThrowAsync(_ceph, [.. conf, "--connect-timeout", "30", "osd", "new", osdId], null, ct);
        await Programs.RunOrThrowAsync(_osd, [.. conf, "-i", "0", "--mkfs", "--osd-uuid", osdId], null, ct);
        _daemons.Add(ServerProcess.Start(File("osd.log"), _osd, [.. conf, "-f", "-i", "0"]));

        // Waits until the object store daemon is up.
        using var limit = CancellationTokenSource.CreateLinkedTokenSource(ct);
        limit.CancelAfter(TimeSpan.FromSeconds(60));
        await Programs.RunOrThrowAsync(_gatewayAdmin,
        [
            .. conf, "user", "create", "--uid=test", "--display-name=test", $"--access-key={AccessKey}", $"--secret-key={SecretKey}",
        ], null, limit.Token);
    }

    private protected override ServerProcess StartProcess() =>
        ServerProcess.Start(File("radosgw.log"), _gateway, ["-c", File("ceph.conf"), "-f", "-n", "client.rgw"]);

    private protected override async Task<bool> AnswersAsync(CancellationToken ct)
    {
        using var response = await Http.GetAsync(new Uri(Endpoint), ct);
        return response.IsSuccessStatusCode;
    }

    private async Task<bool> MonListensAsync(CancellationToken ct)
    {
        using var client = new TcpClient();
        try
        {
            await client.ConnectAsync(IPAddress.Loopback, _monPort, ct);
            return true;
        }
        catch (SocketException)
        {
            return false;
        }
    }

    // Signature version 4 of a request without body and query:
    // https://docs.aws.amazon.com/AmazonS3/latest/API/sig-v4-header-based-auth.html
    private void Sign(HttpRequestMessage request)
    {
        const string Names = "host;x-amz-content-sha256;x-amz-date";
        var url = request.RequestUri!;
        var time = DateTime.UtcNow.ToString("yyyyMMdd'T'HHmmss'Z'", CultureInfo.InvariantCulture);
        var noBody = Hash("");
        var canonical =
            $"{request.Method}\n{url.AbsolutePath}\n\nhost:{url.Authority}\nx-amz-content-sha256:{noBody}\nx-amz-date:{time}\n\n{Names}\n{noBody}";
        var scope = $"{time[..8]}/us-east-1/s3/aws4_request";

        var key = Encoding.UTF8.GetBytes($"AWS4{SecretKey}");
        foreach (var part in scope.Split('/'))
            key = HMACSHA256.HashData(key, Encoding.UTF8.GetBytes(part));
        var signature = HMACSHA256.HashData(key, Encoding.UTF8.GetBytes($"AWS4-HMAC-SHA256\n{time}\n{scope}\n{Hash(canonical)}"));

        request.Headers.Add("x-amz-content-sha256", noBody);
        request.Headers.Add("x-amz-date", time);
        request.Headers.TryAddWithoutValidation(
            "Authorization",
            $"AWS4-HMAC-SHA256 Credential={AccessKey}/{scope}, SignedHeaders={Names}, Signature={Convert.ToHexStringLower(signature)}");
    }

    private static string Hash(string text) => Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(text)));

    // Everything on one host, one copy, no authentication between the daemons, little memory, and no waiting for quorums.
    private string Configuration() => $"""
        [global]
        fsid = {_clusterId}
        mon_initial_members = a
        mon_host = [v2:127.0.0.1:{_monPort}]
        public_network = 127.0.0.0/8
        ms_bind_ipv6 = false
        auth_cluster_required = none
        auth_service_required = none
        auth_client_required = none
        ms_mon_client_mode = crc
        run_dir = {Folder}
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
        mon_data = {Folder}/mon
        mon_cluster_log_file = {Folder}/cluster.log
        mon_data_avail_crit = 1
        mon_data_avail_warn = 2
        paxos_propose_interval = 0.05
        paxos_min_wait = 0.01
        [osd]
        osd_data = {Folder}/osd$id
        osd_objectstore = memstore
        memstore_device_bytes = 4294967296
        osd_op_num_shards = 2
        [client]
        # Without tcp_nodelay every answer waits 40 ms.
        rgw_frontends = beast endpoint=127.0.0.1:{_gatewayPort} tcp_nodelay=1
        rgw_thread_pool_size = 32
        rgw_enable_usage_log = false
        rgw_dynamic_resharding = false
        rgw_override_bucket_index_max_shards = 1
        rgw_run_sync_thread = false
        rgw_crypt_require_ssl = false

        """;
}
