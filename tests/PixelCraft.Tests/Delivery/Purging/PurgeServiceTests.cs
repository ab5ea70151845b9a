using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Time.Testing;
using PixelCraft.Adapters.EntityFramework;
using PixelCraft.Delivery;
using PixelCraft.Delivery.Purging;
using PixelCraft.Ids;
using PixelCraft.Images;
using PixelCraft.Images.Contracts;
using PixelCraft.Tests.Contracts;
using PixelCraft.Tests.Images;
using Xunit;

namespace PixelCraft.Tests.Delivery.Purging;

/// <summary>The purging with a clock that the test moves, on the embedded catalogue and an edge that writes down.</summary>
public sealed class PurgeServiceTests : IAsyncLifetime, IEdge
{
    private const int Most = 3;

    private readonly string _folder = Directory.CreateTempSubdirectory("pixelcraft-purging-").FullName;
    private readonly FakeTimeProvider _time = new(new DateTimeOffset(2026, 5, 1, 12, 0, 0, TimeSpan.Zero));
    private readonly IdGenerator _ids = new(TimeProvider.System);
    private readonly List<Id> _purged = [];
    private ServiceProvider _services = null!;
    private PurgeService _service = null!;
    private bool _isAway;

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    private IWithdrawals Withdrawals => _services.GetRequiredService<IWithdrawals>();

    int IEdge.Most => Most;

    public async ValueTask InitializeAsync()
    {
        _services = new ServiceCollection().AddEmbeddedImages(_folder, _time)
            .AddSingleton<IEdge>(this).AddSingleton<PurgeMetrics>().AddSingleton<PurgeService>().BuildServiceProvider();
        foreach (var database in _services.GetServices<IModuleDatabase>()) await database.MigrateAsync(Cancellation);
        _service = _services.GetRequiredService<PurgeService>();
    }

    public async ValueTask DisposeAsync()
    {
        await _services.DisposeAsync();
        Microsoft.Data.Sqlite.SqliteConnection.ClearAllPools();
        Directory.Delete(_folder, recursive: true);
    }

    [Fact]
    public async Task Withdrawal_IsPurgedAtOnce_AndOnceMoreWhenEveryServerKnows()
    {
        var image = await WithdrawAsync();
        await RunAsync();
        Assert.Equal([image], _purged);
        await RunAsync();
        Assert.Equal([image], _purged);

        _time.Advance(PurgeService.Settled);
        await RunAsync();
        Assert.Equal([image, image], _purged);
        Assert.Equal(0, (await Withdrawals.BacklogAsync(Cancellation)).Count);
    }

    [Fact]
    public async Task Withdrawal_WhileTheEdgeIsAway_WaitsForIt()
    {
        var image = await WithdrawAsync();
        _isAway = true;
        for (var i = 0; i < 30; i++)
        {
            await Assert.ThrowsAsync<UnavailableException>(RunAsync);
            _time.Advance(PurgeService.Retry);
        }
        Assert.Equal(1, (await Withdrawals.BacklogAsync(Cancellation)).Count);

        _isAway = false;
        await RunAsync();
        // Old enough by then for one purge to be the last.
        Assert.Equal([image], _purged);
        Assert.Equal(0, (await Withdrawals.BacklogAsync(Cancellation)).Count);
    }

    [Fact]
    public async Task Withdrawals_BeyondOnePurge_AreAllPurged()
    {
        var images = new List<Id>();
        for (var i = 0; i < 8; i++) images.Add(await WithdrawAsync());
        await RunAsync();
        Assert.Equal(images.Order(), _purged.Order());
    }

    [Fact]
    public async Task Service_OnNotice_PurgesWithoutWaiting()
    {
        // The clock stands: only the notice can wake it.
        await _service.StartAsync(Cancellation);
        try
        {
            await Eventually.TrueAsync(async () => (await Withdrawals.BacklogAsync(Cancellation)).Count == 0);
            var image = await WithdrawAsync();
            await Eventually.TrueAsync(() =>
            {
                lock (_purged) return _purged.Contains(image);
            });
        }
        finally
        {
            await _service.StopAsync(CancellationToken.None);
        }
    }

    Task IEdge.PurgeAsync(IReadOnlyCollection<Id> images, CancellationToken cancellationToken)
    {
        if (_isAway) throw new UnavailableException("edge");
        Assert.InRange(images.Count, 1, Most);
        lock (_purged) _purged.AddRange(images);
        return Task.CompletedTask;
    }

    KeyValuePair<string, string>? IEdge.Label(Id image) => null;

    Task<string> IEdge.CheckAsync(CancellationToken cancellationToken) => Task.FromResult("");

    private async Task RunAsync()
    {
        while (await _service.RunAsync(Cancellation))
        {
        }
    }

    /// <summary>Hides an image in the way that requests do.</summary>
    private async Task<Id> WithdrawAsync()
    {
        var image = CatalogueContract.NewImage(_ids) with { Visibility = Visibility.Public, Status = ImageStatus.Ready };
        await _services.GetRequiredService<ICatalogue>().AddAsync(image, Cancellation);
        var result = await _services.GetRequiredService<ImageRecords>().ChangeAsync(
            image.Id, now => now with { Visibility = Visibility.Private, ContentHash = ContentHash.New(now.Sha256) }, null, Cancellation);
        Assert.Equal(ChangeOutcome.Done, result.Outcome);
        return image.Id;
    }
}
