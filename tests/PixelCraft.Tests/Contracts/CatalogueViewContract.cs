using Microsoft.Extensions.DependencyInjection;
using PixelCraft.Consistency;
using PixelCraft.Ids;
using PixelCraft.Images;
using PixelCraft.Images.Contracts;
using Xunit;

namespace PixelCraft.Tests.Contracts;

/// <summary>What every view of the catalogue shows: at once what the one who asks has written, everything else soon.</summary>
public abstract partial class CatalogueViewContract : IAsyncLifetime
{
    private readonly IdGenerator _ids = new(TimeProvider.System);
    private ICatalogue _catalogue = null!;
    private ICatalogueView _view = null!;

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    /// <summary>An empty catalogue and its view.</summary>
    private protected abstract Task<IServiceProvider> CreateAsync();

    /// <summary>One whose database can't be reached.</summary>
    private protected abstract ICatalogueView CreateUnreachable();

    public async ValueTask InitializeAsync()
    {
        var services = await CreateAsync();
        (_catalogue, _view) = (services.GetRequiredService<ICatalogue>(), services.GetRequiredService<ICatalogueView>());
    }

    public virtual ValueTask DisposeAsync()
    {
        GC.SuppressFinalize(this);
        return ValueTask.CompletedTask;
    }

    [Fact]
    public async Task View_OfOnesOwnWrites_ShowsThemAtOnce()
    {
        ReadPosition.Current = new ReadPosition();
        for (var i = 0; i < 50; i++)
        {
            var image = CatalogueContract.NewImage(_ids) with { Tags = ["a"] };
            await _catalogue.AddAsync(image, Cancellation);
            Assert.Equal(image.Id, Assert.Single(await _view.ListAsync(new ImageQuery { Owner = image.OwnerId, Limit = 2 }, Cancellation)).Id);

            await _catalogue.UpdateAsync(image with { Title = "new", Tags = ["b"] }, Cancellation);
            Assert.Equal("new", (await _view.FindAsync(image.Id, Cancellation))!.Title);
            Assert.Single(await _view.ListAsync(new ImageQuery { Owner = image.OwnerId, Tag = "b", Limit = 2 }, Cancellation));

            await _catalogue.RemoveAsync(image.Id, null, Cancellation);
            Assert.Null(await _view.FindAsync(image.Id, Cancellation));
        }
    }

    [Fact]
    public async Task View_WithThePositionThatAnotherServerGave_ShowsWhatWasWrittenThere()
    {
        var position = new ReadPosition();
        ReadPosition.Current = position;
        var image = CatalogueContract.NewImage(_ids);
        await _catalogue.AddAsync(image, Cancellation);

        ReadPosition.Current = ReadPosition.TryParse(position.ToString(), out var travelled) ? travelled : null;
        Assert.NotNull(await _view.FindAsync(image.Id, Cancellation));
    }

    [Fact]
    public async Task View_OfOthersWrites_ShowsThemSoon()
    {
        var image = CatalogueContract.NewImage(_ids);
        await _catalogue.AddAsync(image, Cancellation);
        await Eventually.TrueAsync(async () => await _view.FindAsync(image.Id, Cancellation) is not null);
    }

    [Fact]
    public async Task View_OfAPositionThatIsFarAhead_StillAnswers()
    {
        var image = CatalogueContract.NewImage(_ids);
        await _catalogue.AddAsync(image, Cancellation);
        Assert.True(ReadPosition.TryParse("catalogue.ffffffffffffffff", out var made));
        ReadPosition.Current = made;
        Assert.NotNull(await _view.FindAsync(image.Id, Cancellation));
    }

    [Fact]
    public async Task EveryCall_WhenTheDatabaseIsAway_SaysThatItIsUnavailable()
    {
        var away = CreateUnreachable();
        await Assert.ThrowsAsync<UnavailableException>(() => away.FindAsync(_ids.ForMember(), Cancellation));
        await Assert.ThrowsAsync<UnavailableException>(() => away.ListAsync(new ImageQuery { Limit = 1 }, Cancellation));
        await Assert.ThrowsAsync<UnavailableException>(() => away.SearchAsync(new ImageQuery { Owner = _ids.ForMember(), Limit = 1 }, new SearchTerms([], "a"), Cancellation));
    }
}
