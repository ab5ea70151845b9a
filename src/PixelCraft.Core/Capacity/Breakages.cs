using PixelCraft.Capacity.Contracts;

namespace PixelCraft.Capacity;

/// <summary>
/// What is too little when more users come to an installation that stays as it is: found by asking the sizing itself, at which number of users it
/// would want more than there is.
/// </summary>
internal sealed class Breakages(Inputs inputs)
{
    /// <summary>The part that stands for the layout as a whole.</summary>
    public const string Layout = "layout";

    /// <summary>The part that stands for the number of regions.</summary>
    public const string Region = "region";

    /// <summary>The part that stands for what this version of the program can be given.</summary>
    public const string Program = "program";

    private readonly Sizing _sizing = new(inputs);

    /// <summary>Everything that breaks beyond a number of users, the first first.</summary>
    /// <param name="have">What there is.</param>
    /// <param name="from">For as many it is enough.</param>
    /// <param name="now">As many are there: what is broken already is told by their load.</param>
    public IReadOnlyList<Breakage> Of(Installation have, double from, double now = 0)
    {
        var layout = LayoutOf(have, from);
        var pools = Sizing.Pools(have.Stage).Select(pool => OfPool(have, pool, from, now)).OfType<Breakage>()
            // A stage with a fixed number of servers ends with the layout, which says why.
            .Where(broken => layout is null || broken.Users < layout.Users || have.Stage is Stage.Separate or Stage.Regions);
        return [.. pools.Prepend(DatabasesOf(have, from)).Append(layout).OfType<Breakage>().OrderBy(broken => broken.Users)];
    }

    private Breakage? OfPool(Installation have, Pool pool, double from, double now)
    {
        var there = have.Pools[pool.Name];
        if (First(from, users => !there.Covers(Needed(users))) is not { } at) return null;
        var need = Needed(at);
        return new Breakage(at, pool.Name, FigureFiles.Title(pool.Name), Why(have, pool, there, Math.Max(at, now)), Changes.Of(pool, there, need), Changes.Text(pool, there), Changes.Text(pool, need));

        Need Needed(double users) => _sizing.Need(have.Stage, have.Regions, pool, users);
    }

    private Breakage? LayoutOf(Installation have, double from)
    {
        if (First(from, users => _sizing.For(users) is var next && (next.Stage > have.Stage || next.Regions > have.Regions)) is not { } at) return null;
        var next = _sizing.For(at);
        var part = have.Stage is Stage.Separate or Stage.Regions ? Region : Layout;
        return new Breakage(at, part, part == Region ? "Regions" : "Layout", WhyLayout(have, at), Changes.OfLayout(have, next), Changes.Text(have), Changes.Text(next));
    }

    /// <summary>That the catalogue needs more databases than this version can be given.</summary>
    private Breakage? DatabasesOf(Installation have, double from)
    {
        if (!have.Pools.TryGetValue("catalogue", out var there)) return null;
        var most = inputs["catalogue.databases_at_most"];
        var catalogue = Sizing.Pools(have.Stage).Single(pool => pool.Name == "catalogue");
        if (there.Shards > most || First(from, users => _sizing.Need(have.Stage, have.Regions, catalogue, users).Shards > most) is not { } at) return null;
        var shards = _sizing.Need(have.Stage, have.Regions, catalogue, at).Shards;
        return new Breakage(
            at, Program, "This version", $"The catalogue needs {Wording.Number(shards)} databases; this version can be given {Wording.Number(most)}.",
            "Let the table of shards name more databases. Nothing about ids or records changes.", $"{Wording.Number(most)} databases", "more");
    }

    private string Why(Installation have, Pool pool, Need there, double at)
    {
        var uses = PoolPlans.Uses(pool, there, inputs, _sizing.Loads(have.Stage), at / have.Regions);
        var worst = uses.MaxBy(use => use.Use)!;
        var load = $"{Wording.Number(worst.Load)} {worst.Unit}{(have.Regions > 1 ? " in each region" : "")}";
        var (most, spare, full) = (inputs["most_use"], pool.IsSharded ? 0 : pool.Figure(inputs, "spare_servers"), worst.Load / worst.Use);
        if (spare > 0 && worst.Use <= most && worst.UseAfterFailure <= 1)
            return $"{load} pass the {Wording.Number(full * most * (there.Servers - spare) / there.Servers)} that {Changes.Text(pool, there)} carry at {Wording.Percent(most)} use with {Wording.Number(spare)} of them standing by.";
        return worst.Use > most || pool.IsSharded || worst.UseAfterFailure is null
            ? $"{load} pass the {Wording.Number(full * most)} that {Changes.Text(pool, there)} carry at {Wording.Percent(most)} use."
            : $"{load} pass the {Wording.Number(worst.Load / worst.UseAfterFailure.Value)} that are left when one of {Changes.Text(pool, there)} fails.";
    }

    private string WhyLayout(Installation have, double at)
    {
        if (have.Stage is Stage.Separate or Stage.Regions)
            return $"{Wording.Number(at)} users are more than {Wording.Number(inputs["region.users_per_region"])} in a region: the loss of one is an outage for too many, and many are far away.";
        if (have.Stage is Stage.One && at > inputs["users_without_standby"]
            && _sizing.Need(Stage.One, 1, Pool.OneServer, at).Servers <= 1)
            return $"More than {Wording.Number(inputs["users_without_standby"])} users depend on one server, whose failure is an outage.";
        var pool = Sizing.Pools(have.Stage)[0];
        var most = _sizing.Need(have.Stage, 1, pool, at) with { Servers = pool.MostServers!.Value };
        return Why(have, pool, most, at);
    }

    /// <summary>The first whole number beyond <paramref name="from"/> for which something is so, that then stays so.</summary>
    private static long? First(double from, Func<double, bool> isSo)
    {
        var (low, high) = ((long)from, Inputs.MostUsers);
        if (low >= high || !isSo(high)) return null;
        while (high - low > 1)
        {
            var middle = low + ((high - low) / 2);
            if (isSo(middle)) high = middle;
            else low = middle;
        }
        return high;
    }
}
