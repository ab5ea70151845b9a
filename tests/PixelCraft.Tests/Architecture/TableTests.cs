using Microsoft.EntityFrameworkCore;
using PixelCraft.Adapters.EntityFramework.Accounts;
using PixelCraft.Adapters.EntityFramework.Analytics;
using PixelCraft.Adapters.EntityFramework.Catalogue;
using PixelCraft.Images.Contracts;
using Xunit;

namespace PixelCraft.Tests.Architecture;

/// <summary>Every module has its own tables, and no key leads from one module's to another's.</summary>
public sealed class TableTests
{
    private static readonly PostgresAccountsDbContext Accounts = new PostgresAccountsDbContext.Design().CreateDbContext([]);
    private static readonly PostgresAnalyticsDbContext Analytics = new PostgresAnalyticsDbContext.Design().CreateDbContext([]);
    private static readonly PostgresCatalogueDbContext Catalogue = new PostgresCatalogueDbContext.Design().CreateDbContext([]);

    [Fact]
    public void Tables_AreInTheModulesOwnSchema()
    {
        Assert.All(Accounts.Model.GetEntityTypes(), type => Assert.Equal("accounts", type.GetSchema()));
        Assert.All(Analytics.Model.GetEntityTypes(), type => Assert.Equal("analytics", type.GetSchema()));
        Assert.All(Catalogue.Model.GetEntityTypes(), type => Assert.Equal("catalogue", type.GetSchema()));
    }

    [Fact]
    public void Tables_AreOfOneModuleEach()
    {
        var accounts = Accounts.Model.GetEntityTypes().Select(type => type.ClrType);
        Assert.Empty(accounts.Intersect(Catalogue.Model.GetEntityTypes().Select(type => type.ClrType)));
        Assert.DoesNotContain(accounts, type => type.Namespace!.StartsWith("PixelCraft.Images", StringComparison.Ordinal));
        Assert.DoesNotContain(Catalogue.Model.GetEntityTypes(), type => type.ClrType.Namespace!.StartsWith("PixelCraft.Accounts", StringComparison.Ordinal));
    }

    /// <summary>Reads past EF Core name columns themselves: a property that one forgets would be read as its default.</summary>
    [Fact]
    public void ImageReader_ReadsEveryColumnOfTheModel()
    {
        var type = Catalogue.Model.FindEntityType(typeof(ImageRecord))!;
        Assert.Equal(type.GetProperties().Where(property => !property.IsShadowProperty()).Select(property => property.GetColumnName()).Order(), ImageReader.Columns.Order());
        Assert.Equal("images", type.GetTableName());
        Assert.Equal("image_words", Catalogue.Model.FindEntityType(typeof(ImageWord))!.GetTableName());
        Assert.Equal("image_tags", Catalogue.Model.FindEntityType(typeof(ImageTag))!.GetTableName());
    }

    [Fact]
    public void Models_AreThoseOfTheLastMigration()
    {
        Assert.False(Accounts.Database.HasPendingModelChanges());
        Assert.False(Catalogue.Database.HasPendingModelChanges());
        Assert.False(Analytics.Database.HasPendingModelChanges());
        Assert.False(new SqliteAnalyticsDbContext.Design().CreateDbContext([]).Database.HasPendingModelChanges());
        Assert.False(new SqliteAccountsDbContext.Design().CreateDbContext([]).Database.HasPendingModelChanges());
        Assert.False(new SqliteCatalogueDbContext.Design().CreateDbContext([]).Database.HasPendingModelChanges());
    }
}
