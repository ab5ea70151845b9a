using PixelCraft.Capacity.Contracts;

namespace PixelCraft.Capacity;

/// <summary>The loads of a behaviour, for any number of users: calculated for one user, since all are proportional.</summary>
internal sealed class Loads
{
    private readonly Inputs _inputs;
    private readonly bool _hasEdge;
    private readonly Dictionary<string, double> _perUser = [];

    /// <param name="inputs">What people do.</param>
    /// <param name="hasEdge">Without an edge servers deliver every variant.</param>
    public Loads(Inputs inputs, bool hasEdge)
    {
        (_inputs, _hasEdge) = (inputs, hasEdge);
        foreach (var row in LoadTable.All) _perUser[row.Name] = row.Formula.Value(name => ValueOf(name, 1, _perUser));
    }

    /// <summary>A load.</summary>
    public double Of(string name, double users) => _perUser[name] * users;

    /// <summary>How a load comes about, in numbers.</summary>
    public string Arithmetic(LoadRow row, double users) => row.Formula.With(name => ValueOf(name, users, LoadTable.All.ToDictionary(one => one.Name, one => Of(one.Name, users))));

    private double ValueOf(string name, double users, Dictionary<string, double> loads) =>
        name == "users" ? users
        : loads.TryGetValue(name, out var load) ? load
        : name == "edge_hit_share" && !_hasEdge ? 0
        : _inputs[name];
}
