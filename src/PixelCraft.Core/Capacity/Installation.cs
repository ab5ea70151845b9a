using PixelCraft.Capacity.Contracts;

namespace PixelCraft.Capacity;

/// <summary>An installation: its stage, its regions, and the servers of each pool in each region.</summary>
/// <param name="Stage">How it is laid out.</param>
/// <param name="Regions">How many regions have these servers.</param>
/// <param name="Pools">What there is of each pool, in one region.</param>
internal sealed record Installation(Stage Stage, int Regions, IReadOnlyDictionary<string, Need> Pools)
{
    /// <summary>All servers.</summary>
    public double Servers => Regions * Pools.Values.Sum(need => need.Servers);
}

/// <summary>The installation that a number of users needs.</summary>
internal sealed class Sizing
{
    private readonly Inputs _inputs;
    private readonly Loads _withEdge;
    private readonly Loads _withoutEdge;

    public Sizing(Inputs inputs) => (_inputs, _withEdge, _withoutEdge) = (inputs, new Loads(inputs, hasEdge: true), new Loads(inputs, hasEdge: false));

    /// <summary>The loads in a stage.</summary>
    public Loads Loads(Stage stage) => stage is Stage.One ? _withoutEdge : _withEdge;

    /// <summary>The pools of a stage.</summary>
    public static IReadOnlyList<Pool> Pools(Stage stage) => stage switch
    {
        Stage.One => [Pool.OneServer],
        Stage.Three => [Pool.ThreeServers],
        _ => Pool.Separate,
    };

    /// <summary>The first stage that is enough for so many users.</summary>
    public Installation For(double users)
    {
        var stage = Fits(Stage.One, users) ? Stage.One : Fits(Stage.Three, users) ? Stage.Three : Regions(users) == 1 ? Stage.Separate : Stage.Regions;
        return For(stage, users);
    }

    /// <summary>A stage for so many users, whether or not there is an earlier one that would do.</summary>
    public Installation For(Stage stage, double users)
    {
        var regions = stage is Stage.Regions ? Regions(users) : 1;
        return new Installation(stage, regions, Pools(stage).ToDictionary(pool => pool.Name, pool => Need(stage, regions, pool, users)));
    }

    /// <summary>What one pool needs in each region.</summary>
    public Need Need(Stage stage, int regions, Pool pool, double users) => Capacity.Need.Of(
        pool, _inputs, Loads(stage), users / regions, stage is not Stage.Regions ? null : pool.Name == "catalogue" ? _inputs["region.remote_replicas_per_shard"] : 0);

    /// <summary>
    /// How many regions. A region that is full is divided in two, so that at each step every region has at most half of what it had, and no
    /// server becomes one too many.
    /// </summary>
    public int Regions(double users)
    {
        var capacity = _inputs["region.users_per_region"];
        if (users <= capacity) return 1;
        var regions = (int)_inputs["region.regions_at_least"];
        while (users > capacity * regions && regions < 1 << 20) regions *= 2;
        return regions;
    }

    /// <summary>Why it is this stage.</summary>
    public static string Why(Stage stage, Inputs inputs) => stage switch
    {
        Stage.One => $"Up to {Wording.Number(inputs["users_without_standby"])} users one process with embedded stores will do.",
        Stage.Three => "Three servers with everything are the fewest of which one may fail.",
        Stage.Separate => "Three servers are too few: each role and each database has servers of its own.",
        _ => $"More than {Wording.Number(inputs["region.users_per_region"])} users: each region is the home of a part of them.",
    };

    private bool Fits(Stage stage, double users)
    {
        if (stage is Stage.One && users > _inputs["users_without_standby"]) return false;
        return Pools(stage).All(pool => Need(stage, 1, pool, users).Servers <= pool.MostServers);
    }
}
