using Microsoft.AspNetCore.SignalR;
using Xunit;

namespace PixelCraft.Tests.Live;

/// <summary>
/// Stays in a room whatever happens to its servers, as docs/live-protocol.md asks: it comes back with its key and a higher attempt, after a pause that
/// grows and has chance in it, and goes to the next server each time.
/// </summary>
internal sealed class LivePerson : IAsyncDisposable
{
    private static readonly TimeSpan LongestPause = TimeSpan.FromSeconds(5);

    private readonly Guid _key = Guid.NewGuid();
    private readonly string _image;
    private readonly IReadOnlyList<Uri> _servers;
    private readonly CancellationTokenSource _leaving = CancellationTokenSource.CreateLinkedTokenSource(TestContext.Current.CancellationToken);
    private readonly Task _stays;
    private readonly HashSet<string> _doubled = [];
    private Task _mayComeBack = Task.CompletedTask;
    private volatile LiveClient? _client;

    public LivePerson(string image, string name, IReadOnlyList<Uri> servers)
    {
        (_image, Name, _servers) = (image, name, servers);
        _stays = Task.Run(StayAsync);
    }

    public string Name { get; }

    /// <summary>The connection in which it is in the room; null while it has none.</summary>
    public LiveClient? Client => _client;

    /// <summary>How often it has been in the room.</summary>
    public int Joins { get; private set; }

    /// <summary>Whoever it saw twice at a moment.</summary>
    public IEnumerable<string> Doubled => _doubled.Concat(_client?.Doubled ?? []);

    /// <summary>It stays away when its connection breaks, until the task is done.</summary>
    public void StayAwayUntil(Task task) => _mayComeBack = task;

    public bool SeesAll(int count) => _client?.Count == count;

    public async ValueTask DisposeAsync()
    {
        await _leaving.CancelAsync();
        await _stays;
        _leaving.Dispose();
    }

    private async Task StayAsync()
    {
        var (server, attempt, failures) = (0, 0, 0);
        while (!_leaving.IsCancellationRequested)
        {
            try
            {
                await using var client = await LiveClient.ConnectAsync(_servers[server++ % _servers.Count], key: _key);
                Assert.Equal("ok", await client.JoinAsync(_image, Name, ++attempt));
                (_client, failures, Joins) = (client, 0, Joins + 1);
                await client.Closed.WaitAsync(_leaving.Token);
                foreach (var name in client.Doubled) _doubled.Add(name);
                _client = null;
                await _mayComeBack.WaitAsync(_leaving.Token);
            }
            catch (Exception exception) when (exception is HttpRequestException or IOException or HubException or InvalidOperationException or System.Net.WebSockets.WebSocketException)
            {
                failures++;
            }
            catch (OperationCanceledException)
            {
                continue;
            }

            var pause = TimeSpan.FromMilliseconds(200) * Math.Pow(2, failures) * (0.5 + Random.Shared.NextDouble());
            await Task.Delay(pause < LongestPause ? pause : LongestPause, _leaving.Token).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        }
    }
}
