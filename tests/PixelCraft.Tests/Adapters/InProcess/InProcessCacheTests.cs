using Microsoft.Extensions.Options;
using PixelCraft.Adapters.InProcess;
using PixelCraft.Caching;
using PixelCraft.Tests.Contracts;
using Xunit;

namespace PixelCraft.Tests.Adapters.InProcess;

public sealed class InProcessCacheTests : CacheContract, IDisposable
{
    private readonly InProcessCache _cache = new(Options.Create(new InProcessCacheOptions { Capacity = 1 << 20 }));

    public void Dispose() => _cache.Dispose();

    protected override Task<ICache> CreateAsync() => Task.FromResult<ICache>(_cache);

    [Fact]
    public async Task Set_MoreThanTheCapacity_HoldsNoMoreThanIt()
    {
        for (var i = 0; i < 100; i++)
            await _cache.SetAsync($"image:{i}", new byte[64 * 1024], TimeSpan.FromHours(1), Cancel);

        var held = 0;
        for (var i = 0; i < 100; i++)
            held += await _cache.GetAsync($"image:{i}", Cancel) is null ? 0 : 1;
        Assert.InRange(held, 1, 15);
    }
}
