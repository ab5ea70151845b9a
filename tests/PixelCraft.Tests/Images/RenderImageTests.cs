using Microsoft.Extensions.DependencyInjection;
using NetVips;
using PixelCraft.Adapters.EntityFramework;
using PixelCraft.Adapters.Vips;
using PixelCraft.Ids;
using PixelCraft.Images;
using PixelCraft.Images.Contracts;
using PixelCraft.Images.Engine;
using PixelCraft.Jobs;
using PixelCraft.Storage;
using PixelCraft.Tests.Jobs;
using Xunit;

namespace PixelCraft.Tests.Images;

/// <summary>What becomes of an image when the engine answers this or that: whose faults count, and when.</summary>
public sealed class RenderImageTests : IAsyncLifetime
{
    private readonly string _folder = Directory.CreateTempSubdirectory("pixelcraft-render-tests-").FullName;
    private readonly Engine _engine = new();
    private readonly EngineOptions _options = new();
    private readonly ServiceProvider _services;

    public RenderImageTests() => _services = new ServiceCollection()
        .AddEmbeddedImages(_folder, TimeProvider.System)
        .AddSingleton<IImageEngine>(_engine)
        .AddSingleton(Microsoft.Extensions.Options.Options.Create(_options))
        .BuildServiceProvider();

    private static CancellationToken Ct => TestContext.Current.CancellationToken;

    private ProcessingSweep Sweep => ActivatorUtilities.CreateInstance<ProcessingSweep>(_services);

    private ICatalogue Images => _services.GetRequiredService<ICatalogue>();

    public async ValueTask InitializeAsync() => await _services.GetRequiredService<IModuleDatabase>().MigrateAsync(Ct);

    public async ValueTask DisposeAsync()
    {
        await _services.DisposeAsync();
        Microsoft.Data.Sqlite.SqliteConnection.ClearAllPools();
        Directory.Delete(_folder, recursive: true);
    }

    [Fact]
    public async Task Handle_AnImage_IsReadyWithItsColour()
    {
        var id = await AddAsync();

        await RunAsync("render-image", id);

        var image = await FindAsync(id);
        Assert.Equal((ImageStatus.Ready, "#b45a3c"), (image.Status, image.DominantColour));
        Assert.Equal([200, 400], image.Variants.Select(variant => variant.Size));
        Assert.Equal(0, await QueuedAsync());
    }

    [Fact]
    public async Task Handle_WithAvif_IsReadyFirst_AndGetsItInAJobOfItsOwn()
    {
        _options.Avif = true;
        _options.AvifEffort = 0;
        var id = await AddAsync();

        await RunAsync("render-image", id);

        var ready = await FindAsync(id);
        Assert.Equal(ImageStatus.Ready, ready.Status);
        Assert.Empty(ready.VariantsOf(VariantFormat.Avif));
        var lease = await _services.GetRequiredService<IJobQueue>().TakeAsync(TimeSpan.FromSeconds(10), Ct);
        Assert.Equal(AddAvif.JobFor(id), lease!.Job);

        await RunAsync("add-avif", id);
        await RunAsync("add-avif", id); // twice is as once
        await lease.CompleteAsync(Ct);
        Assert.Equal(0, await Sweep.SweepAvifAsync(Ct));

        var image = await FindAsync(id);
        Assert.Equal([200, 400], image.VariantsOf(VariantFormat.Avif).Select(variant => variant.Size));
        Assert.Equal([200, 400], image.VariantsOf(VariantFormat.WebP).Select(variant => variant.Size));
        Assert.Equal((400, VariantFormat.WebP), (image.VariantFor(2_000)!.Size, image.VariantFor(2_000)!.Format));
        foreach (var variant in image.Variants)
        {
            var stored = await _services.GetRequiredService<IObjectStore>().FindAsync(ObjectKeys.Variant(id, variant.Size, variant.Format), Ct);
            Assert.Equal((variant.Bytes, variant.Format.ContentType()), (stored!.Length, stored.ContentType));
        }
    }

    [Fact]
    public async Task Sweep_AReadyImageWithoutAvif_QueuesItOnceAndOnlyWhereThatIsConfigured()
    {
        var id = await AddAsync();
        await RunAsync("render-image", id);
        Assert.Equal(0, await Sweep.SweepAvifAsync(Ct));

        _options.Avif = true;
        Assert.Equal(1, await Sweep.SweepAvifAsync(Ct));
        Assert.Equal(0, await Sweep.SweepAvifAsync(Ct));
        var lease = await _services.GetRequiredService<IJobQueue>().TakeAsync(TimeSpan.FromSeconds(10), Ct);
        Assert.Equal(AddAvif.JobFor(id), lease!.Job);
    }

    [Theory]
    [InlineData("rejected")]
    [InlineData("faulted")]
    [InlineData("crashed")]
    public async Task Sweep_AnImageWhoseAvifCannotBeMade_IsLeftAlone(string how)
    {
        _options.AvifEffort = 0;
        var id = await AddAsync();
        await RunAsync("render-image", id);
        _options.Avif = true;
        Assert.Equal(1, await Sweep.SweepAvifAsync(Ct));
        _engine.Answer = how switch
        {
            "rejected" => () => new Rejected("It can't be."),
            "faulted" => () => new Faulted("It ended the process."),
            _ => () => throw new InvalidOperationException("A fault of the program's own."),
        };

        var queue = _services.GetRequiredService<IJobQueue>();
        var lease = await queue.TakeAsync(TimeSpan.FromSeconds(10), Ct);
        var faults = 0;
        // As the runner does it: a fault is tried again, until the handler has had enough.
        for (; ; faults++)
        {
            Assert.True(faults < 10, "It is tried for ever.");
            try
            {
                Assert.NotEqual(JobResult.Done, await RunAsync("add-avif", id, faults));
                break;
            }
            catch (Exception e) when (e is FileFaultException or InvalidOperationException)
            {
                // Tried again.
            }
        }
        await lease!.BuryAsync("given up", Ct);

        Assert.Equal(how switch { "rejected" => 0, "faulted" => 2, _ => 4 }, faults);
        Assert.Equal(0, await Sweep.SweepAvifAsync(Ct));
        var image = await FindAsync(id);
        Assert.Equal(ImageStatus.Ready, image.Status);
        Assert.Empty(image.VariantsOf(VariantFormat.Avif));
    }

    [Fact]
    public async Task Handle_AFaultOfTheFile_CountsAndFailsAtTheThird()
    {
        _engine.Answer = () => new Faulted("This GIF needs more memory than the limit of 512 MB.");
        var id = await AddAsync();

        await Assert.ThrowsAsync<FileFaultException>(() => RunAsync("render-image", id, faults: 0));
        await Assert.ThrowsAsync<FileFaultException>(() => RunAsync("render-image", id, faults: 1));
        Assert.Equal(ImageStatus.Processing, (await FindAsync(id)).Status);
        await RunAsync("render-image", id, faults: 2);

        var image = await FindAsync(id);
        Assert.Equal((ImageStatus.Failed, "This GIF needs more memory than the limit of 512 MB."), (image.Status, image.FailureReason));
    }

    [Fact]
    public async Task Handle_ARejectedFile_FailsAtOnceWithTheReason()
    {
        _engine.Answer = () => new Rejected("The file ends too early.");
        var id = await AddAsync();

        await RunAsync("render-image", id);

        var image = await FindAsync(id);
        Assert.Equal((ImageStatus.Failed, "The file ends too early."), (image.Status, image.FailureReason));
    }

    [Theory]
    [InlineData("io")]
    [InlineData("full")]
    [InlineData("away")]
    public async Task Handle_AFaultOfTheMachine_NeverCounts(string kind)
    {
        Exception failure = kind switch
        {
            "io" => new IOException("Too many open files"),
            "full" => new StorageFullException("folder for variants"),
            _ => new UnavailableException("image engine"),
        };
        _engine.Answer = () => throw failure;
        var id = await AddAsync();

        // However often it failed before: the runner counts neither of the two.
        var thrown = await Assert.ThrowsAnyAsync<Exception>(() => RunAsync("render-image", id, faults: 100));

        Assert.True(thrown is UnavailableException or StorageFullException, $"{thrown}");
        Assert.Equal(ImageStatus.Processing, (await FindAsync(id)).Status);
        Assert.All(_engine.Folders, folder => Assert.False(Directory.Exists(folder)));
    }

    private async Task<JobResult> RunAsync(string kind, Id id, int faults = 0) =>
        await _services.GetServices<IJobHandler>().Single(handler => handler.Kind == kind).HandleAsync(new Job(kind, id.ToString()), faults, Ct);

    private async Task<long> QueuedAsync() => (await _services.GetRequiredService<IJobQueue>().DepthAsync(Ct)).Due;

    private async Task<ImageRecord> FindAsync(Id id) => (await Images.FindAsync(id, Ct))!;

    private async Task<Id> AddAsync()
    {
        using var colour = (Image.Black(400, 300, bands: 3) + new double[] { 180, 90, 60 }).Cast(Enums.BandFormat.Uchar).Copy(interpretation: Enums.Interpretation.Srgb);
        var ids = new IdGenerator(TimeProvider.System);
        var owner = ids.ForMember();
        var id = ids.For(owner);
        var png = colour.PngsaveBuffer();
        await _services.GetRequiredService<IObjectStore>().PutAsync(ObjectKeys.Original(id), new MemoryStream(png), "application/octet-stream", Ct);
        await Images.AddAsync(
            new ImageRecord
            {
                Id = id,
                OwnerId = owner,
                Visibility = Visibility.Public,
                Status = ImageStatus.Processing,
                FileName = "a.png",
                ContentType = "image/png",
                Bytes = png.Length,
                Sha256 = new string('0', 64),
                Width = 400,
                Height = 300,
                ContentHash = "0123456789abcdef",
                CreatedAt = DateTimeOffset.UnixEpoch,
                UpdatedAt = DateTimeOffset.UnixEpoch,
            },
            Ct);
        return id;
    }

    /// <summary>libvips, unless the test has another answer.</summary>
    private sealed class Engine : IImageEngine
    {
        private readonly VipsEngine _vips = new();

        public Func<EngineResult>? Answer { get; set; }

        public List<string> Folders { get; } = [];

        public Task<EngineResult> RenderAsync(RenderRequest request, CancellationToken cancellationToken)
        {
            Folders.Add(request.OutputFolder);
            return Answer is null ? _vips.RenderAsync(request, cancellationToken) : Task.Run(Answer, cancellationToken);
        }

        public Task<EngineResult> TransformAsync(TransformRequest request, CancellationToken cancellationToken) => throw new NotSupportedException();
    }
}
