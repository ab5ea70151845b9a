using System.Text.Json;
using System.Text.RegularExpressions;
using PixelCraft.Capacity.Contracts;
using Xunit;

namespace PixelCraft.Tests.Capacity;

public sealed partial class InputsTests
{
    [Fact]
    public void Shipped_EveryFigure_IsWithinItsBounds_AndSaysWhatItIs()
    {
        Assert.Equal(16, Inputs.Shipped.Count);
        Assert.All(Inputs.Shipped.SelectMany(file => file.Figures), figure =>
        {
            Assert.InRange(figure.Value, figure.Least, figure.Most);
            Assert.EndsWith(".", figure.Means, StringComparison.Ordinal);
            Assert.True(Enum.IsDefined(figure.Source));
        });
        var names = Inputs.Shipped.SelectMany(file => file.Figures.Select(file.FullName)).ToList();
        Assert.Equal(names.Count, names.Distinct().Count());
    }

    [Fact]
    public void Shipped_FiguresOfOthersAndOfTheProgram_SayWhoseTheyAre() =>
        Assert.All(Inputs.Shipped.SelectMany(file => file.Figures), figure => Assert.Equal(figure.Source is FigureSource.Listed or FigureSource.Program, figure.From is not null));

    [Fact]
    public void Shipped_FiguresOfTheProgram_AreWhatItDoes()
    {
        var databases = typeof(PixelCraft.Server.Configuration.PostgresOptions).GetProperties().Count(property => property.Name.StartsWith("Catalogue", StringComparison.Ordinal));
        var program = new Dictionary<string, double>
        {
            ["realtime.tick_milliseconds"] = new PixelCraft.Live.Contracts.LiveOptions().Tick.TotalMilliseconds,
            ["catalogue.databases_at_most"] = databases,
        };
        Assert.Equal(program.OrderBy(pair => pair.Key), Inputs.Shipped.SelectMany(file => file.Figures.Where(figure => figure.Source is FigureSource.Program).Select(figure => KeyValuePair.Create(file.FullName(figure), figure.Value))).OrderBy(pair => pair.Key));
    }

    [Fact]
    public void Shipped_EveryFigure_HasItsUnitInItsName() =>
        Assert.All(Inputs.Shipped.SelectMany(file => file.Figures), figure => Assert.Matches(Unit(), figure.Name));

    [Fact]
    public void Shipped_EveryCapacity_CanNotBeZero() =>
        Assert.All(Inputs.Shipped.SelectMany(file => file.Figures).Where(figure => Capacity().IsMatch(figure.Name) && !figure.Name.StartsWith("price", StringComparison.Ordinal)),
            figure => Assert.True(figure.Least > 0, figure.Name));

    [Fact]
    public void Files_AreAsTheirSchemaSays()
    {
        var folder = Path.Combine(PixelCraft.Cluster.Repository.Root, "src/PixelCraft.Core/Capacity/Resources");
        using var schema = JsonDocument.Parse(File.ReadAllText(Path.Combine(folder, "figures.schema.json")));
        var files = Directory.GetFiles(folder, "*.json").Where(path => !path.EndsWith(".schema.json", StringComparison.Ordinal)).ToList();
        Assert.Equal(Inputs.Shipped.Select(file => file.Name).Order(), files.Select(path => Path.GetFileNameWithoutExtension(path)).Order());
        Assert.All(files, path =>
        {
            using var file = JsonDocument.Parse(File.ReadAllText(path));
            Assert.Empty(Faults(schema.RootElement, file.RootElement));
        });
        using var wrong = JsonDocument.Parse("""{ "name": "Web", "figures": [ { "name": "a", "value": "1", "source": "guessed", "unit": "s" } ] }""");
        Assert.Equal(["title", "^[a-z_]+$", "least", "most", "means", "number", "enum", "unit"], Faults(schema.RootElement, wrong.RootElement));
    }

    [Theory]
    [InlineData("users", "0", InputProblem.TooSmall)]
    [InlineData("users", "-5", InputProblem.TooSmall)]
    [InlineData("users", "1e30", InputProblem.TooLarge)]
    [InlineData("users", "many", InputProblem.NotANumber)]
    [InlineData("users", "NaN", InputProblem.NotANumber)]
    [InlineData("uploads_per_user_per_day", "-1", InputProblem.TooSmall)]
    [InlineData("uploads_per_user_per_day", "1e9", InputProblem.TooLarge)]
    [InlineData("read_share", "1.1", InputProblem.TooLarge)]
    [InlineData("web.connections_per_server", "0", InputProblem.TooSmall)]
    [InlineData("web.conections_per_server", "1", InputProblem.Unknown)]
    public void Read_WhatCanNotBe_IsNamed(string name, string value, InputProblem problem)
    {
        var fault = Assert.Single(Inputs.Read([new(name, value)]).Faults);
        Assert.Equal((name, problem), (fault.Name, fault.Problem));
    }

    [Fact]
    public void Read_Everything_ThatIsWrong_IsToldAtOnce_WithWhatWasMeant()
    {
        var faults = Inputs.Read([new("users", "x"), new("uploads_per_user", "2"), new("read_share", "-1")]).Faults;
        Assert.Equal(["users", "uploads_per_user", "read_share"], faults.Select(fault => fault.Name));
        Assert.Contains("Did you mean uploads_per_user_per_day?", faults[1].Text, StringComparison.Ordinal);
        Assert.Contains("0 to 1", faults[2].Text, StringComparison.Ordinal);
    }

    [Fact]
    public void Read_AsShipped_IsNoChange()
    {
        var result = Inputs.Read([new("users", "1,000"), new("read_share", "0.90"), new("web.connections_per_server", "2000")]);
        Assert.Empty(result.Faults);
        Assert.Equal(1000, result.Inputs.Users);
        Assert.Equal(["web.connections_per_server"], result.Inputs.Changes.Keys);
    }

    [Fact]
    public void Json_OfAPlan_ReadAgain_MakesTheSamePlan()
    {
        var inputs = Inputs.Read([new("users", "123456"), new("uploads_per_user_per_day", "0.5"), new("web.connections_per_server", "700")]).Inputs;
        var json = PlanText.Json(Planner.Plan(inputs));
        Assert.Equal(json, PlanText.Json(Planner.Plan(Inputs.Read(PlanText.ReadInputs(json)!).Inputs)));
    }

    [Theory]
    [InlineData("[]")]
    [InlineData("{")]
    [InlineData("7")]
    public void ReadInputs_OfWhatIsNone_IsNull(string json) => Assert.Null(PlanText.ReadInputs(json));

    /// <summary>The keywords of JSON Schema that this one uses.</summary>
    private static IEnumerable<string> Faults(JsonElement schema, JsonElement value)
    {
        if (schema.TryGetProperty("type", out var type) && !string.Equals(type.GetString(), value.ValueKind.ToString(), StringComparison.OrdinalIgnoreCase)) yield return type.GetString()!;
        if (schema.TryGetProperty("pattern", out var pattern) && !Regex.IsMatch(value.GetString()!, pattern.GetString()!)) yield return pattern.GetString()!;
        if (schema.TryGetProperty("enum", out var choices) && choices.EnumerateArray().All(choice => choice.GetString() != value.GetString())) yield return "enum";
        if (schema.TryGetProperty("minItems", out var least) && value.GetArrayLength() < least.GetInt32()) yield return "minItems";
        if (value.ValueKind is JsonValueKind.Array)
            foreach (var fault in value.EnumerateArray().SelectMany(item => Faults(schema.GetProperty("items"), item))) yield return fault;
        if (value.ValueKind is not JsonValueKind.Object) yield break;
        foreach (var name in schema.GetProperty("required").EnumerateArray().Select(name => name.GetString()!).Where(name => !value.TryGetProperty(name, out _))) yield return name;
        foreach (var property in value.EnumerateObject())
            if (!schema.GetProperty("properties").TryGetProperty(property.Name, out var inner)) yield return property.Name;
            else
                foreach (var fault in Faults(inner, property.Value)) yield return fault;
    }

    // "per", a share, a count or a measure: what a number is of can be read.
    [GeneratedRegex("_per_|share|use$|factor$|times$|usd|bytes|_days?_|seconds|minutes|terabytes|least|most|survived|servers|users|prepared_for")]
    private static partial Regex Unit();

    [GeneratedRegex("_per_(server|primary|replica|region)(_|$)")]
    private static partial Regex Capacity();
}
