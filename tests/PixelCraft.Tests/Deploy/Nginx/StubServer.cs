using System.Collections.Concurrent;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Logging;
using PixelCraft.Cluster;
using Xunit;

namespace PixelCraft.Tests.Deploy.Nginx;

/// <summary>A server behind nginx that does what the program never would, and remembers what it was asked.</summary>
internal sealed class StubServer : IAsyncDisposable
{
    private readonly ConcurrentQueue<string> _asked = [];
    private readonly WebApplication _server;

    private StubServer(RequestDelegate answer)
    {
        var builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        _server = builder.Build();
        Url = new Uri($"http://127.0.0.1:{Ports.Free()}");
        _server.Urls.Add(Url.AbsoluteUri);
        _server.UseWebSockets();
        _server.Run(http =>
        {
            if (http.Request.Path == "/health/live")
            {
                http.Response.StatusCode = IsWell ? StatusCodes.Status200OK : StatusCodes.Status500InternalServerError;
                return Task.CompletedTask;
            }
            _asked.Enqueue($"{http.Request.Method} {http.Request.Path}");
            return answer(http);
        });
    }

    public Uri Url { get; }

    /// <summary>What it says to who asks.</summary>
    public bool IsWell { get; set; } = true;

    /// <summary>Method and path of every other request.</summary>
    public IReadOnlyCollection<string> Asked => _asked;

    public static async Task<StubServer> StartAsync(RequestDelegate answer)
    {
        var server = new StubServer(answer);
        await server._server.StartAsync(TestContext.Current.CancellationToken);
        return server;
    }

    public ValueTask DisposeAsync() => _server.DisposeAsync();
}
