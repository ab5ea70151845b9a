using CsCheck;
using PixelCraft.Capacity;
using Xunit;

namespace PixelCraft.Tests.Capacity;

public sealed class QueueTests
{
    /// <summary>
    /// Erlang C as tables print it, to their four digits; the one of 55 slots is the worked example of "The Erlang-C Formula" (Mitan Ltd.):
    /// 360 calls in half an hour of 240 s each, 0.239, and 8.2 s of waiting on average.
    /// </summary>
    [Theory]
    [InlineData(1, 0.5, 0.5000)]
    [InlineData(2, 1, 0.3333)]
    [InlineData(3, 2, 0.4444)]
    [InlineData(4, 3, 0.5094)]
    [InlineData(5, 4, 0.5541)]
    [InlineData(6, 5, 0.5875)]
    [InlineData(10, 6, 0.1013)]
    [InlineData(10, 8, 0.4092)]
    [InlineData(10, 9, 0.6687)]
    [InlineData(20, 18, 0.5508)]
    [InlineData(55, 48, 0.2387)]
    [InlineData(100, 90, 0.2169)]
    public void ChanceOfWaiting_IsThatOfTheTables(int slots, double erlangs, double expected) =>
        Assert.Equal(expected, new Queue(slots, 1, erlangs).ChanceOfWaiting, 4);

    [Fact]
    public void MeanWait_OfTheWorkedExample_IsAsPublished()
    {
        var queue = new Queue(55, 240, 0.2);
        Assert.Equal(48, queue.Offered, 9);
        Assert.Equal(8.2, queue.MeanWaitSeconds, 1);
        // 15 s and less: 84.6%, in the same example.
        Assert.Equal(15, queue.WaitSeconds(1 - 0.846), 0);
    }

    [Fact]
    public void OneSlot_IsMM1() => Gen.Double[0.001, 0.999].Sample(use =>
        // The textbook's: the mean wait is use / (1 - use) times the service.
        Math.Abs(new Queue(1, 2, use / 2).MeanWaitSeconds - (2 * use / (1 - use))) < 1e-6 * (1 + (2 * use / (1 - use))));

    [Fact]
    public void MoreSlots_NeverWaitLonger() => Gen.Select(Gen.Int[1, 500], Gen.Double[0.01, 0.99]).Sample((slots, use) =>
        new Queue(slots + 1, 1, slots * use).MeanWaitSeconds <= new Queue(slots, 1, slots * use).MeanWaitSeconds);

    [Fact]
    public void Chance_IsAChance_HoweverMany() => Gen.Select(Gen.Int[1, 100_000], Gen.Double[0, 1.5]).Sample(
        (slots, use) => new Queue(slots, 0.01, slots * use * 100).ChanceOfWaiting is >= 0 and <= 1, iter: 200);

    [Fact]
    public void Overload_WaitsWithoutEnd()
    {
        Assert.Equal(double.PositiveInfinity, new Queue(2, 1, 2).MeanWaitSeconds);
        Assert.Equal(double.PositiveInfinity, new Queue(2, 1, 3).WaitSeconds(0.01));
    }

    [Fact]
    public void NoLoad_WaitsNever() => Assert.Equal(0, new Queue(3, 1, 0).WaitSeconds(0.01));
}
