using System.Globalization;
using System.Security.Cryptography;
using System.Text;

namespace PixelCraft.Cluster;

/// <summary>
/// An S3 object store: Ceph's gateway, and the store behind it. <see cref="RealServer.Kill"/>, <see cref="RealServer.Pause"/> and
/// <see cref="RealServer.RestartAsync"/> are for the gateway; objects survive them.
/// </summary>
public sealed class S3Server : RealServer
{
    private readonly string _gateway = Programs.Find("radosgw", "radosgw");
    private readonly string _admin = Programs.Find("radosgw-admin", "radosgw");
    private readonly Ceph _ceph;
    private readonly S3Server? _first;
    private readonly int _port = Ports.Free();
    private int _buckets;

    private S3Server(Place place, Ceph ceph, S3Server? first) : base(place)
    {
        (_ceph, _first) = (ceph, first);
        AccessKey = first?.AccessKey ?? RandomNumberGenerator.GetHexString(20);
        SecretKey = first?.SecretKey ?? RandomNumberGenerator.GetHexString(40);
    }

    /// <summary>The URL of the service. Buckets are addressed by path, not by host name.</summary>
    public string Endpoint => $"http://{Place.Address}:{_port}";

    /// <summary>The access key of a user who may make buckets.</summary>
    public string AccessKey { get; }

    /// <summary>The secret that belongs to <see cref="AccessKey"/>.</summary>
    public string SecretKey { get; }

    /// <summary>Starts a gateway with a store of its own, which keeps everything in memory.</summary>
    /// <param name="ct">Ends the start.</param>
    /// <exception cref="ServerMissingException">Ceph is not installed.</exception>
    public static async Task<S3Server> StartAsync(CancellationToken ct = default)
    {
        _ = Programs.Find("radosgw", "radosgw"); // Before anything is started.
        var ceph = await Ceph.StartAsync(Place.Temporary("ceph-mon"), Place.Temporary("ceph-osd"), onDisk: false, ct);
        try
        {
            return await StartAsync(Place.Temporary("s3"), ceph, null, ct);
        }
        catch
        {
            await ceph.DisposeAsync();
            throw;
        }
    }

    /// <summary>Starts a gateway to a store.</summary>
    /// <param name="place">Where it runs.</param>
    /// <param name="ceph">The store. It ends with the gateway that is <paramref name="first"/>.</param>
    /// <param name="first">Another gateway to the store, with the same keys; null for the first one.</param>
    /// <param name="ct">Ends the start.</param>
    internal static Task<S3Server> StartAsync(Place place, Ceph ceph, S3Server? first, CancellationToken ct) =>
        StartAsync(() => new S3Server(place, ceph, first), ct);

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
        // Nothing is kept, so nothing needs a shutdown in good order.
        Kill();
        await base.DisposeAsync();
        if (_first is null) await _ceph.DisposeAsync();
    }

    private protected override async Task PrepareAsync(CancellationToken ct)
    {
        if (_first is not null) return;
        // Waits until the object store daemon is up.
        using var limit = CancellationTokenSource.CreateLinkedTokenSource(ct);
        limit.CancelAfter(TimeSpan.FromSeconds(60));
        await Programs.RunOrThrowAsync(_admin,
        [
            "-c", _ceph.Monitor.Configuration, "user", "create", "--uid=test", "--display-name=test", $"--access-key={AccessKey}", $"--secret-key={SecretKey}",
        ], null, limit.Token);
    }

    private protected override ServerProcess StartProcess() => Start("log", _gateway,
    [
        "-c", _ceph.Monitor.Configuration, "-f", "-n", "client.rgw", "--rgw-data", Folder, "--run-dir", Folder,
        // Without tcp_nodelay every answer waits 40 ms.
        "--rgw-frontends", $"beast endpoint={Place.Address}:{_port} tcp_nodelay=1",
    ]);

    private protected override Task<bool> AnswersAsync(CancellationToken ct) => SucceedsAsync(Endpoint, ct);

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
}
