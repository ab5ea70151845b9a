using System.Diagnostics.Metrics;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Time.Testing;
using PixelCraft.Adapters.EntityFramework;
using PixelCraft.Ids;
using PixelCraft.Images;
using PixelCraft.Images.Contracts;
using PixelCraft.Images.Resumable;
using PixelCraft.Images.Sweeps;
using PixelCraft.Storage;
using PixelCraft.Tests.Contracts;
using Xunit;

namespace PixelCraft.Tests.Images.Sweeps;

/// <summary>The sweeps on embedded stores, with a clock that the test moves.</summary>
public sealed class SweepTests : IAsyncLifetime
{
    private readonly string _folder = Directory.CreateTempSubdirectory("pixelcraft-sweeps-").FullName;
    private readonly FakeTimeProvider _time = new(DateTimeOffset.UtcNow);
    private readonly IdGenerator _ids = new(TimeProvider.System);
    private readonly Dictionary<string, long> _counted = [];
    private readonly MeterListener _meters = new();
    private ServiceProvider _services = null!;

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    private ICatalogue Catalogue => _services.GetRequiredService<ICatalogue>();

    private IObjectStore Store => _services.GetRequiredService<IObjectStore>();

    private IQuotaLedger Ledger => _services.GetRequiredService<IQuotaLedger>();

    private IResumableUploads Uploads => _services.GetRequiredService<IResumableUploads>();

    public async ValueTask InitializeAsync()
    {
        _services = new ServiceCollection().AddEmbeddedImages(_folder, _time).BuildServiceProvider();
        foreach (var database in _services.GetServices<IModuleDatabase>()) await database.MigrateAsync(Cancellation);
        var factory = _services.GetRequiredService<IMeterFactory>();
        _meters.InstrumentPublished = (instrument, listener) =>
        {
            if (instrument.Name == "pixelcraft.sweep.removed" && instrument.Meter.Scope == factory) listener.EnableMeasurementEvents(instrument);
        };
        _meters.SetMeasurementEventCallback<long>((_, count, tags, _) => _counted[(string)tags[0].Value!] = _counted.GetValueOrDefault((string)tags[0].Value!) + count);
        _meters.Start();
    }

    public async ValueTask DisposeAsync()
    {
        _meters.Dispose();
        await _services.DisposeAsync();
        Microsoft.Data.Sqlite.SqliteConnection.ClearAllPools();
        Directory.Delete(_folder, recursive: true);
    }

    [Fact]
    public async Task Trash_After30Days_GoesWithItsObjectsAndGivesTheRoomBack()
    {
        var owner = _ids.ForMember();
        var old = await StoredAsync(CatalogueContract.NewImage(_ids, owner) with { TrashedAt = _time.GetUtcNow(), Status = ImageStatus.Ready });
        await PutAsync(ObjectKeys.Variant(old.Id, 200, VariantFormat.WebP));
        _time.Advance(TimeSpan.FromDays(1));
        var young = await StoredAsync(CatalogueContract.NewImage(_ids, owner) with { TrashedAt = _time.GetUtcNow() });
        var kept = await StoredAsync(CatalogueContract.NewImage(_ids, owner));

        _time.Advance(TimeSpan.FromDays(29) - TimeSpan.FromSeconds(1));
        Assert.Equal(0, await Sweep<TrashSweep>().RunAsync(Cancellation));
        _time.Advance(TimeSpan.FromSeconds(2));
        Assert.Equal(1, await Sweep<TrashSweep>().RunAsync(Cancellation));
        Assert.Equal(0, await Sweep<TrashSweep>().RunAsync(Cancellation));

        Assert.Null(await Catalogue.FindAsync(old.Id, Cancellation));
        Assert.Equal(new[] { ObjectKeys.Original(young.Id), ObjectKeys.Original(kept.Id) }.Order(), await KeysAsync());
        Assert.Equal(young.Bytes + kept.Bytes, await Ledger.UsedAsync(owner, Cancellation));
        Assert.Equal(1, _counted["trash"]);
    }

    [Fact]
    public async Task Orphans_OfADay_GoAndAreCounted()
    {
        var image = await StoredAsync(CatalogueContract.NewImage(_ids));
        await PutAsync(ObjectKeys.Variant(image.Id, 200, VariantFormat.WebP));
        var upload = await UploadAsync(_time.GetUtcNow().AddDays(3));
        var orphan = _ids.ForMember();
        foreach (var key in new[] { ObjectKeys.Original(orphan), ObjectKeys.Variant(orphan, 200, VariantFormat.WebP), UploadParts.Key(orphan, 0), "health/probe" }) await PutAsync(key);

        Assert.Equal(0, await Sweep<OrphanSweep>().RunAsync(Cancellation));
        _time.Advance(TimeSpan.FromDays(1) + TimeSpan.FromMinutes(1));
        Assert.Equal(3, await Sweep<OrphanSweep>().RunAsync(Cancellation));
        Assert.Equal(0, await Sweep<OrphanSweep>().RunAsync(Cancellation));

        Assert.Equal(new[] { ObjectKeys.Original(image.Id), ObjectKeys.Variant(image.Id, 200, VariantFormat.WebP), UploadParts.Key(upload, 0), "health/probe" }.Order(), await KeysAsync());
        Assert.Equal(3, _counted["orphan"]);
    }

    [Fact]
    public async Task Image_WhoseOriginalIsMissing_BecomesFailed()
    {
        var there = await StoredAsync(CatalogueContract.NewImage(_ids) with { Status = ImageStatus.Ready, Variants = [] });
        var missing = await StoredAsync(CatalogueContract.NewImage(_ids) with { Status = ImageStatus.Ready });
        await Store.DeleteAsync(ObjectKeys.Original(missing.Id), Cancellation);

        await Sweep<OrphanSweep>().RunAsync(Cancellation);

        Assert.Equal(ImageStatus.Ready, (await Catalogue.FindAsync(there.Id, Cancellation))!.Status);
        var failed = (await Catalogue.FindAsync(missing.Id, Cancellation))!;
        Assert.Equal(ImageStatus.Failed, failed.Status);
        Assert.Contains("missing", failed.FailureReason, StringComparison.Ordinal);
        Assert.Equal(1, _counted["original"]);
    }

    [Fact]
    public async Task Image_ThatLacksAVariant_IsProcessedAgain()
    {
        var variants = new[] { new Variant(200, 200, 100, 10), new Variant(400, 400, 200, 10) };
        var (there, lacking) = (await ReadyAsync(), await ReadyAsync());
        await Store.DeleteAsync(ObjectKeys.Variant(lacking.Id, 400, VariantFormat.WebP), Cancellation);

        await Sweep<OrphanSweep>().RunAsync(Cancellation);
        await Sweep<OrphanSweep>().RunAsync(Cancellation);

        Assert.Equal(ImageStatus.Ready, (await Catalogue.FindAsync(there.Id, Cancellation))!.Status);
        var found = (await Catalogue.FindAsync(lacking.Id, Cancellation))!;
        Assert.Equal((ImageStatus.Processing, 0, false), (found.Status, found.Variants.Count, found.AvifDone));
        Assert.Equal(1, _counted["variant"]);

        async Task<ImageRecord> ReadyAsync()
        {
            var image = await StoredAsync(CatalogueContract.NewImage(_ids) with { Status = ImageStatus.Ready, Variants = variants, AvifDone = true });
            foreach (var variant in variants) await PutAsync(ObjectKeys.Variant(image.Id, variant.Size, variant.Format));
            return image;
        }
    }

    [Fact]
    public async Task Uploads_WhoseTimeIsUp_GoWithTheirPartsAndTheirRoom()
    {
        var expired = await UploadAsync(_time.GetUtcNow().AddHours(1));
        var running = await UploadAsync(_time.GetUtcNow().AddHours(3));
        var owner = (await Uploads.FindAsync(expired, Cancellation))!.OwnerId;
        Assert.True(await Ledger.TryReserveAsync(new Reservation(expired, owner, 1_000, _time.GetUtcNow().AddHours(9)), 1_000, Cancellation));
        Assert.Equal(0, await Sweep<UploadSweep>().RunAsync(Cancellation));

        _time.Advance(TimeSpan.FromHours(2));
        Assert.Equal(1, await Sweep<UploadSweep>().RunAsync(Cancellation));

        Assert.Null(await Uploads.FindAsync(expired, Cancellation));
        Assert.NotNull(await Uploads.FindAsync(running, Cancellation));
        Assert.Equal([UploadParts.Key(running, 0)], await KeysAsync());
        Assert.True(await Ledger.TryReserveAsync(new Reservation(_ids.For(owner), owner, 1_000, _time.GetUtcNow().AddHours(1)), 1_000, Cancellation));
        _time.Advance(TimeSpan.FromHours(1));
        await Sweep<UploadSweep>().RunAsync(Cancellation);
        Assert.Equal(1, _counted["reservation"]);
    }

    private T Sweep<T>() where T : notnull => _services.GetRequiredService<T>();

    private async Task<ImageRecord> StoredAsync(ImageRecord image)
    {
        await PutAsync(ObjectKeys.Original(image.Id));
        await Catalogue.AddAsync(image, Cancellation);
        return image;
    }

    private async Task<Id> UploadAsync(DateTimeOffset expiresAt)
    {
        var owner = _ids.ForMember();
        var upload = new ResumableUpload { Id = _ids.For(owner), OwnerId = owner, Length = 1_000, Visibility = Visibility.Private, ExpiresAt = expiresAt };
        await Uploads.AddAsync(upload, Cancellation);
        await PutAsync(UploadParts.Key(upload.Id, 0));
        return upload.Id;
    }

    private Task<StoredObject> PutAsync(string key) => Store.PutAsync(key, new GeneratedStream(10), "application/octet-stream", Cancellation);

    private async Task<IEnumerable<string>> KeysAsync()
    {
        var keys = new List<string>();
        await foreach (var found in Store.ListAsync("", Cancellation)) keys.Add(found.Key);
        return keys.Order();
    }
}
