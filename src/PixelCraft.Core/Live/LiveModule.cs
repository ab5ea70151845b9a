using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Routing;
using Microsoft.AspNetCore.SignalR;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Options;
using PixelCraft.Live.Contracts;

namespace PixelCraft.Live;

/// <summary>The Live module: rooms, presence, cursors.</summary>
public static class LiveModule
{
    /// <summary>Longer than two pings of a client; a connection whose other end has vanished is gone within 30 s.</summary>
    private static readonly TimeSpan ClientTimeout = TimeSpan.FromSeconds(25);

    private static readonly TimeSpan KeepAlive = TimeSpan.FromSeconds(10);

    /// <summary>Registers the rooms. The protocol on the wire comes with its adapter.</summary>
    public static ISignalRServerBuilder AddLive(this IServiceCollection services)
    {
        services.AddSingleton<LiveConnections>();
        services.AddSingleton<HubLifetimeManager<LiveHub>>(provider => provider.GetRequiredService<LiveConnections>());
        services.AddSingleton<LiveSockets>().AddSingleton<Rooms>().AddSingleton<RoomAccess>().AddSingleton<RoomNews>();
        services.AddHostedService(provider => provider.GetRequiredService<LiveSockets>()).AddHostedService(provider => provider.GetRequiredService<RoomNews>()).AddHostedService<RoomBeat>().AddHostedService<RoomGuard>();
        var signalR = services.AddSignalR().AddHubOptions<LiveHub>(_ => { });
        // After that: it sets every option of this hub to what is set for all hubs.
        services.AddOptions<HubOptions<LiveHub>>().Configure<IOptions<LiveOptions>>((hub, live) =>
        {
            // With room for the length before it: ReceiveLimit sees what is longer first, and tells.
            hub.MaximumReceiveMessageSize = live.Value.MessageBytes + 5;
            hub.ClientTimeoutInterval = ClientTimeout;
            hub.KeepAliveInterval = KeepAlive;
            hub.HandshakeTimeout = TimeSpan.FromSeconds(10);
            hub.MaximumParallelInvocationsPerClient = 1;
            hub.SupportedProtocols = ["messagepack"];
        });
        return signalR;
    }

    /// <summary>Maps <c>/live</c>, for WebSockets alone: a connection is one request, which any server can take.</summary>
    public static void MapLive(this IEndpointRouteBuilder routes)
    {
        var application = routes.CreateApplicationBuilder();
        application.UseWebSockets();
        application.Run(application.ApplicationServices.GetRequiredService<LiveSockets>().ServeAsync);
        routes.Map(LiveHub.Path, application.Build()).WithMetadata(new HubMetadata(typeof(LiveHub)));
    }
}
