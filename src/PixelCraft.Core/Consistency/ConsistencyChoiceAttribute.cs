using System.Text.Json.Serialization;
using PixelCraft.Http;

namespace PixelCraft.Consistency;

/// <summary>What a kind of data keeps while the servers that hold it can't reach one another.</summary>
[JsonConverter(typeof(CamelCaseEnumConverter<Choice>))]
public enum Choice
{
    /// <summary>Consistent: rather no answer than a wrong one.</summary>
    Cp,

    /// <summary>Available, from copies that are behind by a bounded time.</summary>
    ApBounded,

    /// <summary>Available: every side goes on, and they agree later.</summary>
    Ap,

    /// <summary>It keeps nothing, so there is nothing to choose.</summary>
    None,
}

/// <summary>Says, beside a port, what was chosen for its data: once, for the status page and whoever else tells of it (<see cref="ConsistencyChoices"/>).</summary>
[AttributeUsage(AttributeTargets.Interface)]
public sealed class ConsistencyChoiceAttribute : Attribute
{
    /// <summary>A choice.</summary>
    /// <param name="choice">The choice.</param>
    /// <param name="data">The kind of data, in the words of its readers.</param>
    /// <param name="duringPartition">What becomes of it in a partition, in one sentence.</param>
    public ConsistencyChoiceAttribute(Choice choice, string data, string duringPartition) => (Choice, Data, DuringPartition) = (choice, data, duringPartition);

    /// <summary>The choice of another port, whose data this one's are kept with.</summary>
    /// <param name="port">The port that says it.</param>
    public ConsistencyChoiceAttribute(Type port) => Port = port;

    /// <summary>The choice.</summary>
    public Choice Choice { get; }

    /// <summary>The kind of data; empty where <see cref="Port"/> says it.</summary>
    public string Data { get; } = "";

    /// <summary>What becomes of it in a partition; empty where <see cref="Port"/> says it.</summary>
    public string DuringPartition { get; } = "";

    /// <summary>The port that says it; null when this one does.</summary>
    public Type? Port { get; }
}
