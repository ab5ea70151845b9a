namespace PixelCraft.Capacity;

/// <summary>
/// A queue M/M/c: requests come independently of one another, take as long as chance has it around a mean, and are taken by the first of c that is free.
/// </summary>
/// <param name="Slots">c: how many are worked on at a time.</param>
/// <param name="ServiceSeconds">The mean time for one.</param>
/// <param name="ArrivalsPerSecond">The mean rate.</param>
internal readonly record struct Queue(double Slots, double ServiceSeconds, double ArrivalsPerSecond)
{
    // Beyond, the chance of waiting at a use that a plan allows can't be told from nothing.
    private const double MostSlots = 200_000;

    /// <summary>The mean number that would be worked on with slots without end, in erlangs.</summary>
    public double Offered => ArrivalsPerSecond * ServiceSeconds;

    /// <summary>The part of the time that a slot is busy; 1 and more is a queue that grows without end.</summary>
    public double Use => Offered / Slots;

    /// <summary>The chance that one has to wait: Erlang's C formula, by the recurrence of his B formula, which can't overflow.</summary>
    public double ChanceOfWaiting
    {
        get
        {
            if (Use >= 1) return 1;
            if (Offered == 0) return 0;
            if (Slots > MostSlots) return Use < 0.95 ? 0 : 1;
            var blocked = 1.0;
            for (var k = 1; k <= Slots; k++) blocked = Offered * blocked / (k + (Offered * blocked));
            return blocked / (1 - (Use * (1 - blocked)));
        }
    }

    /// <summary>The mean time of waiting; without end when the queue is overloaded.</summary>
    public double MeanWaitSeconds => Use >= 1 ? double.PositiveInfinity : ChanceOfWaiting * ServiceSeconds / (Slots - Offered);

    /// <summary>The time that all but this part wait at most: of 0.01, the 99th percentile.</summary>
    public double WaitSeconds(double part)
    {
        if (Use >= 1) return double.PositiveInfinity;
        var chance = ChanceOfWaiting;
        return chance <= part ? 0 : Math.Log(chance / part) * ServiceSeconds / (Slots - Offered);
    }
}
