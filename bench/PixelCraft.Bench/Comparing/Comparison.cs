using PixelCraft.Bench.Measuring;
using PixelCraft.Bench.Seeding;
using PixelCraft.Cluster;
using PixelCraft.Ids;

namespace PixelCraft.Bench.Comparing;

/// <summary>
/// Runs PixelCraft and the peer on the same rows, sessions and Redis, in turn: A B A B. A figure is CPU-seconds of the server's
/// process per request, which a busy neighbour disturbs less than times.
/// </summary>
/// <param name="Database"><c>sqlite</c> or <c>postgres</c>.</param>
/// <param name="Images">Records in the catalogue.</param>
/// <param name="Only">Names of the works; empty for all.</param>
/// <param name="Rounds">Measurements of each.</param>
/// <param name="Seconds">Of one measurement.</param>
/// <param name="Folder">For what is made meanwhile.</param>
/// <param name="Upload">The file to upload.</param>
internal sealed record Comparison(string Database, int Images, IReadOnlyCollection<string> Only, int Rounds, int Seconds, string Folder, string? Upload)
{
    private static readonly Request Nothing = new("/");

    private string Data => Path.Combine(Folder, "data");

    public async Task<IReadOnlyList<Row>> RunAsync(CancellationToken cancellationToken)
    {
        Directory.CreateDirectory(Folder);
        await using var redis = await RedisServer.StartAsync(cancellationToken);
        await using var postgres = Database == "postgres" ? await PostgresServer.StartAsync(durable: true, cancellationToken) : null;
        var connection = postgres is null ? null : await postgres.CreateDatabaseAsync(cancellationToken);
        var settings = Settings(redis, connection);

        var begin = TimeProvider.System.GetTimestamp();
        var data = await new Seeder(Server.Configuration.Settings.Load([.. settings.Select(pair => $"{pair.Key}={pair.Value}")], null)).FillAsync(Images, cancellationToken);
        Console.Error.WriteLine($"{Database}: {Images:n0} images seeded in {TimeProvider.System.GetElapsedTime(begin).TotalSeconds:f0} s");
        if (Upload is not null) data = data with { UploadBody = await WriteUploadAsync(Upload, cancellationToken) };
        var files = Path.Combine(Folder, "peer");
        WritePeerFiles(data, files);

        await using var pixelcraft = await Contestant.StartPixelCraftAsync(settings, cancellationToken);
        await using var peer = await Contestant.StartPeerAsync(PeerVariables(redis, connection, files), Path.Combine(Folder, "peer.log"), cancellationToken);
        var rows = new List<Row>();
        foreach (var work in Work.All.Where(work => Only.Count == 0 || Only.Contains(work.Name)))
        {
            if (work.Name == "upload" && Upload is null) continue;
            rows.Add(await RunAsync(work, data, pixelcraft, peer, cancellationToken));
            Console.Error.WriteLine(rows[^1]);
        }
        return rows;
    }

    private async Task<Row> RunAsync(Work work, Seeded data, Contestant pixelcraft, Contestant peer, CancellationToken cancellationToken)
    {
        Func<Id, string> peersId = Database == "postgres" ? id => id.ToGuid().ToString() : id => Convert.ToHexStringLower(id.ToBytes());
        var ours = await PrepareAsync(work, pixelcraft, [.. work.Ours(data)], cancellationToken);
        var theirs = await PrepareAsync(work, peer, [.. work.Peers(data, peersId)], cancellationToken);
        await WarmAsync(pixelcraft, ours, cancellationToken);
        await WarmAsync(peer, theirs, cancellationToken);
        var (a, b) = (new List<Sample>(), new List<Sample>());
        for (var round = 0; round < Rounds; round++)
        {
            a.Add(await pixelcraft.MeasureAsync(ours, Seconds, cancellationToken));
            b.Add(await peer.MeasureAsync(theirs, Seconds, cancellationToken));
        }
        return new Row(Database, Images, work.Name, work.Aim, Spread.Of(a), Spread.Of(b), Spread.OfRatios(a, b));
    }

    /// <summary>
    /// Until it gets no cheaper, and the just-in-time compiler has nothing to do: it works in the background, and on a busy machine
    /// for a long time.
    /// </summary>
    private async Task WarmAsync(Contestant server, string requests, CancellationToken cancellationToken)
    {
        const int Longest = 180;
        var best = double.MaxValue;
        for (int seconds = 0, without = 0; without < 2; seconds += Seconds)
        {
            if (seconds >= Longest)
            {
                Console.Error.WriteLine($"{server.Name} is not warm after {Longest} s: what follows is too dear.");
                return;
            }
            var compiling = server.CompilerSeconds;
            var cpu = (await server.MeasureAsync(requests, Seconds, cancellationToken)).CpuSeconds;
            var isCompiling = server.CompilerSeconds - compiling > Seconds * 0.03;
            without = cpu < best * 0.95 || isCompiling ? 0 : without + 1;
            best = Math.Min(best, cpu);
        }
    }

    private async Task<string> PrepareAsync(Work work, Contestant server, List<Request> requests, CancellationToken cancellationToken)
    {
        await server.CheckAsync(work, requests.FirstOrDefault(Nothing), isSmall: Images < 20_000, cancellationToken);
        var file = Path.Combine(Folder, $"{work.Name}-{server.Name}.txt");
        await Wrk.WriteAsync(file, requests, cancellationToken);
        return file;
    }

    private Dictionary<string, string> Settings(RedisServer redis, string? connection)
    {
        var settings = new Dictionary<string, string>
        {
            ["Data"] = Data,
            ["Redis:Connection"] = redis.ConnectionString,
            ["Logging:Level"] = "Warning",
            ["Limits:Api:Permits"] = "1000000",
            ["Limits:Api:Window"] = "00:00:01",
            ["Limits:Upload:Permits"] = "1000000",
            ["Limits:Upload:Window"] = "00:00:01",
        };
        if (connection is not null) settings["Postgres:Accounts"] = settings["Postgres:Catalogue"] = connection;
        return settings;
    }

    private Dictionary<string, string?> PeerVariables(RedisServer redis, string? connection, string files)
    {
        var variables = new Dictionary<string, string?> { ["REDIS_URL"] = $"redis://{redis.ConnectionString}", ["FILES"] = files };
        if (connection is null)
        {
            variables["SQLITE_FOLDER"] = Data;
        }
        else
        {
            var parts = new Npgsql.NpgsqlConnectionStringBuilder(connection);
            variables["PG_URL"] = $"postgres://{parts.Username}:{parts.Password}@{parts.Host}:{parts.Port}/{parts.Database}";
        }
        return variables;
    }

    private void WritePeerFiles(Seeded data, string files)
    {
        var variants = Path.Combine(files, "variants");
        Directory.CreateDirectory(variants);
        foreach (var image in data.WithFiles)
        {
            var id = Database == "postgres" ? image.Id.ToGuid().ToString() : Convert.ToHexStringLower(image.Id.ToBytes());
            File.WriteAllBytes(Path.Combine(variants, $"{id}-400.webp"), data.File);
        }
    }

    private async Task<string> WriteUploadAsync(string file, CancellationToken cancellationToken)
    {
        var body = Path.Combine(Folder, "upload.body");
        await using var stream = File.Create(body);
        await stream.WriteAsync("--bench\r\nContent-Disposition: form-data; name=\"file\"; filename=\"upload.jpg\"\r\nContent-Type: image/jpeg\r\n\r\n"u8.ToArray(), cancellationToken);
        await stream.WriteAsync(await File.ReadAllBytesAsync(file, cancellationToken), cancellationToken);
        await stream.WriteAsync("\r\n--bench--\r\n"u8.ToArray(), cancellationToken);
        return body;
    }
}
