using Microsoft.Extensions.Options;
using Microsoft.Extensions.Time.Testing;
using PixelCraft.Adapters.InProcess;
using PixelCraft.Images;
using Xunit;

namespace PixelCraft.Tests.Images;

/// <summary>What a server believes of the workers' converter.</summary>
public sealed class HeicSupportTests : IDisposable
{
    private readonly InProcessCache _cache = new(Options.Create(new InProcessCacheOptions()));
    private readonly FakeTimeProvider _time = new(DateTimeOffset.UtcNow);

    private static CancellationToken Ct => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Support_NobodySpokeOf_IsNotThere()
    {
        Assert.False(await new HeicSupport(_cache, _time).IsThereAsync(Ct));
    }

    [Fact]
    public async Task Support_SpokenOf_IsBelievedForAnHourWithoutTheCache()
    {
        var server = new HeicSupport(_cache, _time);
        await new HeicSupport(_cache, _time).SayAsync(Ct);
        Assert.True(await server.IsThereAsync(Ct));

        await _cache.RemoveAsync("heic-workers", Ct);
        _time.Advance(TimeSpan.FromMinutes(60));
        Assert.True(await server.IsThereAsync(Ct));
        _time.Advance(TimeSpan.FromSeconds(1));
        Assert.False(await server.IsThereAsync(Ct));
        Assert.False(await new HeicSupport(_cache, _time).IsThereAsync(Ct));
    }

    public void Dispose() => _cache.Dispose();
}
