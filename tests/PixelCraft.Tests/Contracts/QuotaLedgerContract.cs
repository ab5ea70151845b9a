using Microsoft.Extensions.DependencyInjection;
using PixelCraft.Ids;
using PixelCraft.Images;
using Xunit;

namespace PixelCraft.Tests.Contracts;

/// <summary>What every ledger does, together with the catalogue that it stands beside.</summary>
public abstract class QuotaLedgerContract : IAsyncLifetime
{
    private static readonly DateTimeOffset Later = new(2100, 1, 1, 0, 0, 0, TimeSpan.Zero);

    private readonly IdGenerator _ids = new(TimeProvider.System);
    private IQuotaLedger _ledger = null!;
    private ICatalogue _catalogue = null!;

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    /// <summary>An empty catalogue with its ledger.</summary>
    private protected abstract Task<IServiceProvider> CreateAsync();

    public async ValueTask InitializeAsync()
    {
        var services = await CreateAsync();
        _ledger = services.GetRequiredService<IQuotaLedger>();
        _catalogue = services.GetRequiredService<ICatalogue>();
    }

    public virtual ValueTask DisposeAsync()
    {
        GC.SuppressFinalize(this);
        return ValueTask.CompletedTask;
    }

    [Fact]
    public async Task Used_IsTheSumOfTheOwnersOriginals()
    {
        var owner = _ids.ForMember();
        Assert.Equal(0, await _ledger.UsedAsync(owner, Cancellation));
        var first = CatalogueContract.NewImage(_ids, owner) with { Bytes = 3_000_000_000 };
        await _catalogue.AddAsync(first, Cancellation);
        await _catalogue.AddAsync(CatalogueContract.NewImage(_ids, owner) with { Bytes = 4_000_000_000, TrashedAt = DateTimeOffset.UnixEpoch }, Cancellation);
        await _catalogue.AddAsync(CatalogueContract.NewImage(_ids) with { Bytes = 1 }, Cancellation);
        await _catalogue.AddAsync(CatalogueContract.NewImage(_ids, owner) with { Sha256 = first.Sha256 }, Cancellation); // there already
        Assert.Equal(7_000_000_000, await _ledger.UsedAsync(owner, Cancellation));

        await _catalogue.RemoveAsync(first.Id, null, Cancellation);
        await _catalogue.RemoveAsync(first.Id, null, Cancellation);
        Assert.Equal(4_000_000_000, await _ledger.UsedAsync(owner, Cancellation));
    }

    [Fact]
    public async Task TryReserve_FiftyAtOnceWithRoomForTen_LetsTenThrough()
    {
        var owner = _ids.ForMember();
        var reservations = Enumerable.Range(0, 50).Select(_ => New(owner, 1_000)).ToList();

        var outcomes = await Task.WhenAll(reservations.Select(r => Task.Run(() => _ledger.TryReserveAsync(r, 10_999, Cancellation))));

        Assert.Equal(10, outcomes.Count(outcome => outcome));
        // And so do their records, while others try again.
        await Task.WhenAll(reservations.Where((_, i) => outcomes[i]).Select(r => Task.Run(() => _catalogue.AddAsync(Image(r), Cancellation))));
        Assert.Equal(10_000, await _ledger.UsedAsync(owner, Cancellation));
        Assert.False(await _ledger.TryReserveAsync(New(owner, 1_000), 10_999, Cancellation));
        Assert.True(await _ledger.TryReserveAsync(New(owner, 999), 10_999, Cancellation));
    }

    [Fact]
    public async Task TryReserve_Again_ResizesTheReservation()
    {
        var reservation = New(_ids.ForMember(), 500);
        Assert.True(await _ledger.TryReserveAsync(reservation, 1_000, Cancellation));
        Assert.True(await _ledger.TryReserveAsync(reservation with { Bytes = 1_000 }, 1_000, Cancellation));
        Assert.False(await _ledger.TryReserveAsync(reservation with { Bytes = 1_001 }, 1_000, Cancellation));
        Assert.False(await _ledger.TryReserveAsync(New(reservation.OwnerId, 1), 1_000, Cancellation));
        // Shrinking and staying fit, whatever the quota has become.
        Assert.True(await _ledger.TryReserveAsync(reservation with { Bytes = 1_000 }, 10, Cancellation));
        Assert.True(await _ledger.TryReserveAsync(reservation with { Bytes = 400 }, 10, Cancellation));
        Assert.True(await _ledger.TryReserveAsync(New(reservation.OwnerId, 600), 1_000, Cancellation));
    }

    [Fact]
    public async Task TryReserve_OfOneOwner_LeavesOthersAlone()
    {
        Assert.True(await _ledger.TryReserveAsync(New(_ids.ForMember(), 1_000), 1_000, Cancellation));
        Assert.True(await _ledger.TryReserveAsync(New(_ids.ForMember(), 1_000), 1_000, Cancellation));
    }

    [Fact]
    public async Task Release_GivesTheRoomBack_AndTwiceIsNoError()
    {
        var reservation = New(_ids.ForMember(), 1_000);
        Assert.True(await _ledger.TryReserveAsync(reservation, 1_000, Cancellation));
        await _ledger.ReleaseAsync(reservation.Id, Cancellation);
        await _ledger.ReleaseAsync(reservation.Id, Cancellation);
        Assert.True(await _ledger.TryReserveAsync(New(reservation.OwnerId, 1_000), 1_000, Cancellation));
        Assert.False(await _ledger.TryReserveAsync(New(reservation.OwnerId, 1), 1_000, Cancellation));
    }

    [Fact]
    public async Task ReleaseExpired_EndsThoseThatRanOut()
    {
        var owner = _ids.ForMember();
        var now = new DateTimeOffset(2026, 11, 25, 0, 0, 0, TimeSpan.Zero);
        Assert.True(await _ledger.TryReserveAsync(New(owner, 600) with { ExpiresAt = now }, 1_000, Cancellation));
        Assert.True(await _ledger.TryReserveAsync(New(owner, 400) with { ExpiresAt = now.AddSeconds(1) }, 1_000, Cancellation));

        Assert.Equal(1, await _ledger.ReleaseExpiredAsync(now, 100, Cancellation));

        Assert.Equal(0, await _ledger.ReleaseExpiredAsync(now, 100, Cancellation));
        Assert.False(await _ledger.TryReserveAsync(New(owner, 601), 1_000, Cancellation));
        Assert.True(await _ledger.TryReserveAsync(New(owner, 600), 1_000, Cancellation));
    }

    [Fact]
    public async Task Recount_OfRightSums_CorrectsNothing()
    {
        var owner = _ids.ForMember();
        await _catalogue.AddAsync(CatalogueContract.NewImage(_ids, owner), Cancellation);
        await _ledger.TryReserveAsync(New(owner, 1_000), long.MaxValue / 2, Cancellation);
        Assert.Equal(0, await _ledger.RecountAsync(Cancellation));
    }

    [Fact]
    public async Task EverythingAtOnce_LeavesRightSums()
    {
        var owner = _ids.ForMember();
        var tasks = Enumerable.Range(0, 40).Select(i => Task.Run(async () =>
        {
            var reservation = New(owner, 1_000 + i);
            if (!await _ledger.TryReserveAsync(reservation, 20_000, Cancellation)) return;
            if (i % 3 == 0) await _ledger.ReleaseAsync(reservation.Id, Cancellation);
            else await _catalogue.AddAsync(Image(reservation), Cancellation);
            if (i % 3 == 1) await _catalogue.RemoveAsync(reservation.Id, null, Cancellation);
        }));
        await Task.WhenAll(tasks);

        Assert.Equal(0, await _ledger.RecountAsync(Cancellation));
        var there = await _catalogue.ListAsync(new ImageQuery { Owner = owner, Limit = 100 }, Cancellation);
        Assert.Equal(there.Sum(image => image.Bytes), await _ledger.UsedAsync(owner, Cancellation));
        // No reservation is left: all the rest can be had at once.
        Assert.True(await _ledger.TryReserveAsync(New(owner, 20_000 - there.Sum(image => image.Bytes)), 20_000, Cancellation));
    }

    private Reservation New(Id owner, long bytes) => new(_ids.For(owner), owner, bytes, Later);

    private PixelCraft.Images.Contracts.ImageRecord Image(Reservation reservation) =>
        CatalogueContract.NewImage(_ids, reservation.OwnerId) with { Id = reservation.Id, Bytes = reservation.Bytes };
}
