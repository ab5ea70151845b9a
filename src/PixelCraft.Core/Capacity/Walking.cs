using PixelCraft.Capacity.Contracts;

namespace PixelCraft.Capacity;

/// <summary>The walk from few users to many.</summary>
internal static class Walking
{
    /// <summary>
    /// What breaks, one after the other: each time the first is changed so that it is enough for <c>growth_prepared_for</c> times the users, and the rest
    /// is left as it is.
    /// </summary>
    public static IEnumerable<Breakage> Steps(Inputs inputs, long from, long to)
    {
        var (sizing, breakages) = (new Sizing(inputs), new Breakages(inputs));
        var (have, at, knowsProgram) = (sizing.For(from), from, false);
        while (breakages.Of(have, at).FirstOrDefault(broken => !knowsProgram || broken.Part != Breakages.Program) is { } first && first.Users <= to)
        {
            at = first.Users;
            var prepared = Math.Min(first.Users * inputs["growth_prepared_for"], Math.Max(to, first.Users));
            if (first.Part is Breakages.Program)
            {
                knowsProgram = true;
                yield return first;
            }
            else if (first.Part is Breakages.Layout or Breakages.Region)
            {
                have = Rebuilt(sizing, sizing.For(first.Users), first.Users, prepared);
                yield return first with { After = Changes.Text(have) };
            }
            else
            {
                var pool = Sizing.Pools(have.Stage).Single(pool => pool.Name == first.Part);
                var (there, need) = (have.Pools[pool.Name], Prepared(sizing, have, pool, first.Users, prepared));
                have = have with { Pools = have.Pools.ToDictionary(pair => pair.Key, pair => pair.Key == pool.Name ? need : pair.Value) };
                yield return first with { Change = Changes.Of(pool, there, need), After = Changes.Text(pool, need) };
                // A step may go past what this version can be given.
                if (!knowsProgram && pool.Name == "catalogue" && need.Shards > inputs["catalogue.databases_at_most"])
                {
                    knowsProgram = true;
                    yield return breakages.TooManyDatabases(first.Users, need.Shards);
                }
            }
        }
    }

    /// <summary>Both ends, and the powers of ten between.</summary>
    public static IEnumerable<long> Stations(long from, long to)
    {
        yield return from;
        for (var power = 10L; power < to; power *= 10)
            if (power > from) yield return power;
        if (to > from) yield return to;
    }

    private static Installation Rebuilt(Sizing sizing, Installation next, double users, double prepared) =>
        next with { Pools = Sizing.Pools(next.Stage).ToDictionary(pool => pool.Name, pool => Prepared(sizing, next, pool, users, prepared)) };

    private static Need Prepared(Sizing sizing, Installation have, Pool pool, double users, double prepared)
    {
        var need = sizing.Need(have.Stage, have.Regions, pool, prepared);
        // Where there can't be so many, as many as the users who are there need.
        return need.Servers > (pool.MostServers ?? double.PositiveInfinity) ? sizing.Need(have.Stage, have.Regions, pool, users) : need;
    }
}
