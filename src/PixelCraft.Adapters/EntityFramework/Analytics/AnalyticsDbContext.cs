using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Design;
using PixelCraft.Analytics.Contracts;
using PixelCraft.Ids;

namespace PixelCraft.Adapters.EntityFramework.Analytics;

/// <summary>The tables of the Analytics module, for their migrations alone: <see cref="EventStore"/> reads and writes them past EF Core.</summary>
internal abstract class AnalyticsDbContext(DbContextOptions options) : DbContext(options)
{
    protected override void ConfigureConventions(ModelConfigurationBuilder configurationBuilder) => ModelConventions.Apply(configurationBuilder, Database.IsSqlite());

    protected override void OnModelCreating(ModelBuilder modelBuilder)
    {
        if (!Database.IsSqlite()) modelBuilder.HasDefaultSchema("analytics");
        modelBuilder.Entity<EventRow>(row =>
        {
            row.ToTable("events");
            row.HasKey(e => e.Id);
            row.Property(e => e.Id).HasColumnName("id").ValueGeneratedNever();
            row.Property(e => e.At).HasColumnName("at");
            row.HasIndex(e => e.At).HasDatabaseName("ix_events_at");
        });
        modelBuilder.Entity<DailyRow>(row =>
        {
            row.ToTable("daily");
            row.HasKey(d => new { d.ImageId, d.Day, d.Kind });
            row.Property(d => d.ImageId).HasColumnName("image_id");
            row.Property(d => d.Day).HasColumnName("day");
            row.Property(d => d.Kind).HasColumnName("kind");
            row.Property(d => d.Count).HasColumnName("count");
        });
    }

    /// <summary>An event that was counted, so that it isn't again.</summary>
    internal sealed class EventRow
    {
        // The program's own type of id, though clients make these: it is stored alike in both databases.
        public Id Id { get; init; }

        public DateTimeOffset At { get; init; }
    }

    /// <summary>A roll-up.</summary>
    internal sealed class DailyRow
    {
        public Id ImageId { get; init; }

        /// <summary>Days since 0001-01-01, as <see cref="DateOnly.DayNumber"/>.</summary>
        public int Day { get; init; }

        public EventKind Kind { get; init; }

        public long Count { get; init; }
    }
}

internal sealed class SqliteAnalyticsDbContext(DbContextOptions<SqliteAnalyticsDbContext> options) : AnalyticsDbContext(options)
{
    /// <summary>For <c>dotnet ef migrations add</c> alone.</summary>
    internal sealed class Design : IDesignTimeDbContextFactory<SqliteAnalyticsDbContext>
    {
        public SqliteAnalyticsDbContext CreateDbContext(string[] args) =>
            new(new DbContextOptionsBuilder<SqliteAnalyticsDbContext>().UseSqlite("Data Source=design.db").Options);
    }
}

internal sealed class PostgresAnalyticsDbContext(DbContextOptions<PostgresAnalyticsDbContext> options) : AnalyticsDbContext(options)
{
    /// <summary>For <c>dotnet ef migrations add</c> alone.</summary>
    internal sealed class Design : IDesignTimeDbContextFactory<PostgresAnalyticsDbContext>
    {
        public PostgresAnalyticsDbContext CreateDbContext(string[] args) =>
            new(new DbContextOptionsBuilder<PostgresAnalyticsDbContext>()
                .UseNpgsql("Host=design", npgsql => npgsql.MigrationsHistoryTable("__migrations", "analytics")).Options);
    }
}
