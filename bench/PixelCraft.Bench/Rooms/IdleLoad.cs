using System.Globalization;

namespace PixelCraft.Bench.Rooms;

/// <summary>A process of its own that is many connections which do nothing but live, for <see cref="RoomComparison"/>.</summary>
internal static class IdleLoad
{
    public const string Command = "room-idle";

    /// <summary>Each connection has its own port, of which an address has 28,000 by default: several addresses, so that what has just been closed is in nobody's way.</summary>
    private const int PerAddress = 5_000;

    /// <summary>Servers end connections that are silent: 25 s of ours.</summary>
    private static readonly TimeSpan PingInterval = TimeSpan.FromSeconds(10);

    /// <summary>pixelcraft or socketio, URL, connections; prints a line when all are there, and stays.</summary>
    public static async Task<int> RunAsync(string[] arguments)
    {
        var (url, count) = (new Uri(arguments[1]), int.Parse(arguments[2], CultureInfo.InvariantCulture));
        var clients = new RoomClient[count];
        var pings = new Timer(_ =>
        {
            foreach (var client in clients) client?.Ping();
        }, null, PingInterval, PingInterval);
        await Parallel.ForAsync(0, count, new ParallelOptions { MaxDegreeOfParallelism = 50 }, async (i, _) =>
        {
            var client = RoomClient.Create(arguments[0]);
            await client.ConnectAsync(url, $"127.0.0.{2 + (i / PerAddress)}");
            clients[i] = client;
        });
        await Console.Out.WriteLineAsync("all");
        await Task.Delay(Timeout.InfiniteTimeSpan);
        await pings.DisposeAsync();
        return 0;
    }
}
