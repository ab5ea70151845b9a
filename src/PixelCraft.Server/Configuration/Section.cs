using PixelCraft.Accounts.Contracts;
using PixelCraft.Adapters.EntityFramework.Postgres;
using PixelCraft.Adapters.Fastly;
using PixelCraft.Adapters.InProcess;
using PixelCraft.Adapters.OpenTelemetry;
using PixelCraft.Adapters.Redis;
using PixelCraft.Adapters.S3;
using PixelCraft.Adapters.Smtp;
using PixelCraft.Analytics.Contracts;
using PixelCraft.Capacity.Contracts;
using PixelCraft.Delivery.Contracts;
using PixelCraft.Images.Contracts;
using PixelCraft.Images.Engine;
using PixelCraft.Jobs;
using PixelCraft.Limits;
using PixelCraft.Live.Contracts;
using PixelCraft.Mail.Contracts;

namespace PixelCraft.Server.Configuration;

/// <summary>A section of the configuration, and the class that holds it.</summary>
/// <param name="Name">Its key; empty for the settings without a section.</param>
/// <param name="Options">The class.</param>
/// <param name="Register">Makes the class available as <c>IOptions</c>, bound to the configuration.</param>
internal sealed record Section(string Name, Type Options, Action<IServiceCollection, IConfiguration> Register)
{
    /// <summary>Every section there is.</summary>
    public static IReadOnlyList<Section> All { get; } =
    [
        Of<ServerOptions>(""),
        Of<PostgresOptions>("Postgres"),
        Of<ReplicaOptions>("Replicas"),
        Of<RedisOptions>("Redis"),
        Of<S3Options>("S3"),
        Of<AccountsOptions>("Accounts"),
        Of<MailOptions>("Mail"),
        Of<SmtpOptions>("Mail:Smtp"),
        Of<UploadOptions>("Uploads"),
        Of<FetchOptions>("Fetch"),
        Of<EngineOptions>("Engine"),
        Of<DeliveryOptions>("Delivery"),
        Of<EdgeOptions>("Edge"),
        Of<FastlyOptions>("Fastly"),
        Of<TransformOptions>("Transforms"),
        Of<AnalyticsOptions>("Analytics"),
        Of<LiveOptions>("Live"),
        Of<CapacityOptions>("Capacity"),
        Of<JobQueueOptions>("Jobs"),
        Of<InProcessCacheOptions>("Cache"),
        Of<LimitOptions>("Limits"),
        Of<TelemetryOptions>("Telemetry"),
        Of<LoggingOptions>("Logging"),
    ];

    private static Section Of<T>(string name)
        where T : class => new(name, typeof(T), (services, configuration) => services.Configure<T>(name.Length == 0 ? configuration : configuration.GetSection(name)));
}
