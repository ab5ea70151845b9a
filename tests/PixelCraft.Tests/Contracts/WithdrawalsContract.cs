using Microsoft.Extensions.DependencyInjection;
using PixelCraft.Ids;
using PixelCraft.Images;
using PixelCraft.Images.Contracts;
using Xunit;

namespace PixelCraft.Tests.Contracts;

/// <summary>What every outbox of withdrawn images does, with the catalogue that writes into it.</summary>
public abstract class WithdrawalsContract : IAsyncLifetime
{
    private readonly IdGenerator _ids = new(TimeProvider.System);
    private ICatalogue _catalogue = null!;
    private IWithdrawals _withdrawals = null!;

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    /// <summary>Later than anything that is written, by the clock of a database too.</summary>
    private static DateTimeOffset Later => DateTimeOffset.UtcNow.AddMinutes(1);

    /// <summary>An empty catalogue and what is kept beside it.</summary>
    private protected abstract Task<IServiceProvider> CreateAsync();

    public async ValueTask InitializeAsync()
    {
        var services = await CreateAsync();
        _catalogue = services.GetRequiredService<ICatalogue>();
        _withdrawals = services.GetRequiredService<IWithdrawals>();
    }

    public virtual ValueTask DisposeAsync()
    {
        GC.SuppressFinalize(this);
        return ValueTask.CompletedTask;
    }

    [Fact]
    public async Task Update_ThatChangesTheHashOfAnImageOthersSee_IsNoted()
    {
        foreach (var visibility in new[] { Visibility.Public, Visibility.Unlisted })
        {
            var image = await AddAsync(visibility);
            var at = DateTimeOffset.UtcNow;
            await UpdateAsync(image with { Visibility = Visibility.Private, ContentHash = "hash000000000002", UpdatedAt = at });
            var noted = Assert.Single(await TakeAsync());
            Assert.Equal(image.Id, noted.Image);
            Assert.Equal(at, noted.At, TimeSpan.FromMilliseconds(1));
            await _withdrawals.EndAsync([noted], Cancellation);
        }
    }

    [Fact]
    public async Task Update_ThatLeavesTheHash_OrOfAPrivateImage_IsNotNoted()
    {
        var image = await AddAsync(Visibility.Public);
        await UpdateAsync(image with { Title = "another" });
        var hidden = await AddAsync(Visibility.Private);
        await UpdateAsync(hidden with { Visibility = Visibility.Public, ContentHash = "hash000000000002" });
        Assert.Equal(new WithdrawalBacklog(0, null), await _withdrawals.BacklogAsync(Cancellation));
    }

    [Fact]
    public async Task Update_ThatConflicts_IsNotNoted()
    {
        var image = await AddAsync(Visibility.Public);
        Assert.Equal(UpdateOutcome.Conflict, await _catalogue.UpdateAsync(image with { Version = 7, ContentHash = "hash000000000002" }, Cancellation));
        Assert.Empty(await TakeAsync());
    }

    [Fact]
    public async Task Remove_OfAnImageOthersSee_IsNoted()
    {
        var (image, hidden) = (await AddAsync(Visibility.Public), await AddAsync(Visibility.Private));
        Assert.False(await _catalogue.RemoveAsync(image.Id, 9, Cancellation));
        Assert.Empty(await TakeAsync());
        Assert.True(await _catalogue.RemoveAsync(image.Id, null, Cancellation));
        Assert.True(await _catalogue.RemoveAsync(hidden.Id, null, Cancellation));
        Assert.Equal(image.Id, Assert.Single(await TakeAsync()).Image);
    }

    [Fact]
    public async Task Take_HandsEachOutOnce_AndAgainWhenItsTimeIsUp()
    {
        for (var i = 0; i < 30; i++) await WithdrawAsync();
        var (now, until) = (Later, Later.AddMinutes(1));
        var taken = (await Task.WhenAll(Enumerable.Range(0, 4).Select(_ => Task.Run(() => _withdrawals.TakeAsync(now, until, 100, Cancellation))))).SelectMany(one => one).ToList();
        Assert.Equal(30, taken.Count);
        Assert.Equal(30, taken.Select(one => one.Image).Distinct().Count());
        Assert.Empty(await _withdrawals.TakeAsync(until.AddSeconds(-1), until, 100, Cancellation));
        Assert.Equal(30, (await _withdrawals.TakeAsync(until, until.AddMinutes(1), 100, Cancellation)).Count);
        Assert.Equal(30, (await _withdrawals.BacklogAsync(Cancellation)).Count);
    }

    [Fact]
    public async Task Take_GivesTheLongestDueFirst_AndNoMoreThanAsked()
    {
        var images = new List<Id>();
        for (var i = 0; i < 3; i++) images.Add(await WithdrawAsync(DateTimeOffset.UtcNow.AddSeconds(-i)));
        Assert.Equal(images[2], Assert.Single(await _withdrawals.TakeAsync(Later, Later.AddHours(1), 1, Cancellation)).Image);
        Assert.Equal([images[1], images[0]], (await TakeAsync()).Select(one => one.Image));
    }

    [Fact]
    public async Task Postpone_And_End_AreForThatWithdrawalAlone()
    {
        var image = await AddAsync(Visibility.Public);
        var first = image with { ContentHash = "hash000000000002", UpdatedAt = DateTimeOffset.UtcNow.AddMinutes(-1) };
        await UpdateAsync(first);
        var taken = await TakeAsync();
        // Withdrawn again while somebody works on the first: that one's end is not the second one's.
        var second = first with { ContentHash = "hash000000000003", Version = 2, UpdatedAt = DateTimeOffset.UtcNow };
        await UpdateAsync(second);
        await _withdrawals.PostponeAsync(taken, Later.AddHours(1), Cancellation);
        await _withdrawals.EndAsync(taken, Cancellation);
        var again = Assert.Single(await TakeAsync());
        Assert.True(again.At > taken[0].At);

        var until = Later.AddHours(2);
        await _withdrawals.PostponeAsync([again], until, Cancellation);
        Assert.Empty(await _withdrawals.TakeAsync(until.AddSeconds(-1), until, 9, Cancellation));
        Assert.Equal(again, Assert.Single(await _withdrawals.TakeAsync(until, until.AddHours(1), 9, Cancellation)));
        Assert.Equal(new WithdrawalBacklog(1, again.At), await _withdrawals.BacklogAsync(Cancellation));
        await _withdrawals.EndAsync([again], Cancellation);
        Assert.Equal(new WithdrawalBacklog(0, null), await _withdrawals.BacklogAsync(Cancellation));
    }

    private Task<IReadOnlyList<Withdrawal>> TakeAsync() => _withdrawals.TakeAsync(Later, Later.AddMinutes(5), 100, Cancellation);

    private async Task<Id> WithdrawAsync(DateTimeOffset? at = null)
    {
        var image = await AddAsync(Visibility.Public);
        await UpdateAsync(image with { Visibility = Visibility.Private, ContentHash = "hash000000000002", UpdatedAt = at ?? DateTimeOffset.UtcNow });
        return image.Id;
    }

    private async Task<ImageRecord> AddAsync(Visibility visibility)
    {
        var image = CatalogueContract.NewImage(_ids) with { Visibility = visibility, Status = ImageStatus.Ready };
        await _catalogue.AddAsync(image, Cancellation);
        return image;
    }

    private async Task UpdateAsync(ImageRecord image) => Assert.Equal(UpdateOutcome.Updated, await _catalogue.UpdateAsync(image, Cancellation));
}
