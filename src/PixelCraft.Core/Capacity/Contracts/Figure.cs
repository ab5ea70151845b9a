using System.Text.Json.Serialization;
using PixelCraft.Http;

namespace PixelCraft.Capacity.Contracts;

/// <summary>Where a figure comes from.</summary>
[JsonConverter(typeof(CamelCaseEnumConverter<FigureSource>))]
public enum FigureSource
{
    /// <summary>A planning figure of the architecture for 1,000,000 users.</summary>
    Planned,

    /// <summary>What this version of the program does.</summary>
    Program,

    /// <summary>A vendor's public price or limit.</summary>
    Listed,

    /// <summary>Nobody has measured it.</summary>
    Assumed,
}

/// <summary>A figure that the model calculates with; its unit is in its name.</summary>
/// <param name="Name">In its file.</param>
/// <param name="Value">As shipped.</param>
/// <param name="Least">The smallest value that makes sense.</param>
/// <param name="Most">The largest.</param>
/// <param name="Means">What it is.</param>
/// <param name="Source">Where it comes from.</param>
/// <param name="From">Whose price or limit it is, or which setting of the program; null for what is planned or assumed.</param>
public sealed record Figure(string Name, double Value, double Least, double Most, string Means, FigureSource Source, string? From = null)
{
    /// <summary>Where it comes from, in words.</summary>
    [JsonIgnore]
    public string SourceText => Source.ToString().ToLowerInvariant() + (From is null ? "" : $": {From}");
}

/// <summary>A file of figures: of a resource, of what people do, or of the rules.</summary>
/// <param name="Name">What the figures' names begin with when they are changed; those of behaviour and rules are called by their name alone.</param>
/// <param name="Title">For people.</param>
/// <param name="Figures">In the order of the file.</param>
public sealed record FigureFile(string Name, string Title, IReadOnlyList<Figure> Figures)
{
    /// <summary>What a figure is called by those who change it: <c>web.connections_per_server</c>, <c>uploads_per_user_per_day</c>.</summary>
    public string FullName(Figure figure) => Name is "behaviour" or "rules" ? figure.Name : $"{Name}.{figure.Name}";
}
