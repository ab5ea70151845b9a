using System.Text.Json;
using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.ChangeTracking;
using Microsoft.EntityFrameworkCore.Design;
using Microsoft.EntityFrameworkCore.Storage.ValueConversion;
using PixelCraft.Images;
using PixelCraft.Images.Contracts;

namespace PixelCraft.Adapters.EntityFramework.Catalogue;

/// <summary>
/// The tables of the Images module. Tags, variants and metadata are JSON text, read and written with their record;
/// images are found by tag through <see cref="ImageTag"/>, by words through <see cref="ImageWord"/>.
/// </summary>
internal abstract class CatalogueDbContext(DbContextOptions options) : DbContext(options)
{
    public DbSet<ImageRecord> Images => Set<ImageRecord>();

    public DbSet<ImageTag> Tags => Set<ImageTag>();

    public DbSet<ImageWord> Words => Set<ImageWord>();

    public DbSet<StorageUse> StorageUse => Set<StorageUse>();

    public DbSet<Reservation> Reservations => Set<Reservation>();

    public DbSet<StoredTransform> Transforms => Set<StoredTransform>();

    public DbSet<EfIdempotencyStore.KeyRow> IdempotencyKeys => Set<EfIdempotencyStore.KeyRow>();

    public DbSet<EfWithdrawals.Row> Withdrawals => Set<EfWithdrawals.Row>();

    public DbSet<ResumableUpload> Uploads => Set<ResumableUpload>();

    protected override void ConfigureConventions(ModelConfigurationBuilder configurationBuilder)
    {
        ModelConventions.Apply(configurationBuilder, Database.IsSqlite());
        configurationBuilder.Properties<IReadOnlyList<string>>().HaveConversion<Json<string>, JsonComparer<string>>();
        configurationBuilder.Properties<IReadOnlyList<Variant>>().HaveConversion<Json<Variant>, JsonComparer<Variant>>();
    }

    protected override void OnModelCreating(ModelBuilder modelBuilder)
    {
        if (!Database.IsSqlite()) modelBuilder.HasDefaultSchema("catalogue");
        modelBuilder.Entity<ImageRecord>(image =>
        {
            image.ToTable("images");
            image.HasKey(i => i.Id);
            image.Property(i => i.Id).HasColumnName("id").ValueGeneratedNever();
            image.Property(i => i.OwnerId).HasColumnName("owner_id");
            image.Property(i => i.Title).HasColumnName("title").HasMaxLength(200);
            image.Property(i => i.Description).HasColumnName("description").HasMaxLength(5_000);
            image.Property(i => i.Tags).HasColumnName("tags");
            image.Property(i => i.Visibility).HasColumnName("visibility");
            image.Property(i => i.Status).HasColumnName("status");
            image.Property(i => i.FailureReason).HasColumnName("failure_reason").HasMaxLength(500);
            image.Property(i => i.FileName).HasColumnName("file_name").HasMaxLength(255);
            image.Property(i => i.ContentType).HasColumnName("content_type").HasMaxLength(100);
            image.Property(i => i.Bytes).HasColumnName("bytes");
            image.Property(i => i.Sha256).HasColumnName("sha256").HasMaxLength(64);
            image.Property(i => i.Width).HasColumnName("width");
            image.Property(i => i.Height).HasColumnName("height");
            image.Property(i => i.ThumbHash).HasColumnName("thumb_hash").HasMaxLength(40);
            image.Property(i => i.DominantColour).HasColumnName("dominant_colour").HasMaxLength(7);
            image.Property(i => i.ContentHash).HasColumnName("content_hash").HasMaxLength(32);
            image.Property(i => i.Variants).HasColumnName("variants");
            image.Property(i => i.AvifDone).HasColumnName("avif_done");
            image.Property(i => i.Metadata).HasColumnName("metadata").HasConversion<JsonObject<ImageMetadata>>();
            image.Property(i => i.TakenAt).HasColumnName("taken_at");
            image.Property(i => i.CreatedAt).HasColumnName("created_at");
            image.Property(i => i.UpdatedAt).HasColumnName("updated_at");
            image.Property(i => i.TrashedAt).HasColumnName("trashed_at");
            image.Property(i => i.Version).HasColumnName("version");

            image.HasIndex(i => new { i.OwnerId, i.Id }, "ix_images_owner");
            // An owner's images of one visibility, also as others see them.
            image.HasIndex(i => new { i.OwnerId, i.Visibility, i.Id }).HasDatabaseName("ix_images_owner_visibility").HasFilter("trashed_at IS NULL");
            image.HasIndex(i => new { i.OwnerId, i.Id }, "ix_images_trash").HasFilter("trashed_at IS NOT NULL");
            // The gallery: visibility public, status ready, not in the trash.
            image.HasIndex(i => i.Id).HasDatabaseName("ix_images_gallery").HasFilter("visibility = 2 AND status = 1 AND trashed_at IS NULL");
            // The same bytes of one owner are one image, also when they come twice at once.
            image.HasIndex(i => new { i.OwnerId, i.Sha256 }).IsUnique().HasDatabaseName("ux_images_owner_sha256");
            // The sweep of the trash.
            image.HasIndex(i => i.TrashedAt).HasDatabaseName("ix_images_trashed_at").HasFilter("trashed_at IS NOT NULL");
            // The sweep: what is left in processing; nearly empty.
            image.HasIndex(i => i.CreatedAt).HasDatabaseName("ix_images_processing").HasFilter("status = 0");
            // The sweep for AVIF: nearly empty where that is configured.
            image.HasIndex(i => i.Id, "ix_images_avif").HasFilter("status = 1 AND trashed_at IS NULL AND NOT avif_done");
        });
        ImageTag.Map(modelBuilder);
        ImageWord.Map(modelBuilder, Database.IsSqlite());
        EfWithdrawals.Map(modelBuilder);
        DiscussionTables.Map(modelBuilder);
        modelBuilder.Entity<StorageUse>(use =>
        {
            use.ToTable("storage_use");
            use.HasKey(u => u.OwnerId);
            use.Property(u => u.OwnerId).HasColumnName("owner_id").ValueGeneratedNever();
            use.Property(u => u.Used).HasColumnName("used");
            use.Property(u => u.Reserved).HasColumnName("reserved");
        });
        modelBuilder.Entity<Reservation>(reservation =>
        {
            reservation.ToTable("reservations");
            reservation.HasKey(r => r.Id);
            reservation.Property(r => r.Id).HasColumnName("id").ValueGeneratedNever();
            reservation.Property(r => r.OwnerId).HasColumnName("owner_id");
            reservation.Property(r => r.Bytes).HasColumnName("bytes");
            reservation.Property(r => r.ExpiresAt).HasColumnName("expires_at");
            reservation.HasIndex(r => r.OwnerId).HasDatabaseName("ix_reservations_owner");
            reservation.HasIndex(r => r.ExpiresAt).HasDatabaseName("ix_reservations_expires");
        });
        modelBuilder.Entity<StoredTransform>(transform =>
        {
            transform.ToTable("transforms");
            transform.HasKey(t => new { t.ImageId, t.Name });
            transform.Property(t => t.ImageId).HasColumnName("image_id");
            transform.Property(t => t.Name).HasColumnName("name").HasMaxLength(150);
            transform.Property(t => t.MadeAt).HasColumnName("made_at");
        });
        modelBuilder.Entity<EfIdempotencyStore.KeyRow>(key =>
        {
            key.ToTable("idempotency_keys");
            key.HasKey(k => new { k.OwnerId, k.Key });
            key.Property(k => k.OwnerId).HasColumnName("owner_id");
            key.Property(k => k.Key).HasColumnName("key").HasMaxLength(255);
            key.Property(k => k.Claim).HasColumnName("claim");
            key.Property(k => k.ExpiresAt).HasColumnName("expires_at");
            key.Property(k => k.Fingerprint).HasColumnName("fingerprint").HasMaxLength(64);
            key.Property(k => k.Status).HasColumnName("status");
            key.Property(k => k.Location).HasColumnName("location").HasMaxLength(200);
            key.Property(k => k.Body).HasColumnName("body");
            key.HasIndex(k => k.ExpiresAt).HasDatabaseName("ix_idempotency_keys_expires");
        });
        modelBuilder.Entity<ResumableUpload>(upload =>
        {
            upload.ToTable("uploads");
            upload.HasKey(u => u.Id);
            upload.Property(u => u.Id).HasColumnName("id").ValueGeneratedNever();
            upload.Property(u => u.OwnerId).HasColumnName("owner_id");
            upload.Property(u => u.Length).HasColumnName("length");
            upload.Property(u => u.Offset).HasColumnName("offset");
            upload.Property(u => u.FileName).HasColumnName("file_name").HasMaxLength(255);
            upload.Property(u => u.Visibility).HasColumnName("visibility");
            upload.Property(u => u.Metadata).HasColumnName("metadata").HasMaxLength(4_000);
            upload.Property(u => u.Concatenation).HasColumnName("concatenation").HasMaxLength(4_000);
            upload.Property(u => u.StoreUpload).HasColumnName("store_upload").HasMaxLength(1_000);
            upload.Property(u => u.ContentType).HasColumnName("content_type").HasMaxLength(100);
            upload.Property(u => u.Sha256).HasColumnName("sha256").HasMaxLength(64);
            upload.Property(u => u.ExpiresAt).HasColumnName("expires_at");
            upload.Property(u => u.ImageId).HasColumnName("image_id");
            upload.Property<Guid?>(EfResumableUploads.Holder).HasColumnName("lock_holder");
            upload.Property<DateTimeOffset?>(EfResumableUploads.LockedUntil).HasColumnName("locked_until");
            upload.HasIndex(u => u.ExpiresAt).HasDatabaseName("ix_uploads_expires");
            upload.HasIndex(u => u.OwnerId).HasDatabaseName("ix_uploads_owner");
        });
    }

    private sealed class Json<T>() : ValueConverter<IReadOnlyList<T>, string>(
        list => JsonSerializer.Serialize(list, JsonSerializerOptions.Web),
        text => JsonSerializer.Deserialize<T[]>(text, JsonSerializerOptions.Web)!);

    private sealed class JsonObject<T>() : ValueConverter<T, string>(
        value => JsonSerializer.Serialize(value, JsonSerializerOptions.Web),
        text => JsonSerializer.Deserialize<T>(text, JsonSerializerOptions.Web)!);

    private sealed class JsonComparer<T>() : ValueComparer<IReadOnlyList<T>>(
        (a, b) => a!.SequenceEqual(b!),
        list => list.Aggregate(0, (hash, item) => HashCode.Combine(hash, item)),
        list => list.ToArray());
}

internal sealed class SqliteCatalogueDbContext(DbContextOptions<SqliteCatalogueDbContext> options) : CatalogueDbContext(options)
{
    /// <summary>For <c>dotnet ef migrations add</c> alone.</summary>
    internal sealed class Design : IDesignTimeDbContextFactory<SqliteCatalogueDbContext>
    {
        public SqliteCatalogueDbContext CreateDbContext(string[] args) =>
            new(new DbContextOptionsBuilder<SqliteCatalogueDbContext>().UseSqlite("Data Source=design.db").Options);
    }
}

internal sealed class PostgresCatalogueDbContext(DbContextOptions<PostgresCatalogueDbContext> options) : CatalogueDbContext(options)
{
    /// <summary>For <c>dotnet ef migrations add</c> alone.</summary>
    internal sealed class Design : IDesignTimeDbContextFactory<PostgresCatalogueDbContext>
    {
        public PostgresCatalogueDbContext CreateDbContext(string[] args) =>
            new(new DbContextOptionsBuilder<PostgresCatalogueDbContext>()
                .UseNpgsql("Host=design", npgsql => npgsql.MigrationsHistoryTable("__migrations", "catalogue")).Options);
    }
}
