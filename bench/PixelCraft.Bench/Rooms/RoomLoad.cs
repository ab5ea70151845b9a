using System.Diagnostics;
using System.Globalization;
using System.Text.Json;

namespace PixelCraft.Bench.Rooms;

/// <summary>
/// A process of its own that is all participants of rooms, for <see cref="RoomComparison"/>: each moves so many times a second, and counts the others' moves that it sees.
/// The time of a move is in its x, in milliseconds, so that who sees it knows how old it is.
/// </summary>
internal static class RoomLoad
{
    public const string Command = "room-load";

    /// <summary>Milliseconds after which x begins anew.</summary>
    private const int Round = 60_000;

    private static readonly long Begin = Stopwatch.GetTimestamp();

    /// <summary>Whether it has been measured: connections may end.</summary>
    public static bool HasEnded { get; private set; }

    /// <summary>Now, as an x.</summary>
    public static int Now => (int)(Stopwatch.GetElapsedTime(Begin).TotalMilliseconds % Round);

    /// <summary>pixelcraft or socketio, URLs, rooms, participants of each room, moves a second of each, seconds; moves until a line is read, and that long after it; prints a line when everybody is there, one at each end of that time, and what was seen as JSON.</summary>
    public static async Task<int> RunAsync(string[] arguments)
    {
        int Number(int place) => int.Parse(arguments[place], CultureInfo.InvariantCulture);
        var (urls, rooms, participants, rate, seconds) = (arguments[1].Split(','), arguments[2].Split(','), Number(3), Number(4), Number(5));
        var clients = new List<RoomClient>();
        for (var i = 0; i < participants * rooms.Length; i++)
        {
            var client = RoomClient.Create(arguments[0]);
            await client.ConnectAsync(new Uri(urls[i % urls.Length]));
            await client.EnterAsync(rooms[i / participants], $"p{i}");
            clients.Add(client);
        }

        await Console.Out.WriteLineAsync("here");
        // Until whoever measures finds the server warm.
        var warm = Console.In.ReadLineAsync();
        await MoveAsync(clients, rate, _ => !warm.IsCompleted);
        foreach (var client in clients) client.Reset();
        await Console.Out.WriteLineAsync("begin");
        await MoveAsync(clients, rate, since => since < TimeSpan.FromSeconds(seconds));
        await Console.Out.WriteLineAsync("end");
        HasEnded = true;
        var ages = new int[Round];
        foreach (var client in clients) client.AddAges(ages);
        long seen = ages.Sum(count => (long)count), bytes = clients.Sum(client => client.Bytes), messages = clients.Sum(client => client.Messages);
        await Console.Out.WriteLineAsync(JsonSerializer.Serialize(new RoomResult(seen, bytes, messages, Percentile(ages, seen, 0.5), Percentile(ages, seen, 0.99)), JsonSerializerOptions.Web));
        foreach (var client in clients) client.Dispose();
        return 0;
    }

    private static async Task MoveAsync(List<RoomClient> clients, int rate, Func<TimeSpan, bool> goesOn)
    {
        // Spread over the interval, as people are.
        var interval = TimeSpan.FromSeconds(1.0 / rate / clients.Count);
        var begun = Stopwatch.GetTimestamp();
        for (long move = 0; goesOn(Stopwatch.GetElapsedTime(begun)); move++)
        {
            var early = (interval * move) - Stopwatch.GetElapsedTime(begun);
            if (early > TimeSpan.FromMilliseconds(1)) await Task.Delay(early);
            await clients[(int)(move % clients.Count)].MoveAsync();
        }
    }

    private static int Percentile(int[] ages, long all, double part)
    {
        long sum = 0;
        for (var age = 0; age < ages.Length; age++)
            if ((sum += ages[age]) >= all * part) return age;
        return ages.Length;
    }
}

/// <summary>What participants saw.</summary>
/// <param name="Seen">Moves of others.</param>
/// <param name="Bytes">Received.</param>
/// <param name="Messages">Received.</param>
/// <param name="Median">Milliseconds from a move to its being seen.</param>
/// <param name="P99">The same, 99th percentile.</param>
internal sealed record RoomResult(long Seen, long Bytes, long Messages, int Median, int P99);
