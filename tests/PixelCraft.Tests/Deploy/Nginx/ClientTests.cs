using System.Net;
using System.Net.Http.Json;
using System.Net.Sockets;
using System.Text.Json;
using PixelCraft.Cluster;
using PixelCraft.Tests.Scenario;
using Xunit;

namespace PixelCraft.Tests.Deploy.Nginx;

/// <summary>The program behind a load balancer, and behind an edge and a load balancer: who its client is, how much it sends, and how slowly.</summary>
public sealed class ClientTests(ClientTests.Fronted installation) : IClassFixture<ClientTests.Fronted>
{
    private const int Permits = 4;
    private static int _address = 50;

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    /// <summary>Straight to the program, to the load balancer, to the edge.</summary>
    public static TheoryData<string> Ways => ["server", "balancer", "edge"];

    [Theory]
    [MemberData(nameof(Ways))]
    public async Task ForwardedFor_OfAStranger_IsNotBelieved(string way)
    {
        var (one, other) = (NewAddress(), NewAddress());
        using var liar = ClientFrom(one, way);
        for (var i = 0; i <= Permits; i++)
            Assert.Equal(i == Permits ? HttpStatusCode.TooManyRequests : HttpStatusCode.Unauthorized, await SignInAsync(liar, $"198.51.100.{i}"));
        // Whoever is told apart by the address alone is not taken for the same.
        using var honest = ClientFrom(other, way);
        Assert.Equal(HttpStatusCode.Unauthorized, await SignInAsync(honest, one));
    }

    [Theory]
    [MemberData(nameof(Ways))]
    public async Task Session_ShowsTheAddressOfTheClient(string way)
    {
        var address = NewAddress();
        using var client = ClientFrom(address, way);
        using var signedIn = await client.PostAsJsonAsync("/api/v1/session", new { email = "ada@example.org", password = Installation.Password }, Cancellation);
        signedIn.EnsureSuccessStatusCode();
        var sessions = await client.GetStringAsync("/api/v1/sessions", Cancellation);
        Assert.Contains($"\"{address}\"", sessions, StringComparison.Ordinal);
        if (way != "edge") return;
        // Written every 5 s.
        await Eventually.TrueAsync(async () =>
            (await File.ReadAllTextAsync(Path.Combine(installation.Front.Edge.Folder, "access.log"), Cancellation)).Contains($"{address} [", StringComparison.Ordinal));
    }

    [Fact]
    public async Task ForwardedFor_OfTheEdge_IsBelievedByTheBalancer()
    {
        // Each through the edge from its own address; from the edge's own there are as many requests as from all of them.
        for (var i = 0; i <= Permits; i++)
        {
            using var client = ClientFrom(NewAddress(), "edge");
            Assert.Equal(HttpStatusCode.Unauthorized, await SignInAsync(client, null));
        }
    }

    [Theory]
    [InlineData("balancer", "127.0.0.2", false)]
    [InlineData("edge", "127.0.0.2", false)]
    [InlineData("balancer", Front.Address, true)] // as the edge does
    public async Task ForwardedProto_IsBelievedOfTheEdgeAlone(string way, string from, bool believed)
    {
        using var client = ClientFrom(from, way);
        using var request = new HttpRequestMessage(HttpMethod.Post, "/api/v1/session") { Content = JsonContent.Create(new { email = "ada@example.org", password = Installation.Password }) };
        request.Headers.Add("X-Forwarded-Proto", "https");
        if (believed) request.Headers.Add("X-Forwarded-For", NewAddress());
        using var answer = await client.SendAsync(request, Cancellation);
        answer.EnsureSuccessStatusCode();
        Assert.Equal(believed, Assert.Single(answer.Headers.GetValues("Set-Cookie"), cookie => cookie.Contains("pixelcraft=", StringComparison.Ordinal)).StartsWith("__Host-", StringComparison.Ordinal));
    }

    [Theory]
    [InlineData("server", "/api/v1/images?fileName=a.jpg", 1_500_000, "file-too-large")]
    [InlineData("balancer", "/api/v1/images?fileName=a.jpg", 1_500_000, "file-too-large")]
    [InlineData("edge", "/api/v1/images?fileName=a.jpg", 1_500_000, "file-too-large")]
    [InlineData("balancer", "/api/v1/images?fileName=a.jpg", 40_000_000, "file-too-large")]
    [InlineData("edge", "/api/v1/images?fileName=a.jpg", 40_000_000, "file-too-large")]
    [InlineData("balancer", "/api/v1/events", 100_000, "request-too-large")]
    [InlineData("edge", "/api/v1/events", 100_000, "request-too-large")]
    // More than the balancer lets through: in the same form.
    [InlineData("balancer", "/api/v1/images?fileName=a.jpg", 9_000_000_000, "request-too-large")]
    [InlineData("edge", "/api/v1/images?fileName=a.jpg", 9_000_000_000, "request-too-large")]
    public async Task Body_OverTheLimit_IsRefusedInTheFormOfTheProgram(string way, string path, long length, string code)
    {
        var cookie = await installation.CookieAsync();
        await using var client = await RawClient.ConnectAsync(installation.Way(way));
        await client.SendAsync($"POST {path} HTTP/1.1\r\nHost: front\r\nConnection: close\r\nCookie: {cookie}\r\nContent-Type: application/json\r\nContent-Length: {length}\r\n\r\n");
        var reading = client.ReadToEndAsync();
        try
        {
            // The beginning of a file of a type that is taken, and then as much as anybody still reads.
            await client.SendAsync("GIF89a\u0001\0\u0001\0\0\0\0");
            var piece = new string(' ', 50_000);
            for (var sent = 0; sent < length && sent < 50_000_000 && !reading.IsCompleted; sent += piece.Length) await client.SendAsync(piece);
        }
        catch (IOException)
        {
            // It was answered before all was sent.
        }
        var answer = await reading.WaitAsync(TimeSpan.FromSeconds(30), Cancellation);
        Assert.StartsWith("HTTP/1.1 413 ", answer, StringComparison.Ordinal);
        Assert.Contains("content-type: application/problem+json", answer, StringComparison.OrdinalIgnoreCase);
        using var problem = JsonDocument.Parse(answer[answer.IndexOf('{', StringComparison.Ordinal)..(answer.LastIndexOf('}') + 1)]);
        Assert.Equal(code, problem.RootElement.GetProperty("code").GetString());
    }

    [Fact]
    public async Task Client_ThatSendsAByteNowAndThen_IsEnded_WhileOthersGoOn()
    {
        var cookie = await installation.CookieAsync();
        var slow = new List<(string What, Task<string> Answer)>();
        await using var clients = new Clients();
        foreach (var way in new[] { "balancer", "edge" })
        {
            slow.Add(($"a header to the {way}", (await clients.ConnectAsync(way, installation, "GET / HTTP/1.1\r\nHost: front\r\nX: ")).TrickleAsync('x')));
            slow.Add(($"a body to the {way}", (await clients.ConnectAsync(way, installation, "POST /api/v1/session HTTP/1.1\r\nHost: front\r\nContent-Type: application/json\r\nContent-Length: 100000\r\n\r\n")).TrickleAsync(' ')));
            slow.Add(($"an upload to the {way}", (await clients.ConnectAsync(
                way, installation, $"POST /api/v1/images?fileName=a.jpg HTTP/1.1\r\nHost: front\r\nCookie: {cookie}\r\nContent-Length: 100000\r\n\r\nGIF89a")).TrickleAsync('x')));
        }
        using var others = new HttpClient();
        var answered = 0;
        // The header has 15 s at the edge, a body 240 bytes a second after the first 5 s.
        await Eventually.GetAsync(
            async () =>
            {
                foreach (var way in new[] { "balancer", "edge" })
                {
                    using var answer = await others.GetAsync(new Uri(installation.Way(way), "/api/v1/images"), Cancellation);
                    Assert.Equal(HttpStatusCode.OK, answer.StatusCode);
                    answered++;
                }
                return string.Join(", ", slow.Where(one => !one.Answer.IsCompleted).Select(one => one.What));
            },
            left => left == "", TimeSpan.FromSeconds(60));
        Assert.InRange(answered, 20, int.MaxValue);
        foreach (var (what, one) in slow)
        {
            var answer = await one;
            Assert.True(answer == "" || answer.StartsWith("HTTP/1.1 4", StringComparison.Ordinal), $"{what}: {answer}");
        }
    }

    /// <summary>An address of this machine that nobody has come from yet.</summary>
    private static string NewAddress() => $"127.0.0.{Interlocked.Increment(ref _address)}";

    private HttpClient ClientFrom(string address, string way) => new(new SocketsHttpHandler
    {
        UseProxy = false,
        ConnectCallback = async (context, cancellationToken) =>
        {
            var socket = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp) { NoDelay = true };
            socket.Bind(new IPEndPoint(IPAddress.Parse(address), 0));
            await socket.ConnectAsync(context.DnsEndPoint, cancellationToken);
            return new NetworkStream(socket, ownsSocket: true);
        },
    })
    { BaseAddress = installation.Way(way) };

    private static async Task<HttpStatusCode> SignInAsync(HttpClient client, string? forwardedFor)
    {
        using var request = new HttpRequestMessage(HttpMethod.Post, "/api/v1/session") { Content = JsonContent.Create(new { email = $"{Guid.NewGuid():n}@example.org", password = "x" }) };
        if (forwardedFor is not null) request.Headers.Add("X-Forwarded-For", forwardedFor);
        using var answer = await client.SendAsync(request, Cancellation);
        return answer.StatusCode;
    }

    /// <summary>The program, where few may sign in and files are small.</summary>
    public sealed class Fronted(Servers servers) : Installation(servers), IAsyncDisposable
    {
        private string? _cookie;

        internal Front Front { get; private set; } = null!;

        internal Uri Way(string name) => name switch { "edge" => Front.Edge.Url, "balancer" => Front.Balancer.Url, _ => Url };

        /// <summary>Of a member's session.</summary>
        internal async Task<string> CookieAsync()
        {
            if (_cookie is not null) return _cookie;
            using var ben = await SignInAsync("ben");
            return _cookie = ben.Cookie;
        }

        internal override Task<(PixelCraftProcess Server, Func<Task<Uri>> Survivor)> StartDoomedAsync() => throw new NotSupportedException();

        private protected override async Task StartAsync()
        {
            var process = await StartAsync(new Dictionary<string, string>
            {
                ["Proxies"] = Front.Address,
                ["Limits:SignIn:Permits"] = $"{Permits}",
                ["Uploads:MaxBytes"] = "1000000",
            });
            await AddMembersAsync(new Dictionary<string, string> { ["Data"] = process.Data });
            Front = await Front.StartAsync(new Uri(process.Url));
        }

        async ValueTask IAsyncDisposable.DisposeAsync()
        {
            if (Front is not null) await Front.DisposeAsync();
            await DisposeAsync();
        }
    }

    /// <summary>Slow ones.</summary>
    private sealed class Clients : IAsyncDisposable
    {
        private readonly List<RawClient> _all = [];

        public async Task<RawClient> ConnectAsync(string way, Fronted installation, string begin)
        {
            var client = await RawClient.ConnectAsync(installation.Way(way));
            _all.Add(client);
            await client.SendAsync(begin);
            return client;
        }

        public async ValueTask DisposeAsync()
        {
            foreach (var client in _all) await client.DisposeAsync();
        }
    }
}
