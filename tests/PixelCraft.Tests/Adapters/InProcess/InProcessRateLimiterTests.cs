using Microsoft.Extensions.Time.Testing;
using PixelCraft.Adapters.InProcess;
using PixelCraft.Limits;
using PixelCraft.Tests.Contracts;
using Xunit;

namespace PixelCraft.Tests.Adapters.InProcess;

public sealed class InProcessRateLimiterTests : RateLimiterContract
{
    protected override Task<IRateLimiter> CreateAsync() => Task.FromResult<IRateLimiter>(new InProcessRateLimiter(TimeProvider.System));

    [Fact]
    public async Task Take_IdleKeys_Leave()
    {
        var time = new FakeTimeProvider();
        var limiter = new InProcessRateLimiter(time);
        for (var i = 0; i < 50_000; i++)
        {
            time.Advance(TimeSpan.FromMilliseconds(100));
            await limiter.TakeAsync($"address:{i}", new RateLimit(10, TimeSpan.FromMinutes(1)), Cancel);
        }

        // A permit comes back in 6 s: 60 keys are not idle.
        Assert.InRange(limiter.Count, 60, 1_000);
    }

    [Fact]
    public async Task Take_MoreKeysThanMay_ForgetsThoseThatUsedLeast()
    {
        var limiter = new InProcessRateLimiter(new FakeTimeProvider());
        var limit = new RateLimit(2, TimeSpan.FromHours(1));
        for (var i = 0; i < 2; i++)
            await limiter.TakeAsync("busy", limit, Cancel);
        for (var i = 0; i < InProcessRateLimiter.MaxKeys * 2; i++)
            await limiter.TakeAsync($"address:{i}", limit, Cancel);

        Assert.InRange(limiter.Count, 1, InProcessRateLimiter.MaxKeys);
        Assert.False((await limiter.TakeAsync("busy", limit, Cancel)).Allowed);
    }
}
