using PixelCraft.Accounts.Contracts;
using PixelCraft.Adapters.OpenTelemetry;
using PixelCraft.Adapters.Redis;
using PixelCraft.Adapters.S3;
using PixelCraft.Delivery.Contracts;
using PixelCraft.Images.Contracts;
using PixelCraft.Images.Engine;
using PixelCraft.Jobs;
using PixelCraft.Limits;

namespace PixelCraft.Server.Configuration;

/// <summary>Every section of the configuration, with the class that holds it.</summary>
internal static class Sections
{
    public static IReadOnlyList<(string Section, Type Options)> All { get; } =
    [
        ("", typeof(ServerOptions)),
        ("Postgres", typeof(PostgresOptions)),
        ("Redis", typeof(RedisOptions)),
        ("S3", typeof(S3Options)),
        ("Accounts", typeof(AccountsOptions)),
        ("Uploads", typeof(UploadOptions)),
        ("Engine", typeof(EngineOptions)),
        ("Delivery", typeof(DeliveryOptions)),
        ("Jobs", typeof(JobQueueOptions)),
        ("Limits", typeof(LimitOptions)),
        ("Telemetry", typeof(TelemetryOptions)),
        ("Logging", typeof(LoggingOptions)),
    ];
}
