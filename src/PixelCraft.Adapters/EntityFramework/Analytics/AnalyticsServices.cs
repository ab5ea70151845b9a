using Microsoft.Extensions.DependencyInjection;
using PixelCraft.Analytics;

namespace PixelCraft.Adapters.EntityFramework.Analytics;

/// <summary>Registers the analytics database.</summary>
public static class AnalyticsServices
{
    /// <summary>The module's word for its database; in PostgreSQL also the schema.</summary>
    internal const string Name = "analytics";

    /// <summary>Counts on PostgreSQL where <paramref name="postgres"/> is given, else in the SQLite file.</summary>
    public static IServiceCollection AddAnalyticsDatabase(this IServiceCollection services, string? postgres, string sqliteFile) => services
        .AddModuleDatabase<AnalyticsDbContext, SqliteAnalyticsDbContext, PostgresAnalyticsDbContext>(Name, postgres, sqliteFile)
        .AddSingleton<IEventStore>(provider => new EventStore(provider.GetRequiredKeyedService<RawDatabase>(Name)));
}
