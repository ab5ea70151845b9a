using System.Diagnostics;
using PixelCraft.Limits;
using Xunit;

namespace PixelCraft.Tests.Contracts;

/// <summary>What every <see cref="IRateLimiter"/> does. The arithmetic is shown in <c>Limits/GcraTests</c>, with a clock that is moved.</summary>
public abstract class RateLimiterContract
{
    private static readonly RateLimit Five = new(5, TimeSpan.FromHours(1));

    protected static CancellationToken Cancel => TestContext.Current.CancellationToken;

    /// <summary>A limiter that nobody has asked yet; every test has one of its own.</summary>
    protected abstract Task<IRateLimiter> CreateAsync();

    [Fact]
    public async Task Take_TheWholeAllowanceAtOnce_ThenRefused()
    {
        var limiter = await CreateAsync();

        for (var left = 4; left >= 0; left--)
            Assert.Equal(new RateDecision(true, left, TimeSpan.Zero), await limiter.TakeAsync("member:1", Five, Cancel));
        var refused = await limiter.TakeAsync("member:1", Five, Cancel);

        Assert.False(refused.Allowed);
        Assert.Equal(0, refused.Remaining);
        Assert.InRange(refused.RetryAfter, TimeSpan.FromMinutes(11), TimeSpan.FromMinutes(12));
    }

    [Fact]
    public async Task Take_OtherKey_HasItsOwnAllowance()
    {
        var limiter = await CreateAsync();
        for (var i = 0; i < 6; i++)
            await limiter.TakeAsync("address:2001:db8::", Five, Cancel);

        Assert.Equal(new RateDecision(true, 4, TimeSpan.Zero), await limiter.TakeAsync("address:192.0.2.1", Five, Cancel));
    }

    [Fact]
    public async Task Take_ManyAtOnce_NoMoreThanTheAllowance()
    {
        var limiter = await CreateAsync();
        var limit = new RateLimit(100, TimeSpan.FromHours(10));

        var decisions = await Task.WhenAll(Enumerable.Range(0, 200).Select(_ => Task.Run(
            () => limiter.TakeAsync("member:1", limit, Cancel).AsTask(), Cancel)));

        Assert.Equal(100, decisions.Count(decision => decision.Allowed));
        Assert.Equal(Enumerable.Range(0, 100), decisions.Where(decision => decision.Allowed).Select(decision => decision.Remaining).Order());
    }

    [Fact]
    public async Task Take_AfterRetryAfter_IsAllowed()
    {
        var limiter = await CreateAsync();
        var limit = new RateLimit(2, TimeSpan.FromSeconds(2));
        await limiter.TakeAsync("warm-up", limit, Cancel);
        var clock = Stopwatch.StartNew();
        for (var i = 0; i < 2; i++)
            Assert.True((await limiter.TakeAsync("member:1", limit, Cancel)).Allowed);
        var refused = await limiter.TakeAsync("member:1", limit, Cancel);
        Assert.SkipWhen(clock.ElapsedMilliseconds > 900, "This machine is too busy for a window of 2 s.");
        Assert.False(refused.Allowed);

        await Eventually.TrueAsync(async () => (await limiter.TakeAsync("member:1", limit, Cancel)).Allowed);

        Assert.InRange(clock.ElapsedMilliseconds, 999, 20_000);
    }

    [Fact]
    public async Task Take_LimitMadeSmaller_IsNotLockedOutForLongerThanItsWindow()
    {
        var limiter = await CreateAsync();
        for (var i = 0; i < 5; i++)
            await limiter.TakeAsync("member:1", Five, Cancel);

        var refused = await limiter.TakeAsync("member:1", new RateLimit(1, TimeSpan.FromSeconds(10)), Cancel);

        Assert.False(refused.Allowed);
        Assert.InRange(refused.RetryAfter, TimeSpan.FromSeconds(1), TimeSpan.FromSeconds(10));
    }

    [Fact]
    public async Task Take_NoLimit_IsRefused()
    {
        var limiter = await CreateAsync();

        await Assert.ThrowsAnyAsync<ArgumentException>(async () => await limiter.TakeAsync("member:1", default, Cancel));
    }
}
