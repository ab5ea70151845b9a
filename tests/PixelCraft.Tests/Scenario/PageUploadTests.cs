using System.Collections.Concurrent;
using System.Globalization;
using System.Net;
using System.Net.Http.Json;
using System.Net.Sockets;
using System.Security.Cryptography;
using Microsoft.Playwright;
using Xunit;

namespace PixelCraft.Tests.Scenario;

/// <summary>The page's uploader in a real browser, over a connection that drops.</summary>
public sealed class PageUploadTests(EmbeddedInstallation installation, Servers servers) : IClassFixture<EmbeddedInstallation>
{
    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Uploader_WhenNothingDrops_SendsTheFileOnce() => Assert.Equal([0], await UploadAsync(int.MaxValue));

    /// <summary>
    /// It goes on where it stopped, and does not begin again. Chromium sends a request on a connection that it used before by itself
    /// once more; where the server had not looked at the first one yet, the page sees nothing of the drop: then again.
    /// </summary>
    [Fact]
    public async Task Uploader_WhenTheConnectionDrops_GoesOn()
    {
        IReadOnlyCollection<long> offsets = [];
        for (var attempt = 0; attempt < 4 && !offsets.Any(offset => offset > 0); attempt++) offsets = await UploadAsync(2_000_000);
        Assert.Contains(offsets, offset => offset > 0);
    }

    /// <summary>Uploads a file in the page, checks that it has come whole, and returns the offsets from which the page sent.</summary>
    private async Task<IReadOnlyCollection<long>> UploadAsync(int dropAfter)
    {
        var chromium = await servers.ChromiumAsync();
        var file = RandomNumberGenerator.GetBytes(6_000_000);
        Convert.FromBase64String("iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg==").CopyTo(file, 0);
        await using var line = new DroppingLine(installation.Url.Port, dropAfter);
        using var playwright = await Playwright.CreateAsync();
        await using var browser = await playwright.Chromium.LaunchAsync(new BrowserTypeLaunchOptions { ExecutablePath = chromium, Args = ["--no-sandbox"] });
        await using var context = await browser.NewContextAsync(new BrowserNewContextOptions { BaseURL = $"http://127.0.0.1:{line.Port}" });
        var cookie = (await CookieAsync()).Split('=', 2);
        await context.AddCookiesAsync([new Microsoft.Playwright.Cookie { Name = cookie[0], Value = cookie[1], Url = $"http://127.0.0.1:{line.Port}" }]);
        var page = await context.NewPageAsync();
        await page.GotoAsync("/upload");
        var offsets = new ConcurrentBag<long>();
        page.Request += (_, request) =>
        {
            if (request.Method == "PATCH" && request.Headers.TryGetValue("upload-offset", out var offset)) offsets.Add(long.Parse(offset, CultureInfo.InvariantCulture));
        };

        await page.SetInputFilesAsync("[data-uploader] input[type=file]", new FilePayload { Name = "large.png", MimeType = "image/png", Buffer = file });
        var link = await page.WaitForSelectorAsync("[data-list] .finished a[data-name][href^='/images/']", new PageWaitForSelectorOptions { Timeout = 60_000 });

        Assert.Equal(dropAfter == int.MaxValue ? 0 : 1, line.Drops);
        using var ada = await installation.SignInAsync("ada");
        var image = await ada.JsonAsync($"/api/v1/images/{(await link!.GetAttributeAsync("href"))!.Split('/', '?')[2]}");
        Assert.Equal(Convert.ToHexStringLower(SHA256.HashData(file)), image.GetProperty("sha256").GetString());
        Assert.Equal("large.png", image.GetProperty("fileName").GetString());
        return offsets;
    }

    private async Task<string> CookieAsync()
    {
        using var http = new HttpClient(new SocketsHttpHandler { UseCookies = false }) { BaseAddress = installation.Url };
        using var answer = await http.PostAsJsonAsync("/api/v1/session", new { email = "ada@example.org", password = Installation.Password }, Cancellation);
        return answer.Headers.GetValues("Set-Cookie").First().Split(';')[0];
    }

    /// <summary>Passes connections on to a port, and drops one, once, when it has carried so many bytes.</summary>
    private sealed class DroppingLine : IAsyncDisposable
    {
        private readonly TcpListener _listener = new(IPAddress.Loopback, 0);
        private readonly CancellationTokenSource _stop = new();
        private readonly Task _accepting;
        private readonly int _target;
        private readonly long _dropAfter;
        private int _drops;

        public DroppingLine(int target, int dropAfter)
        {
            (_target, _dropAfter) = (target, dropAfter);
            _listener.Start();
            _accepting = AcceptAsync();
        }

        public int Port => ((IPEndPoint)_listener.LocalEndpoint).Port;

        public int Drops => _drops;

        public async ValueTask DisposeAsync()
        {
            await _stop.CancelAsync();
            _listener.Dispose();
            await _accepting;
            _stop.Dispose();
        }

        private async Task AcceptAsync()
        {
            var carrying = new List<Task>();
            try
            {
                while (true) carrying.Add(CarryAsync(await _listener.AcceptTcpClientAsync(_stop.Token)));
            }
            catch (Exception e) when (e is OperationCanceledException or SocketException or ObjectDisposedException)
            {
                await Task.WhenAll(carrying);
            }
        }

        private async Task CarryAsync(TcpClient client)
        {
            using var server = new TcpClient();
            using (client)
            {
                try
                {
                    await server.ConnectAsync(IPAddress.Loopback, _target, _stop.Token);
                    await Task.WhenAny(UpAsync(client.GetStream(), server.GetStream()), server.GetStream().CopyToAsync(client.GetStream(), _stop.Token));
                }
                catch (Exception e) when (e is IOException or SocketException or OperationCanceledException)
                {
                    // One end is gone.
                }
            }
        }

        private async Task UpAsync(NetworkStream from, NetworkStream to)
        {
            var buffer = new byte[64 * 1024];
            long count = 0;
            while (await from.ReadAsync(buffer, _stop.Token) is > 0 and var read)
            {
                await to.WriteAsync(buffer.AsMemory(0, read), _stop.Token);
                count += read;
                if (count >= _dropAfter && Interlocked.CompareExchange(ref _drops, 1, 0) == 0) return;
            }
        }
    }
}
