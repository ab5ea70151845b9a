using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.DependencyInjection;
using PixelCraft.Adapters.EntityFramework.Catalogue;
using PixelCraft.Ids;
using PixelCraft.Images;
using PixelCraft.Images.Contracts;
using Xunit;

namespace PixelCraft.Tests.Contracts;

/// <summary>What every search index catches up with.</summary>
public abstract class SearchIndexContract
{
    private readonly IdGenerator _ids = new(TimeProvider.System);

    private protected static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    /// <summary>An empty catalogue, and each of its databases.</summary>
    private protected abstract Task<(IServiceProvider Services, IReadOnlyList<CatalogueDbContext> Databases)> CreateAsync();

    [Fact]
    public async Task Fill_OfRecordsFromBeforeTheSearch_IndexesEachOnce()
    {
        var (services, databases) = await CreateAsync();
        var (catalogue, view, index) = (services.GetRequiredService<ICatalogue>(), services.GetRequiredService<ICatalogueView>(), services.GetRequiredService<ISearchIndex>());
        var images = Enumerable.Range(0, 30).Select(i => CatalogueContract.NewImage(_ids) with
        {
            Title = $"old {i}",
            Visibility = Visibility.Public,
            Status = ImageStatus.Ready,
            Metadata = new ImageMetadata { Model = "X100" },
        }).ToList();
        foreach (var image in images) await catalogue.AddAsync(image, Cancellation);
        Assert.Equal(0, await index.FillAsync(10, Cancellation));

        // As a server without search has left them: some never indexed, one changed since.
        foreach (var db in databases)
        {
            await db.Words.ExecuteDeleteAsync(Cancellation);
            await db.Images.ExecuteUpdateAsync(set => set.SetProperty(image => EF.Property<long>(image, ImageWord.IndexedVersion), 0), Cancellation);
        }
        Assert.Equal(0, await FoundAsync("old"));
        Assert.Equal(25, await index.FillAsync(25, Cancellation));
        Assert.Equal(25, await FoundAsync("old x100"));
        Assert.Equal(5, await index.FillAsync(25, Cancellation));
        Assert.Equal(0, await index.FillAsync(25, Cancellation));
        Assert.Equal(30, await FoundAsync("x100 old"));

        foreach (var db in databases)
            await db.Images.Where(image => image.Id == images[3].Id).ExecuteUpdateAsync(set => set.SetProperty(image => image.Title, "young").SetProperty(image => image.Version, 2), Cancellation);
        Assert.Equal(1, await index.FillAsync(25, Cancellation));
        Assert.Equal((29, 1), (await FoundAsync("old"), await FoundAsync("young")));

        foreach (var image in images) Assert.True(await catalogue.RemoveAsync(image.Id, null, Cancellation));
        foreach (var db in databases) Assert.Equal(0, await db.Words.CountAsync(Cancellation));

        async Task<int> FoundAsync(string text)
        {
            Assert.True(SearchTerms.TryParse(text, out var terms, out _));
            return (await view.SearchAsync(new ImageQuery { Visibility = Visibility.Public, Status = ImageStatus.Ready, Trashed = false, Limit = 100 }, terms, Cancellation)).Images.Count;
        }
    }

    [Fact]
    public async Task Fill_WhileRecordsChange_LeavesTheWordsOfTheNewest()
    {
        var (services, databases) = await CreateAsync();
        var (catalogue, view, index) = (services.GetRequiredService<ICatalogue>(), services.GetRequiredService<ICatalogueView>(), services.GetRequiredService<ISearchIndex>());
        var image = CatalogueContract.NewImage(_ids) with { Title = "v1" };
        await catalogue.AddAsync(image, Cancellation);
        for (var version = 1; version <= 20; version++)
        {
            foreach (var db in databases)
                await db.Images.ExecuteUpdateAsync(set => set.SetProperty(i => EF.Property<long>(i, ImageWord.IndexedVersion), 0), Cancellation);
            var change = image with { Title = $"v{version + 1}", Version = version };
            await Task.WhenAll(catalogue.UpdateAsync(change, Cancellation), index.FillAsync(10, Cancellation), index.FillAsync(10, Cancellation));
            var found = await view.SearchAsync(new ImageQuery { Owner = image.OwnerId, Limit = 10 }, new SearchTerms([$"v{version + 1}"], null), Cancellation);
            Assert.Single(found.Images);
            found = await view.SearchAsync(new ImageQuery { Owner = image.OwnerId, Limit = 10 }, new SearchTerms([$"v{version}"], null), Cancellation);
            Assert.Empty(found.Images);
        }
    }
}
