using System.Text.Json;
using System.Text.Json.Serialization;
using PixelCraft.Capacity.Contracts;

namespace PixelCraft.Capacity;

/// <summary>The figures as shipped: the files in <c>Resources/</c>, which are in the assembly.</summary>
internal static class FigureFiles
{
    // What people do and the rules come first, then what a request meets on its way.
    private static readonly string[] Names =
    [
        "behaviour", "rules", "one_server", "three_servers", "edge", "load_balancer", "web", "realtime", "worker", "catalogue", "analytics", "redis",
        "object_store", "mail", "services", "region",
    ];

    /// <summary>Every file.</summary>
    public static IReadOnlyList<FigureFile> All { get; } = [.. Names.Select(Read)];

    /// <summary>Every figure by its full name.</summary>
    public static IReadOnlyDictionary<string, Figure> ByName { get; } =
        All.SelectMany(file => file.Figures.Select(figure => (Name: file.FullName(figure), Figure: figure))).ToDictionary(pair => pair.Name, pair => pair.Figure);

    /// <summary>What a resource is called by people.</summary>
    public static string Title(string name) => All.First(file => file.Name == name).Title;

    private static FigureFile Read(string name)
    {
        using var stream = typeof(FigureFiles).Assembly.GetManifestResourceStream($"PixelCraft.Capacity.Resources.{name}.json")!;
        return JsonSerializer.Deserialize(stream, FigureJson.Default.FigureFile)!;
    }
}

// A file that lacks something doesn't load; "$schema" is for editors.
[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase, RespectRequiredConstructorParameters = true)]
[JsonSerializable(typeof(FigureFile))]
[JsonSerializable(typeof(IReadOnlyList<FigureFile>))]
internal sealed partial class FigureJson : JsonSerializerContext;
