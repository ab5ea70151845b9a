using System.Diagnostics;
using System.Text.Json;

namespace PixelCraft.Bench.Rooms;

/// <summary>What one measurement found.</summary>
/// <param name="Cpu">CPU-seconds of the servers for a million moves that were seen.</param>
/// <param name="Rate">Moves seen a second.</param>
/// <param name="Bytes">For one that was seen.</param>
/// <param name="Median">Milliseconds from a move to its sight.</param>
/// <param name="P99">The same, 99th percentile.</param>
internal sealed record RoomMeasurement(double Cpu, double Rate, double Bytes, double Median, double P99)
{
    private static readonly TimeSpan Quiet = TimeSpan.FromSeconds(3);

    /// <summary>Fills the server's rooms, lets everybody move, and measures once it is warm.</summary>
    /// <param name="server">The server; its rooms take so many participants each.</param>
    /// <param name="participants">Of each room.</param>
    /// <param name="rate">Moves a second of each.</param>
    /// <param name="seconds">Length.</param>
    /// <param name="cancellationToken">Ends it.</param>
    public static async Task<RoomMeasurement> TakeAsync(RoomServer server, int participants, int rate, int seconds, CancellationToken cancellationToken)
    {
        using var load = new RoomLoadProcess(RoomLoad.Command, server.Kind, string.Join(',', server.Urls), string.Join(',', server.Rooms), $"{participants}", $"{rate}", $"{seconds}");
        await load.NextAsync(cancellationToken); // everybody is there
        await WarmAsync(server, cancellationToken);
        await load.GoOnAsync();
        await load.NextAsync(cancellationToken);
        var (before, begun) = (server.Cpu, Stopwatch.GetTimestamp());
        await load.NextAsync(cancellationToken);
        var (used, lasted) = (server.Cpu - before, Stopwatch.GetElapsedTime(begun));
        var result = JsonSerializer.Deserialize<RoomResult>(await load.NextAsync(cancellationToken), JsonSerializerOptions.Web)!;
        return new RoomMeasurement(used / result.Seen * 1e6, result.Seen / lasted.TotalSeconds, result.Bytes / (double)result.Seen, result.Median, result.P99);
    }

    /// <summary>Until the compiler has done next to nothing for a while: it goes on for long with what is called often.</summary>
    private static async Task WarmAsync(RoomServer server, CancellationToken cancellationToken)
    {
        for (int i = 0, quiet = 0; i < 40 && quiet < 5; i++)
        {
            var before = server.CompilerCpu;
            await Task.Delay(Quiet, cancellationToken);
            // It works in bursts, with pauses between them.
            quiet = server.CompilerCpu - before < 0.01 * Quiet.TotalSeconds ? quiet + 1 : 0;
        }
    }
}

/// <summary>This program as another process, which is all participants, and says how far it is by a line each time.</summary>
internal sealed class RoomLoadProcess(params string[] arguments) : IDisposable
{
    private readonly Process _process = Process.Start(new ProcessStartInfo(Environment.ProcessPath!, arguments) { RedirectStandardInput = true, RedirectStandardOutput = true })!;

    public async Task<string> NextAsync(CancellationToken cancellationToken) =>
        await _process.StandardOutput.ReadLineAsync(cancellationToken) ?? throw new InvalidOperationException($"The load ended too early: {string.Join(' ', arguments)}");

    public Task GoOnAsync() => _process.StandardInput.WriteLineAsync("go on");

    public void Dispose()
    {
        if (!_process.HasExited) _process.Kill();
        _process.WaitForExit();
        _process.Dispose();
    }
}
