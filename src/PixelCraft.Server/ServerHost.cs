using System.Net;
using Microsoft.AspNetCore.HttpOverrides;
using Microsoft.Extensions.Logging.Console;
using PixelCraft.Accounts;
using PixelCraft.Adapters.EntityFramework;
using PixelCraft.Adapters.OpenTelemetry;
using PixelCraft.Consistency;
using PixelCraft.Health;
using PixelCraft.Http;
using PixelCraft.Ids;
using PixelCraft.Images;
using PixelCraft.Limits;
using PixelCraft.Server.Configuration;
using PixelCraft.Server.Health;

namespace PixelCraft.Server;

/// <summary>Composes the host: adapters by configuration, parts by process role, then the order of the middleware.</summary>
internal static class ServerHost
{
    /// <summary>How long requests and jobs may go on after the signal to stop.</summary>
    private static readonly TimeSpan DrainTime = TimeSpan.FromSeconds(30);

    /// <param name="settings">The configuration, without faults.</param>
    /// <param name="quiet">Log nothing: for commands, which say what happened themselves.</param>
    public static WebApplication Build(Settings settings, bool quiet = false)
    {
        var server = settings.Get<ServerOptions>();
        var parts = Roles.Table[server.Role];
        var stopDelay = server.StopDelay ?? Roles.StopDelay(server.Role);
        // The content root holds the pages' static files: beside the program, wherever it is started from; their list is named after it.
        var builder = WebApplication.CreateSlimBuilder(new WebApplicationOptions
        {
            ApplicationName = typeof(ServerHost).Assembly.GetName().Name,
            ContentRootPath = AppContext.BaseDirectory,
            EnvironmentName = Environments.Production,
        });
        builder.WebHost.UseStaticWebAssets();
        builder.WebHost.UseUrls(server.Listen);
        builder.WebHost.ConfigureKestrel(kestrel => kestrel.AddServerHeader = false);
        // Its messages are many and small: Kestrel handles them on the thread of the pool that the socket completes on (decision 29).
        if (server.Role == Roles.Realtime) builder.WebHost.UseSockets(sockets => sockets.UnsafePreferInlineScheduling = true);
        builder.Host.ConfigureHostOptions(host => host.ShutdownTimeout = stopDelay + DrainTime);
        AddLogging(builder.Logging, settings.Get<LoggingOptions>(), quiet);

        var services = builder.Services;
        settings.AddOptions(services);
        services.AddSingleton(TimeProvider.System);
        services.AddSingleton(provider => new IdGenerator(provider.GetRequiredService<TimeProvider>()));
        services.AddHttpConventions();
        services.AddLimits();
        services.AddSingleton(provider => new Dependencies(provider, settings));
        services.AddSingleton<Readiness>();
        services.AddSingleton<IHealth>(provider => provider.GetRequiredService<Readiness>());
        services.AddSingleton<WriteStatus>();
        services.AddHostedService<WriteWatch>();
        services.AddHostedService(provider => new StopDelay(stopDelay, provider.GetRequiredService<TimeProvider>()));
        services.AddTelemetry(settings.Get<TelemetryOptions>(), server.Role, Product.Version);
        services.Configure<ForwardedHeadersOptions>(options => TrustProxies(options, server.Proxies));
        Adapters.Add(services, settings);
        foreach (var part in parts) part.Add(services);

        var app = builder.Build();
        Configure(app, parts);
        return app;
    }

    /// <summary>Brings every module's database up to date.</summary>
    public static async Task MigrateAsync(WebApplication app, CancellationToken cancellationToken)
    {
        foreach (var database in app.Services.GetServices<IModuleDatabase>()) await database.MigrateAsync(cancellationToken);
    }

    private static void Configure(WebApplication app, IReadOnlyList<Part> parts)
    {
        app.UseForwardedHeaders();
        app.UseSecurityHeaders();
        app.UseReadPositions();
        // Pages' errors become pages; programs get problem details from the handler below.
        app.UseWhen(http => !ApiPaths.IsApi(http), pages => pages.UseStatusCodePagesWithReExecute("/errors/{0}", createScopeForStatusCodePages: true));
        app.UseWhen(ApiPaths.IsApi, api => api.UseStatusProblems());
        app.UseExceptionHandler();
        app.UseResumableUploads();
        app.UseHeadAsGet();
        app.UseRouting();
        if (parts.Any(part => part.Map is not null))
        {
            app.UseAuthentication();
            app.UseCrossSiteProtection();
            // Before what is refused for want of rights, so that it counts too.
            app.UseRateLimiter();
            app.UseSizeLimits();
            app.UseAuthorization();
        }
        foreach (var part in parts) part.Use?.Invoke(app);
        HealthApi.Map(app);
        StatusApi.Map(app);
        app.MapMetrics();
        foreach (var part in parts) part.Map?.Invoke(app);
    }

    private static void AddLogging(ILoggingBuilder logging, LoggingOptions options, bool quiet)
    {
        logging.ClearProviders();
        logging.SetMinimumLevel(quiet ? LogLevel.None : options.Level);
        if (quiet) return;
        // The framework tells every request twice; the program's own lines and the metrics say it once.
        logging.AddFilter("Microsoft", options.Level > LogLevel.Warning ? options.Level : LogLevel.Warning);
        logging.AddFilter("System", options.Level > LogLevel.Warning ? options.Level : LogLevel.Warning);
        // What these tell as errors is also thrown, and told where it ends up.
        logging.AddFilter("Microsoft.EntityFrameworkCore", LogLevel.Critical);
        logging.AddFilter("Microsoft.Extensions.Hosting.Internal.Host", LogLevel.Critical);
        // The keys are in the accounts database as they are: SECURITY.md says so once.
        logging.AddFilter("Microsoft.AspNetCore.DataProtection", LogLevel.Error);
        logging.Configure(factory => factory.ActivityTrackingOptions = ActivityTrackingOptions.TraceId | ActivityTrackingOptions.SpanId);
        if (options.Format == LogFormat.Json) logging.AddJsonConsole(console => console.IncludeScopes = true);
        else logging.AddConsole(console => console.FormatterName = PlainFormatter.FormatterName).AddConsoleFormatter<PlainFormatter, ConsoleFormatterOptions>();
    }

    private static void TrustProxies(ForwardedHeadersOptions options, string proxies)
    {
        options.KnownIPNetworks.Clear();
        options.KnownProxies.Clear();
        foreach (var proxy in proxies.Split(',', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries))
        {
            if (System.Net.IPNetwork.TryParse(proxy, out var network)) options.KnownIPNetworks.Add(network);
            else options.KnownProxies.Add(IPAddress.Parse(proxy));
        }
        options.ForwardedHeaders = proxies.Length == 0 ? ForwardedHeaders.None : ForwardedHeaders.XForwardedFor | ForwardedHeaders.XForwardedProto;
    }
}
