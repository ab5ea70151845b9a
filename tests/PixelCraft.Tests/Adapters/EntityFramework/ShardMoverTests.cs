using System.Collections.Concurrent;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Time.Testing;
using Npgsql;
using PixelCraft.Adapters.EntityFramework;
using PixelCraft.Adapters.EntityFramework.Catalogue.Sharding;
using PixelCraft.Ids;
using PixelCraft.Images;
using PixelCraft.Images.Contracts;
using PixelCraft.Tests.Contracts;
using Xunit;

namespace PixelCraft.Tests.Adapters.EntityFramework;

/// <summary>Shards move between two PostgreSQL servers while servers read and write.</summary>
public sealed class ShardMoverTests(Servers servers) : IAsyncLifetime
{
    private static readonly DateTimeOffset Later = new(2100, 1, 1, 0, 0, 0, TimeSpan.Zero);
    private static readonly ShardRange Moved = new(1024, 3071);

    private readonly IdGenerator _ids = new(TimeProvider.System);
    private readonly List<ServiceProvider> _services = [];
    private string _one = "";
    private string _two = "";

    private static CancellationToken Ct => TestContext.Current.CancellationToken;

    public async ValueTask InitializeAsync()
    {
        (_one, _two) = (await (await servers.PostgresAsync()).CreateDatabaseAsync(Ct), await (await servers.SecondPostgresAsync()).CreateDatabaseAsync(Ct));
        foreach (var database in Server().GetServices<IModuleDatabase>()) await database.MigrateAsync(Ct);
    }

    public async ValueTask DisposeAsync()
    {
        foreach (var services in _services) await services.DisposeAsync();
    }

    [Fact]
    public async Task Move_WhileClientsWrite_LosesAndDoublesNothing()
    {
        var (one, two) = (Server(), Server());
        var known = new ConcurrentDictionary<Id, ImageRecord>();
        using var stop = new CancellationTokenSource();
        var clients = Enumerable.Range(0, 6).Select(i => ClientAsync(i % 2 == 0 ? one : two, known, stop.Token)).ToList();
        var reader = ReadAsync(two, known, stop.Token);
        await Eventually.TrueAsync(() => known.Count > 300);

        var rows = await one.GetRequiredService<IShardMover>().MoveAsync(Moved, "catalogue2", _ => { }, Ct);

        var count = known.Count;
        await Eventually.TrueAsync(() => known.Count > count + 100); // and go on afterwards
        await stop.CancelAsync();
        var refused = (await Task.WhenAll(clients)).Sum();
        Assert.True(await reader > 0, "No pass over all pages was finished.");
        Assert.True(rows > 0);
        Assert.True(refused > 0, "No write came while the range was closed: the test didn't see what it should.");
        await AgreesAsync(two, known);
        Assert.Equal("0-1023 catalogue, 1024-4095 catalogue2", (await two.GetRequiredService<IShardMover>().TableAsync(Ct)).ToString());
        Assert.Equal(0L, await RowsAsync(_one, "BETWEEN 1024 AND 4095"));
        Assert.Equal(0L, await RowsAsync(_two, "BETWEEN 0 AND 1023"));

        // And back, into two databases' hands as before.
        await one.GetRequiredService<IShardMover>().MoveAsync(new ShardRange(1024, 2047), "catalogue", _ => { }, Ct);
        await AgreesAsync(two, known);
        Assert.Equal(0L, await RowsAsync(_two, "BETWEEN 0 AND 2047"));
    }

    [Fact]
    public async Task Move_EndedBeforeTheSwitch_LeavesEverythingAsItWas_AndCanBeRunAgain()
    {
        var server = Server();
        var (catalogue, mover) = (server.GetRequiredService<ICatalogue>(), server.GetRequiredService<IShardMover>());
        var image = ImageIn(1500);
        await catalogue.AddAsync(image, Ct);

        await Assert.ThrowsAsync<OperationCanceledException>(() => mover.MoveAsync(Moved, "catalogue2", EndAt("Closed"), Ct));
        Assert.Equal("0-2047 catalogue, 2048-4095 catalogue2", (await mover.TableAsync(Ct)).ToString());
        Assert.Equal(UpdateOutcome.Updated, await catalogue.UpdateAsync(image with { Title = "after" }, Ct));
        Assert.Single(await catalogue.ListAsync(new ImageQuery { Limit = 10 }, Ct));

        await mover.MoveAsync(Moved, "catalogue2", _ => { }, Ct);
        Assert.Equal("after", (await catalogue.FindAsync(image.Id, Ct))!.Title);
        Assert.Single(await catalogue.ListAsync(new ImageQuery { Limit = 10 }, Ct));
        Assert.Equal(UpdateOutcome.Updated, await catalogue.UpdateAsync(image with { Title = "there", Version = 2 }, Ct));
    }

    [Fact]
    public async Task Move_EndedAfterTheSwitch_IsFinishedByTheNext()
    {
        var server = Server();
        var (catalogue, mover) = (server.GetRequiredService<ICatalogue>(), server.GetRequiredService<IShardMover>());
        var image = ImageIn(1500);
        await catalogue.AddAsync(image, Ct);

        await Assert.ThrowsAsync<OperationCanceledException>(() => mover.MoveAsync(Moved, "catalogue2", EndAt("1024-2047 is in"), Ct));
        Assert.NotNull(await catalogue.FindAsync(image.Id, Ct));
        await Assert.ThrowsAsync<UnavailableException>(() => catalogue.UpdateAsync(image with { Title = "t" }, Ct));

        await mover.MoveAsync(Moved, "catalogue2", _ => { }, Ct);
        Assert.Equal(UpdateOutcome.Updated, await catalogue.UpdateAsync(image with { Title = "t" }, Ct));
        Assert.Equal(0L, await RowsAsync(_one, "BETWEEN 1024 AND 4095"));
    }

    [Fact]
    public async Task Write_OfAServerThatGoesByAnOldTable_IsDoneWhereTheShardIsNow()
    {
        // Its clock stands still, so that it never looks by itself.
        var old = Server(new FakeTimeProvider());
        var (catalogue, ledger) = (old.GetRequiredService<ICatalogue>(), old.GetRequiredService<IQuotaLedger>());
        var image = ImageIn(1500);
        await catalogue.AddAsync(image, Ct);

        await Server().GetRequiredService<IShardMover>().MoveAsync(Moved, "catalogue2", _ => { }, Ct);

        Assert.True(await ledger.TryReserveAsync(new Reservation(_ids.For(image.OwnerId), image.OwnerId, 10, Later), 1_000_000_000, Ct));
        Assert.Equal(UpdateOutcome.Updated, await catalogue.UpdateAsync(image with { Title = "t" }, Ct));
        Assert.Equal(0L, await RowsAsync(_one, "BETWEEN 1024 AND 4095"));
        Assert.Equal(image.Bytes, await ledger.UsedAsync(image.OwnerId, Ct));
    }

    [Fact]
    public async Task Move_WhileAnotherOneRuns_IsRefused()
    {
        var (one, two) = (Server().GetRequiredService<IShardMover>(), Server().GetRequiredService<IShardMover>());
        var second = Task.CompletedTask;
        await one.MoveAsync(Moved, "catalogue2", text => second = text.StartsWith("Closed", StringComparison.Ordinal) ? two.MoveAsync(Moved, "catalogue2", _ => { }, Ct) : second, Ct);
        await Assert.ThrowsAsync<InvalidOperationException>(() => second);
    }

    [Fact]
    public async Task SecondDatabase_OfAnInstallationThatHasImages_BeginsEmpty()
    {
        var postgres = await servers.PostgresAsync();
        var (one, two) = (await postgres.CreateDatabaseAsync(Ct), await postgres.CreateDatabaseAsync(Ct));
        var before = await Catalogue.ServicesAsync(one, "");
        var images = Enumerable.Range(0, 8).Select(i => ImageIn(i * 500)).ToList();
        foreach (var image in images) await before.GetRequiredService<ICatalogue>().AddAsync(image, Ct);

        await using var after = ShardedCatalogueServices.Create(one, two);
        foreach (var database in after.GetServices<IModuleDatabase>()) await database.MigrateAsync(Ct);

        Assert.Equal("0-4095 catalogue", (await after.GetRequiredService<IShardMover>().TableAsync(Ct)).ToString());
        foreach (var image in images) Assert.NotNull(await after.GetRequiredService<ICatalogue>().FindAsync(image.Id, Ct));
    }

    /// <summary>Adds, changes and removes images, and notes what was acknowledged; sends again what was refused. Returns how often that was.</summary>
    private async Task<int> ClientAsync(ServiceProvider server, ConcurrentDictionary<Id, ImageRecord> known, CancellationToken stop)
    {
        var (catalogue, ledger) = (server.GetRequiredService<ICatalogue>(), server.GetRequiredService<IQuotaLedger>());
        var refused = 0;
        while (!stop.IsCancellationRequested)
        {
            var image = ImageIn(Random.Shared.Next(Shard.Count)) with { Tags = ["a", $"b{Random.Shared.Next(10)}"], Visibility = Visibility.Public, Status = ImageStatus.Ready };
            await SentAgainAsync(() => ledger.TryReserveAsync(new Reservation(image.Id, image.OwnerId, 100, Later), long.MaxValue, Ct));
            await SentAgainAsync(() => catalogue.AddAsync(image, Ct));
            known[image.Id] = image;
            if (Random.Shared.Next(3) == 0)
            {
                Assert.Equal(UpdateOutcome.Updated, await SentAgainAsync(() => catalogue.UpdateAsync(image with { Title = "changed", Tags = ["c"] }, Ct)));
                known[image.Id] = image with { Title = "changed", Tags = ["c"], Version = 2 };
            }
            if (Random.Shared.Next(10) == 0)
            {
                known[image.Id] = image with { Title = "removed" };
                Assert.True(await SentAgainAsync(() => catalogue.RemoveAsync(image.Id, null, Ct)));
            }
        }
        return refused;

        // Refused means here that nothing was done: a shard on its way.
        async Task<T> SentAgainAsync<T>(Func<Task<T>> write)
        {
            while (true)
            {
                try
                {
                    return await write();
                }
                catch (UnavailableException)
                {
                    refused++;
                    await Task.Delay(20, Ct);
                }
            }
        }
    }

    /// <summary>Reads all pages over and over: no image is shown twice, and none is missing that was there before and is there afterwards. Returns how often.</summary>
    private static async Task<int> ReadAsync(ServiceProvider server, ConcurrentDictionary<Id, ImageRecord> known, CancellationToken stop)
    {
        var (view, passes) = (server.GetRequiredService<ICatalogueView>(), 0);
        for (; !stop.IsCancellationRequested; passes++)
        {
            var before = known.Values.Where(image => image.Title != "removed").Select(image => image.Id).ToList();
            var seen = new HashSet<Id>();
            var query = new ImageQuery { Visibility = Visibility.Public, Status = ImageStatus.Ready, Trashed = false, Limit = 50 };
            while (true)
            {
                var page = await view.ListAsync(query, Ct);
                foreach (var image in page) Assert.True(seen.Add(image.Id), $"{image.Id} was shown twice.");
                if (page.Count < query.Limit) break;
                query = query with { After = page[^1].Id };
            }
            Assert.All(before.Where(id => known[id].Title != "removed"), id => Assert.Contains(id, seen));
        }
        return passes;
    }

    private static async Task AgreesAsync(ServiceProvider server, ConcurrentDictionary<Id, ImageRecord> known)
    {
        var (catalogue, view) = (server.GetRequiredService<ICatalogue>(), server.GetRequiredService<ICatalogueView>());
        foreach (var (id, image) in known)
        {
            var found = await catalogue.FindAsync(id, Ct);
            if (image.Title == "removed")
            {
                Assert.Null(found);
                continue;
            }
            Assert.Equal((image.Title, image.Version, image.Sha256), (found!.Title, found.Version, found.Sha256));
            Assert.Equal(id, Assert.Single(await catalogue.ListAsync(new ImageQuery { Owner = image.OwnerId, Tag = image.Tags[0], Limit = 5 }, Ct)).Id);
            Assert.Equal(id, Assert.Single((await view.SearchAsync(new ImageQuery { Owner = image.OwnerId, Limit = 5 }, new SearchTerms([image.Tags[0]], "img"), Ct)).Images).Id);
            Assert.Equal(image.Bytes, await server.GetRequiredService<IQuotaLedger>().UsedAsync(image.OwnerId, Ct));
        }
        var all = new List<Id>();
        var query = new ImageQuery { Limit = 100 };
        while (await catalogue.ListAsync(query, Ct) is { Count: > 0 } page)
        {
            all.AddRange(page.Select(image => image.Id));
            query = query with { After = page[^1].Id };
        }
        Assert.Equal(known.Where(entry => entry.Value.Title != "removed").Select(entry => entry.Key).OrderDescending(), all);
        Assert.Equal(0, await server.GetRequiredService<IQuotaLedger>().RecountAsync(Ct));
    }

    private static Action<string> EndAt(string beginning) => text =>
    {
        if (text.StartsWith(beginning, StringComparison.Ordinal)) throw new OperationCanceledException();
    };

    /// <summary>Rows of shards in all tables of a database.</summary>
    private static async Task<long> RowsAsync(string database, string shards)
    {
        await using var connection = new NpgsqlConnection(database + ";Pooling=false");
        await connection.OpenAsync(Ct);
        var tables = ShardSchema.Tables.Select(table => $"(SELECT count(*) FROM catalogue.{table.Name} WHERE catalogue.shard_of({table.Owner}) {shards})");
        await using var command = new NpgsqlCommand($"SELECT {string.Join(" + ", tables)}", connection);
        return (long)(await command.ExecuteScalarAsync(Ct))!;
    }

    private ImageRecord ImageIn(int shard) => CatalogueContract.NewImage(_ids, Id.Create(TimeProvider.System.GetUtcNow(), new Shard(shard), (ulong)Random.Shared.NextInt64()));

    private ServiceProvider Server(TimeProvider? time = null)
    {
        var services = ShardedCatalogueServices.Create(_one, _two, time);
        _services.Add(services);
        return services;
    }
}
