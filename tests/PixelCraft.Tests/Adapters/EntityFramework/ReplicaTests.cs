using System.Diagnostics.Metrics;
using System.Globalization;
using Microsoft.Extensions.DependencyInjection;
using PixelCraft.Adapters.EntityFramework.Postgres;
using PixelCraft.Cluster;
using PixelCraft.Consistency;
using PixelCraft.Images;
using PixelCraft.Images.Contracts;
using Xunit;
using PostgresServer = PixelCraft.Cluster.PostgresServer;

namespace PixelCraft.Tests.Adapters.EntityFramework;

/// <summary>Which server a read asks.</summary>
public sealed class ReplicaTests : GroupTest
{
    [Fact]
    public async Task Reads_AreSpreadOverBothReplicas()
    {
        var services = await ServerAsync();
        var view = services.GetRequiredService<ICatalogueView>();
        var image = Image();
        await services.GetRequiredService<ICatalogue>().AddAsync(image, Ct);
        await SeenByReplicasAsync(image.Id);
        Assert.NotNull(await view.FindAsync(image.Id, Ct)); // the servers are known now
        var before = await SettledScansAsync(services);

        for (var i = 0; i < 200; i++) Assert.NotNull(await view.FindAsync(image.Id, Ct));
        // A search looks into the table of images once; and before that twice into the index, wherever it likes.
        for (var i = 0; i < 200; i++) Assert.Single((await view.SearchAsync(Listed, new SearchTerms(["jpg"], "img"), Ct)).Images);

        var after = await SettledScansAsync(services);
        Assert.Equal(400, after.Values.Sum() - before.Values.Sum());
        // A replica that a busy machine does not let answer in time is passed over, and the primary asked: seen once, for 7 of 400.
        Assert.InRange(after[Group.Primary] - before[Group.Primary], 0, 40);
        Assert.All(Group.Replicas, replica => Assert.InRange(after[replica] - before[replica], 150, 250));
    }

    [Fact]
    public async Task View_WhenReplicasLag_ShowsOnesOwnWritesAtOnceAndOthersWithinTheBound()
    {
        var services = await ServerAsync(maxStaleness: TimeSpan.FromSeconds(2));
        var (catalogue, view) = (services.GetRequiredService<ICatalogue>(), services.GetRequiredService<ICatalogueView>());
        var first = Image();
        await catalogue.AddAsync(first, Ct);
        await SeenByReplicasAsync(first.Id);
        Assert.NotNull(await view.FindAsync(first.Id, Ct));
        foreach (var replica in Group.Replicas) await PostgresGroup.PauseReplayAsync(replica, Ct);

        var mine = new ReadPosition();
        ReadPosition.Current = mine;
        var image = Image();
        await catalogue.AddAsync(image, Ct);
        Assert.NotNull(await view.FindAsync(image.Id, Ct));
        Assert.NotNull((await view.FindAsync(first.Id, Ct)));
        // For somebody else it isn't there yet; when the replicas are too far behind, the primary answers.
        ReadPosition.Current = null;
        Assert.Null(await view.FindAsync(image.Id, Ct));
        await Eventually.TrueAsync(async () => await view.FindAsync(image.Id, Ct) is not null);
        foreach (var replica in Group.Replicas)
            Assert.Equal(0L, await ScalarAsync(replica, $"select count(*) from catalogue.images where id = '{image.Id.ToGuid()}'"));

        // One that has got so far is read from again.
        await PostgresGroup.ResumeReplayAsync(Group.Replicas[0], Ct);
        await Eventually.TrueAsync(async () => await ScalarAsync(Group.Replicas[0], $"select count(*) from catalogue.images where id = '{image.Id.ToGuid()}'") is 1L);
        ReadPosition.Current = mine;
        await Eventually.TrueAsync(async () =>
        {
            var before = await ScansAsync();
            for (var i = 0; i < 20; i++) Assert.NotNull(await view.FindAsync(image.Id, Ct));
            await Eventually.TrueAsync(async () => (await ScansAsync()).Values.Sum() - before.Values.Sum() >= 20);
            return (await ScansAsync())[Group.Replicas[0]] - before[Group.Replicas[0]] >= 20;
        });
    }

    [Fact]
    public async Task Reads_GoOnWithoutAnyPrimary_AndWritesAreTakenByThePromotedOne()
    {
        var services = await ServerAsync();
        var (catalogue, view) = (services.GetRequiredService<ICatalogue>(), services.GetRequiredService<ICatalogueView>());
        var image = Image();
        ReadPosition.Current = new ReadPosition();
        await catalogue.AddAsync(image, Ct);
        await SeenByReplicasAsync(image.Id);
        Assert.NotNull(await view.FindAsync(image.Id, Ct));

        Group.Primary.Kill();

        for (var i = 0; i < 50; i++) Assert.Single(await view.ListAsync(new ImageQuery { Limit = 10 }, Ct));
        Assert.Single((await view.SearchAsync(Listed, new SearchTerms([], "img"), Ct)).Images);
        await Assert.ThrowsAsync<UnavailableException>(() => catalogue.AddAsync(Image(), Ct));
        await Assert.ThrowsAsync<UnavailableException>(() => catalogue.UpdateAsync(image with { Title = "t" }, Ct));

        await Group.PromoteAsync(Group.Replicas[0], Ct);
        // A second at most: the states of the hosts are asked for again after that.
        var promoted = TimeProvider.System.GetTimestamp();
        await Eventually.TrueAsync(async () => await Record.ExceptionAsync(() => catalogue.UpdateAsync(image with { Title = "t" }, Ct)) is null);
        Assert.InRange(TimeProvider.System.GetElapsedTime(promoted), TimeSpan.Zero, TimeSpan.FromSeconds(5));
        Assert.Equal(AddOutcome.Added, (await catalogue.AddAsync(Image(), Ct)).Outcome);
        Assert.Equal("t", (await view.FindAsync(image.Id, Ct))!.Title);
        Assert.Equal(2, (await view.ListAsync(new ImageQuery { Limit = 10 }, Ct)).Count);
    }

    [Fact]
    public async Task Metrics_TellOfEachServerWhatItIsAndHowFarBehind()
    {
        var services = await ServerAsync(maxStaleness: TimeSpan.FromSeconds(2));
        var (catalogue, view) = (services.GetRequiredService<ICatalogue>(), services.GetRequiredService<ICatalogueView>());
        using var metrics = new Readings(services.GetRequiredService<IMeterFactory>());
        var image = Image();
        await catalogue.AddAsync(image, Ct);

        await SeenByReplicasAsync(image.Id);
        Assert.NotNull(await view.FindAsync(image.Id, Ct));
        var (primary, one, other) = (AddressOf(Group.Primary), AddressOf(Group.Replicas[0]), AddressOf(Group.Replicas[1]));
        await Eventually.TrueAsync(() => At("primary", primary) == 1 && At("behind", primary) == 0 && new[] { primary, one, other }.All(server => At("up", server) == 1)
            && new[] { one, other }.All(replica => At("primary", replica) == 0 && At("behind", replica) < 2 && At("behind.size", replica) == 0));

        await PostgresGroup.PauseReplayAsync(Group.Replicas[0], Ct);
        await catalogue.AddAsync(Image(), Ct);
        await Eventually.TrueAsync(() => At("behind", one) > 2 && At("behind.size", one) > 0 && At("behind", other) < 2 && At("behind.size", other) == 0);

        // One comes back, the other is lost.
        await PostgresGroup.ResumeReplayAsync(Group.Replicas[0], Ct);
        Group.Replicas[1].Kill();
        await Eventually.TrueAsync(() => At("behind", one) < 2 && At("up", one) == 1 && At("up", other) == 0 && At("behind", other) > 2);

        double At(string metric, string server) => metrics.Read().GetValueOrDefault(($"pixelcraft.postgres.{metric}", server), double.NaN);
    }

    private static ImageQuery Listed { get; } = new() { Visibility = Visibility.Public, Status = ImageStatus.Ready, Trashed = false, Limit = 10 };

    private static string AddressOf(PostgresServer server) => $"127.0.0.1:{server.Port}";

    /// <summary>How often each server looked into the table of images.</summary>
    private async Task<Dictionary<PostgresServer, long>> ScansAsync()
    {
        var scans = new Dictionary<PostgresServer, long>();
        foreach (var server in Group.Replicas.Append(Group.Primary))
            scans[server] = Convert.ToInt64(await ScalarAsync(server, "select coalesce(seq_scan, 0) + coalesce(idx_scan, 0) from pg_stat_user_tables where relname = 'images'"), CultureInfo.InvariantCulture);
        return scans;
    }

    /// <summary>
    /// The same, once everything until now is counted: a connection's work is told up to ten seconds after it was done, and at the latest when it ends
    /// (https://www.postgresql.org/docs/current/monitoring-stats.html#MONITORING-STATS-VIEWS).
    /// </summary>
    private async Task<Dictionary<PostgresServer, long>> SettledScansAsync(IServiceProvider services)
    {
        PostgresServer[] all = [.. Group.Replicas, Group.Primary];
        var until = new Dictionary<PostgresServer, object?>();
        foreach (var server in all) until[server] = await ScalarAsync(server, "select clock_timestamp()::text");
        services.GetRequiredService<PostgresDatabases>().Get(Connection).Clear();
        foreach (var server in all)
            await Eventually.TrueAsync(async () => await ScalarAsync(server, $"select count(*) from pg_stat_activity where datname = current_database() and backend_start <= '{until[server]}'") is 0L);
        return await ScansAsync();
    }

    /// <summary>What a server of the program tells of PostgreSQL now.</summary>
    private sealed class Readings : IDisposable
    {
        private readonly MeterListener _listener = new();
        private Dictionary<(string Name, string Server), double> _read = [];

        public Readings(IMeterFactory meters)
        {
            _listener.InstrumentPublished = (instrument, all) =>
            {
                if (instrument.Meter.Scope == meters) all.EnableMeasurementEvents(instrument);
            };
            _listener.SetMeasurementEventCallback<int>((instrument, value, tags, _) => Note(instrument, value, tags));
            _listener.SetMeasurementEventCallback<long>((instrument, value, tags, _) => Note(instrument, value, tags));
            _listener.SetMeasurementEventCallback<double>((instrument, value, tags, _) => Note(instrument, value, tags));
            _listener.Start();
        }

        public Dictionary<(string Name, string Server), double> Read()
        {
            _read = [];
            _listener.RecordObservableInstruments();
            return _read;
        }

        public void Dispose() => _listener.Dispose();

        private void Note(Instrument instrument, double value, ReadOnlySpan<KeyValuePair<string, object?>> tags)
        {
            foreach (var (key, text) in tags)
                if (key == "server") _read[(instrument.Name, (string)text!)] = value;
        }
    }
}
