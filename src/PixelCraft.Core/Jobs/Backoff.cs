namespace PixelCraft.Jobs;

/// <summary>
/// How long to wait after the n-th failure in a row: doubled each time up to a most, half of it at random, so that those
/// who failed together don't come back together.
/// </summary>
/// <param name="first">After the first failure.</param>
/// <param name="most">At the most.</param>
/// <param name="random">From 0 up to 1; null for <see cref="Random.Shared"/>.</param>
internal sealed class Backoff(TimeSpan first, TimeSpan most, Func<double>? random = null)
{
    private readonly Func<double> _random = random ?? Random.Shared.NextDouble;

    /// <summary>The time to wait.</summary>
    /// <param name="failures">In a row, from 1.</param>
    public TimeSpan After(int failures)
    {
        var doubled = first * Math.Pow(2, Math.Clamp(failures - 1, 0, 30));
        return (doubled < most ? doubled : most) * (0.5 + _random() / 2);
    }
}
