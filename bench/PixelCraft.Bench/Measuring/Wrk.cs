using System.Globalization;
using System.Text.RegularExpressions;
using PixelCraft.Cluster;

namespace PixelCraft.Bench.Measuring;

/// <summary>Runs wrk: connections that each send the next request as soon as they have an answer.</summary>
internal static partial class Wrk
{
    private const int Connections = 32;

    /// <summary>Sends the requests in turn for a while and returns how many were answered.</summary>
    /// <param name="url">The server.</param>
    /// <param name="requests">A file as <see cref="WriteAsync"/> makes it.</param>
    /// <param name="seconds">How long, from 1.</param>
    /// <param name="cancellationToken">Ends it.</param>
    /// <exception cref="InvalidOperationException">An answer was not 2xx, or a connection broke.</exception>
    public static async Task<long> RunAsync(string url, string requests, int seconds, CancellationToken cancellationToken)
    {
        var script = Path.Combine(Repository.Root, "bench/requests.lua");
        string[] arguments = ["-t1", $"-c{Connections}", $"-d{seconds}s", "--timeout", "10s", "-s", script, url, "--", requests];
        var result = await Programs.RunAsync(Programs.Find("wrk", "wrk"), arguments, null, cancellationToken);
        if (result.ExitCode != 0 || BadAnswers.IsMatch(result.Output))
            throw new InvalidOperationException($"wrk on {url} with {requests}:\n{result.Output}{result.Error}");
        return long.Parse(Count.Match(result.Output).Groups[1].ValueSpan, CultureInfo.InvariantCulture);
    }

    /// <summary>Writes requests for <c>requests.lua</c>: method, path, cookie, file with the body, by tabs.</summary>
    public static Task WriteAsync(string file, IEnumerable<Request> requests, CancellationToken cancellationToken) => File.WriteAllLinesAsync(
        file, requests.Select(request => $"{request.Method}\t{request.Path}\t{request.Cookie ?? "-"}\t{request.BodyFile ?? "-"}"), cancellationToken);

    [GeneratedRegex(@"Non-2xx or 3xx responses: \d+|Socket errors: .*")]
    private static partial Regex BadAnswers { get; }

    [GeneratedRegex(@"(\d+) requests in")]
    private static partial Regex Count { get; }
}

/// <summary>A request to send.</summary>
/// <param name="Path">Path and query.</param>
/// <param name="Cookie">The session's key; null for none.</param>
/// <param name="Method">GET or POST.</param>
/// <param name="BodyFile">A file with a body of type multipart/form-data and the boundary <c>bench</c>; null for none.</param>
internal sealed record Request(string Path, string? Cookie = null, string Method = "GET", string? BodyFile = null);
