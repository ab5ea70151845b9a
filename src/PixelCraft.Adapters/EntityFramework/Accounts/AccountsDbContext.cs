using System.Text.RegularExpressions;
using Microsoft.AspNetCore.DataProtection.EntityFrameworkCore;
using Microsoft.AspNetCore.Identity;
using Microsoft.AspNetCore.Identity.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Design;
using Microsoft.Extensions.DependencyInjection;
using PixelCraft.Accounts;
using PixelCraft.Ids;

namespace PixelCraft.Adapters.EntityFramework.Accounts;

/// <summary>
/// The tables of the Accounts module: those of ASP.NET Core Identity (without roles), the module's own, the outbox of
/// mails that follow from them, and the data-protection keys, which must be wherever accounts are.
/// </summary>
internal abstract partial class AccountsDbContext(DbContextOptions options) : IdentityUserContext<Member, Id>(options), IDataProtectionKeyContext
{
    public DbSet<SessionRow> Sessions => Set<SessionRow>();

    public DbSet<ApiToken> ApiTokens => Set<ApiToken>();

    public DbSet<Invitation> Invitations => Set<Invitation>();

    public DbSet<PasswordResetRow> PasswordResets => Set<PasswordResetRow>();

    public DbSet<MailRow> Outbox => Set<MailRow>();

    public DbSet<DataProtectionKey> DataProtectionKeys => Set<DataProtectionKey>();

    /// <summary>The base class finds the version of its tables in the container's options; the one with passkeys.</summary>
    public static IServiceCollection AddSchema(IServiceCollection services) =>
        services.Configure<IdentityOptions>(options => options.Stores.SchemaVersion = IdentitySchemaVersions.Version3);

    protected static IServiceProvider DesignServices => AddSchema(new ServiceCollection()).BuildServiceProvider();

    protected override void ConfigureConventions(ModelConfigurationBuilder configurationBuilder)
    {
        base.ConfigureConventions(configurationBuilder);
        ModelConventions.Apply(configurationBuilder, Database.IsSqlite());
    }

    protected override void OnModelCreating(ModelBuilder builder)
    {
        base.OnModelCreating(builder);
        if (!Database.IsSqlite()) builder.HasDefaultSchema("accounts");
        builder.Entity<Member>(member =>
        {
            member.ToTable("members");
            member.Property(m => m.Id).ValueGeneratedNever();
            member.Property(m => m.Name).HasMaxLength(50);
            member.HasIndex(m => m.NormalizedUserName).HasDatabaseName("ix_members_user_name");
            member.HasIndex(m => m.NormalizedEmail).HasDatabaseName("ix_members_email");
            // The sweep of closed accounts; nearly empty.
            member.HasIndex(m => m.DeletedAt).HasDatabaseName("ix_members_deleted").HasFilter("deleted_at IS NOT NULL");
        });
        builder.Entity<IdentityUserClaim<Id>>().ToTable("member_claims");
        builder.Entity<IdentityUserLogin<Id>>().ToTable("member_logins");
        builder.Entity<IdentityUserToken<Id>>().ToTable("member_tokens");
        builder.Entity<IdentityUserPasskey<Id>>().ToTable("member_passkeys");

        builder.Entity<SessionRow>(session =>
        {
            session.ToTable("sessions");
            session.HasKey(s => s.KeyHash);
            session.Property(s => s.KeyHash).HasMaxLength(64);
            session.Property(s => s.UserAgent).HasMaxLength(300);
            session.Property(s => s.Address).HasMaxLength(100);
            session.HasIndex(s => s.MemberId).HasDatabaseName("ix_sessions_member");
            session.HasIndex(s => s.ExpiresAt).HasDatabaseName("ix_sessions_expires");
        });
        builder.Entity<ApiToken>(token =>
        {
            token.ToTable("api_tokens");
            token.Property(t => t.Id).ValueGeneratedNever();
            token.Property(t => t.TokenHash).HasMaxLength(64);
            token.Property(t => t.Name).HasMaxLength(100);
            token.HasIndex(t => t.TokenHash).IsUnique().HasDatabaseName("ix_api_tokens_hash");
            token.HasOne<Member>().WithMany().HasForeignKey(t => t.MemberId).OnDelete(DeleteBehavior.Cascade);
        });
        builder.Entity<Invitation>(invitation =>
        {
            invitation.ToTable("invitations");
            invitation.HasKey(i => i.CodeHash);
            invitation.Property(i => i.CodeHash).HasMaxLength(64);
        });
        PasswordResetRow.Map(builder);
        MailRow.Map(builder);
        builder.Entity<DataProtectionKey>().ToTable("data_protection_keys");

        foreach (var type in builder.Model.GetEntityTypes())
        {
            if (type.IsMappedToJson()) type.SetContainerColumnName("data");
            else foreach (var property in type.GetProperties()) property.SetColumnName(WordStart.Replace(property.Name, "_").ToLowerInvariant());
        }
    }

    [GeneratedRegex("(?<=[a-z0-9])(?=[A-Z])")]
    private static partial Regex WordStart { get; }
}

/// <summary>A session as a row.</summary>
internal sealed class SessionRow
{
    public required string KeyHash { get; init; }
    public Id Id { get; init; }
    public Id MemberId { get; init; }
    public required string SecurityStamp { get; init; }
    public DateTimeOffset CreatedAt { get; init; }
    public required string UserAgent { get; init; }
    public DateTimeOffset UsedAt { get; init; }
    public DateTimeOffset ExpiresAt { get; init; }
    public required string Address { get; init; }
}

internal sealed class SqliteAccountsDbContext(DbContextOptions<SqliteAccountsDbContext> options) : AccountsDbContext(options)
{
    /// <summary>For <c>dotnet ef migrations add</c> alone.</summary>
    internal sealed class Design : IDesignTimeDbContextFactory<SqliteAccountsDbContext>
    {
        public SqliteAccountsDbContext CreateDbContext(string[] args) =>
            new(new DbContextOptionsBuilder<SqliteAccountsDbContext>()
                .UseApplicationServiceProvider(DesignServices).UseSqlite("Data Source=design.db").Options);
    }
}

internal sealed class PostgresAccountsDbContext(DbContextOptions<PostgresAccountsDbContext> options) : AccountsDbContext(options)
{
    /// <summary>For <c>dotnet ef migrations add</c> alone.</summary>
    internal sealed class Design : IDesignTimeDbContextFactory<PostgresAccountsDbContext>
    {
        public PostgresAccountsDbContext CreateDbContext(string[] args) =>
            new(new DbContextOptionsBuilder<PostgresAccountsDbContext>()
                .UseApplicationServiceProvider(DesignServices)
                .UseNpgsql("Host=design", npgsql => npgsql.MigrationsHistoryTable("__migrations", "accounts")).Options);
    }
}
