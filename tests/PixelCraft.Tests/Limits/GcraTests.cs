using CsCheck;
using PixelCraft.Limits;
using Xunit;

namespace PixelCraft.Tests.Limits;

public sealed class GcraTests
{
    private static readonly Gen<RateLimit> Limits =
        Gen.Select(Gen.Int[1, 50], Gen.Long[1, 10_000_000], (permits, ticks) => new RateLimit(permits, TimeSpan.FromTicks(ticks)));

    /// <summary>A limit, and the times between one request and the next, many of them zero or about an interval.</summary>
    private static readonly Gen<(RateLimit Limit, long[] Gaps)> Traffic =
        from limit in Limits
        from gaps in Gen.OneOf(Gen.Const(0L), Gen.Long[0, Gcra.Interval(limit, TimeSpan.TicksPerSecond) * 3], Gen.Long[0, limit.Window.Ticks * 2]).Array[0, 200]
        select (limit, gaps);

    [Fact]
    public void Take_AnyTraffic_NeverMoreThanPermitsPlusRefillInAnyTime() => Traffic.Sample(traffic =>
    {
        var (limit, gaps) = traffic;
        var given = new List<long>();
        var (arrival, now) = (0L, 0L);
        foreach (var gap in gaps)
        {
            now += gap;
            if (Gcra.Take(ref arrival, now, limit).Allowed)
                given.Add(now);
        }

        for (var from = 0; from < given.Count; from++)
        {
            for (var to = from; to < given.Count; to++)
            {
                var refill = (decimal)(given[to] - given[from]) * limit.Permits / limit.Window.Ticks;
                Assert.True(to - from + 1 <= limit.Permits + refill, $"{to - from + 1} in {given[to] - given[from]} ticks");
            }
        }
    });

    [Fact]
    public void Take_AnyTraffic_GivesWhatABucketOfPermitsGives() => Traffic.Sample(traffic =>
    {
        // The same limit seen in the other way: a bucket that a permit drips into every interval.
        var (limit, gaps) = traffic;
        var interval = Gcra.Interval(limit, TimeSpan.TicksPerSecond);
        var bucket = (decimal)limit.Permits;
        var (arrival, now) = (0L, 0L);
        foreach (var gap in gaps)
        {
            now += gap;
            bucket = Math.Min(limit.Permits, bucket + (decimal)gap / interval);
            var expected = decimal.Round(bucket, 12) >= 1;
            var decision = Gcra.Take(ref arrival, now, limit);
            bucket -= expected ? 1 : 0;

            Assert.Equal(expected, decision.Allowed);
            Assert.Equal((int)Math.Floor(decimal.Round(bucket, 12)), decision.Remaining);
        }
    });

    [Fact]
    public void Take_AtAnyMoment_RemainingAreLeftAndNoMore() => Traffic.Sample(traffic =>
    {
        var (limit, gaps) = traffic;
        var (arrival, now) = (0L, 0L);
        foreach (var gap in gaps)
        {
            now += gap;
            var left = Gcra.Take(ref arrival, now, limit).Remaining;
            var copy = arrival;
            for (; left > 0; left--)
                Assert.Equal(left - 1, Take(now).Remaining);
            Assert.False(Take(now).Allowed);

            RateDecision Take(long at) => Gcra.Take(ref copy, at, limit);
        }
    });

    [Fact]
    public void Take_Refused_IsAllowedAfterRetryAfterAndNotBefore() => Traffic.Sample(traffic =>
    {
        var (limit, gaps) = traffic;
        var (arrival, now) = (0L, 0L);
        foreach (var gap in gaps)
        {
            now += gap;
            var decision = Gcra.Take(ref arrival, now, limit);
            if (decision.Allowed)
            {
                Assert.Equal(TimeSpan.Zero, decision.RetryAfter);
                continue;
            }

            var (early, onTime) = (arrival, arrival);
            Assert.InRange(decision.RetryAfter.Ticks, 1, Gcra.Interval(limit, TimeSpan.TicksPerSecond));
            Assert.False(Gcra.Take(ref early, now + decision.RetryAfter.Ticks - 1, limit).Allowed);
            Assert.True(Gcra.Take(ref onTime, now + decision.RetryAfter.Ticks, limit).Allowed);
        }
    });
}
