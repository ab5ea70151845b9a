using System.Reflection;
using System.Text.Json.Serialization;

namespace PixelCraft.Consistency;

/// <summary>A kind of data, and what was chosen for it.</summary>
/// <param name="Data">The kind, in words.</param>
/// <param name="Choice">The choice.</param>
/// <param name="DuringPartition">What becomes of it in a partition, in one sentence.</param>
/// <param name="Port">The name of the port that declares it, for those who know where its data is.</param>
public sealed record DataConsistency(string Data, Choice Choice, string DuringPartition, [property: JsonIgnore] string Port);

/// <summary>What the ports declare by <see cref="ConsistencyChoiceAttribute"/>.</summary>
public static class ConsistencyChoices
{
    /// <summary>Every kind of data once: by choice, and then by name.</summary>
    public static IReadOnlyList<DataConsistency> All { get; } =
        [.. Declared().OrderBy(kind => kind.Choice).ThenBy(kind => kind.Data, StringComparer.Ordinal)];

    private static IEnumerable<DataConsistency> Declared() =>
        from type in typeof(ConsistencyChoices).Assembly.GetExportedTypes()
        let declared = type.GetCustomAttribute<ConsistencyChoiceAttribute>()
        where declared is { Port: null }
        select new DataConsistency(declared.Data, declared.Choice, declared.DuringPartition, type.Name);
}
