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
            // What else is too little at that number comes next.
            at = first.Users - 1;
            var prepared = Math.Min(first.Users * inputs["growth_prepared_for"], Math.Max(to, first.Users));
            if (first.Part is Breakages.Program)
            {
                knowsProgram = true;
                yield return first;
            }
            else if (first.Part is Breakages.Layout or Breakages.Region)
            {
                var next = sizing.For(first.Users);
                have = next with { Pools = Sizing.Pools(next.Stage).ToDictionary(one => one.Name, one => Prepared(next, one)) };
                yield return first with { After = Changes.Text(have) };
            }
            else
            {
                var pool = Sizing.Pools(have.Stage).Single(pool => pool.Name == first.Part);
                var (there, need) = (have.Pools[pool.Name], Prepared(have, pool));
                have = have with { Pools = have.Pools.ToDictionary(pair => pair.Key, pair => pair.Key == pool.Name ? need : pair.Value) };
                yield return first with { Change = Changes.Of(pool, there, need), After = Changes.Text(pool, need) };
            }

            Need Prepared(Installation installation, Pool pool)
            {
                var (now, then) = (Needed(first.Users), Needed(prepared));
                // Where there can't be so many, as many as the users who are there need.
                if (then.Servers > (pool.MostServers ?? double.PositiveInfinity)) return now;
                // Nobody buys what this version can't be given, before they must.
                var most = inputs["catalogue.databases_at_most"];
                return pool.Name == "catalogue" && now.Shards <= most && then.Shards > most ? then with { Shards = most, Servers = then.Servers / then.Shards * most } : then;

                Need Needed(double users) => sizing.Need(installation.Stage, installation.Regions, pool, users);
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
}
