using System.Text.Json;
using System.Text.Json.Serialization;
using PixelCraft.Capacity.Diagrams;
using PixelCraft.Capacity.Reports;

namespace PixelCraft.Capacity.Contracts;

/// <summary>Plans as text, in the forms that people and programs read.</summary>
public static class PlanText
{
    /// <summary>For a terminal.</summary>
    public static string Table(CapacityPlan plan) => PlanReport.Of(plan).Table();

    /// <summary>For a terminal.</summary>
    public static string Table(Walk walk) => PlanReport.Of(walk).Table();

    /// <summary>For a document.</summary>
    public static string Markdown(CapacityPlan plan) => PlanReport.Of(plan).Markdown();

    /// <summary>For a document.</summary>
    public static string Markdown(Walk walk) => PlanReport.Of(walk).Markdown();

    /// <summary>For programs; what <see cref="ReadInputs"/> reads again.</summary>
    public static string Json(CapacityPlan plan) => JsonSerializer.Serialize(plan, PlanJson.ForPeople.CapacityPlan);

    /// <summary>For programs.</summary>
    public static string Json(Walk walk) => JsonSerializer.Serialize(walk, PlanJson.ForPeople.Walk);

    /// <summary>Two plans side by side.</summary>
    public static string CompareTable(string nameA, CapacityPlan a, string nameB, CapacityPlan b) => ComparisonReport.Of(nameA, a, nameB, b).Table();

    /// <summary>Two plans side by side.</summary>
    public static string CompareMarkdown(string nameA, CapacityPlan a, string nameB, CapacityPlan b) => ComparisonReport.Of(nameA, a, nameB, b).Markdown();

    /// <summary>The architecture diagram, as a file for a slide or a whiteboard.</summary>
    /// <param name="plan">Of this plan.</param>
    /// <param name="cut">A link that is drawn as cut, one of <see cref="CutLink.All"/>; null for none.</param>
    public static string Svg(CapacityPlan plan, string? cut = null) => SvgDiagram.Draw(Diagram.Of(plan), isFile: true, cut);

    /// <summary>The same within a page, whose style sheet colours it.</summary>
    public static string InlineSvg(CapacityPlan plan, string? cut = null) => SvgDiagram.Draw(Diagram.Of(plan), isFile: false, cut);

    /// <summary>The diagram for Mermaid.</summary>
    public static string Mermaid(CapacityPlan plan) => MermaidDiagram.Write(Diagram.Of(plan));

    /// <summary>Reads inputs from JSON: an object of names and numbers, or a plan that was written as JSON. Null when it is neither.</summary>
    public static IReadOnlyList<KeyValuePair<string, string>>? ReadInputs(string json)
    {
        try
        {
            using var document = JsonDocument.Parse(json, new JsonDocumentOptions { CommentHandling = JsonCommentHandling.Skip, AllowTrailingCommas = true });
            if (document.RootElement.ValueKind is not JsonValueKind.Object) return null;
            var isPlan = document.RootElement.TryGetProperty("changed", out var changed) && changed.ValueKind is JsonValueKind.Object;
            return [.. Pairs(document.RootElement).Where(pair => !isPlan || pair.Key == "users"), .. isPlan ? Pairs(changed) : []];
        }
        catch (JsonException)
        {
            return null;
        }
    }

    private static IEnumerable<KeyValuePair<string, string>> Pairs(JsonElement of) =>
        of.EnumerateObject().Select(property => KeyValuePair.Create(property.Name, property.Value.ValueKind is JsonValueKind.String ? property.Value.GetString()! : property.Value.GetRawText()));
}

/// <summary>The JSON of plans, generated at build time.</summary>
[JsonSourceGenerationOptions(JsonSerializerDefaults.Web, NumberHandling = JsonNumberHandling.AllowNamedFloatingPointLiterals)]
[JsonSerializable(typeof(CapacityPlan))]
[JsonSerializable(typeof(Walk))]
internal sealed partial class PlanJson : JsonSerializerContext
{
    /// <summary>For people who look at it.</summary>
    public static PlanJson ForPeople { get; } = new(new JsonSerializerOptions(JsonSerializerDefaults.Web) { WriteIndented = true, Encoder = System.Text.Encodings.Web.JavaScriptEncoder.UnsafeRelaxedJsonEscaping, NewLine = "\n", NumberHandling = JsonNumberHandling.AllowNamedFloatingPointLiterals });
}
