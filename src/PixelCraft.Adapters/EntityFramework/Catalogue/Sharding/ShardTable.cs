using System.Diagnostics.CodeAnalysis;
using System.Globalization;
using System.Text.RegularExpressions;
using PixelCraft.Ids;

namespace PixelCraft.Adapters.EntityFramework.Catalogue.Sharding;

/// <summary>Shards from <paramref name="First"/> to <paramref name="Last"/>, both within, 0 to 4,095.</summary>
public readonly partial record struct ShardRange(int First, int Last)
{
    /// <summary>How many; 0 or less for none.</summary>
    public int Count => Last - First + 1;

    /// <summary>Reads <c>0-2047</c>, or <c>7</c> for one shard.</summary>
    public static bool TryParse([NotNullWhen(true)] string? text, out ShardRange range)
    {
        range = default;
        if (text is null || Form().Match(text) is not { Success: true } match) return false;
        var first = int.Parse(match.Groups[1].ValueSpan, CultureInfo.InvariantCulture);
        var last = match.Groups[2].Success ? int.Parse(match.Groups[2].ValueSpan, CultureInfo.InvariantCulture) : first;
        range = new ShardRange(first, last);
        return first <= last && last < Shard.Count;
    }

    /// <summary>Whether it has this shard.</summary>
    public bool Contains(Shard shard) => shard.Number >= First && shard.Number <= Last;

    /// <inheritdoc/>
    public override string ToString() => First == Last ? $"{First}" : $"{First}-{Last}";

    [GeneratedRegex("^([0-9]{1,4})(?:-([0-9]{1,4}))?$")]
    private static partial Regex Form();
}

/// <summary>Which database holds which shards; each shard is in one. It doesn't change: a move makes a new one.</summary>
public sealed class ShardTable
{
    private readonly string[] _stores;

    private ShardTable(string[] stores) => _stores = stores;

    /// <summary>The ranges in their order, as long as they can be.</summary>
    public IEnumerable<(ShardRange Range, string Store)> Ranges
    {
        get
        {
            for (var first = 0; first < Shard.Count;)
            {
                var last = first;
                while (last + 1 < Shard.Count && _stores[last + 1] == _stores[first]) last++;
                yield return (new ShardRange(first, last), _stores[first]);
                first = last + 1;
            }
        }
    }

    /// <summary>All shards in one database.</summary>
    public static ShardTable AllIn(string store) => new([.. Enumerable.Repeat(store, Shard.Count)]);

    /// <summary>Reads <c>0-2047 catalogue, 2048-4095 catalogue2</c>. Every shard must be in exactly one range.</summary>
    /// <param name="text">The ranges.</param>
    /// <param name="table">The table.</param>
    /// <param name="fault">What is wrong with it.</param>
    public static bool TryParse(string text, [NotNullWhen(true)] out ShardTable? table, [NotNullWhen(false)] out string? fault)
    {
        (table, fault) = (null, null);
        var stores = new string[Shard.Count];
        foreach (var part in text.Split(',', StringSplitOptions.TrimEntries))
        {
            if (part.Split(' ', StringSplitOptions.RemoveEmptyEntries) is not [var from, var store] || !ShardRange.TryParse(from, out var range))
                fault = $"'{part}' is not a range and a database such as 0-2047 catalogue.";
            else if (Enumerable.Range(range.First, range.Count).Any(shard => stores[shard] is not null))
                fault = $"a shard of {range} is in another range too.";
            else
                Array.Fill(stores, store, range.First, range.Count);
            if (fault is not null) return false;
        }
        if (Array.FindIndex(stores, store => store is null) is var missing and >= 0) fault = $"shard {missing} is in no range.";
        else table = new ShardTable(stores);
        return fault is null;
    }

    /// <summary>The database that holds what has this id.</summary>
    public string Of(Id id) => _stores[id.Shard.Number];

    /// <summary>The same with a range in another database.</summary>
    public ShardTable With(ShardRange range, string store)
    {
        var stores = (string[])_stores.Clone();
        Array.Fill(stores, store, range.First, range.Count);
        return new ShardTable(stores);
    }

    /// <summary>The form that <see cref="TryParse"/> reads.</summary>
    public override string ToString() => string.Join(", ", Ranges.Select(entry => $"{entry.Range} {entry.Store}"));
}
