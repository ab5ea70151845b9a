using System.Text;
using System.Text.RegularExpressions;
using PixelCraft.Capacity.Contracts;
using PixelCraft.Capacity.Reports;
using PixelCraft.Cluster;
using Xunit;

namespace PixelCraft.Tests.Capacity;

/// <summary>
/// Plans as they were read and found right, and what documents show of them. When a change is meant, run these with WRITE_GOLDEN=1 in the
/// environment, and read the difference.
/// </summary>
public sealed partial class GoldenPlanTests
{
    private static readonly long[] Sizes = [100, 1_000, 10_000, 100_000, 1_000_000, 10_000_000, 100_000_000];

    private static readonly bool IsWriting = Environment.GetEnvironmentVariable("WRITE_GOLDEN") == "1";

    public static TheoryData<long> All => [.. Sizes];

    private static string Folder => Path.Combine(Repository.Root, "tests/PixelCraft.Tests/Capacity/Golden");

    private static string Document => Path.Combine(Repository.Root, "docs/scaling.md");

    [Theory]
    [MemberData(nameof(All))]
    public void Plan_IsTheOneThatWasRead(long users) => AssertIs(Path.Combine(Folder, $"{users}.txt"), PlanText.Table(Planner.Plan(Inputs.Of(users))));

    [Fact]
    public void Walk_IsTheOneThatWasRead() => AssertIs(Path.Combine(Folder, "walk.txt"), PlanText.Table(Planner.Walk(Inputs.Of(1), Sizes[0], Sizes[^1])));

    [Theory]
    [InlineData(100)]
    [InlineData(1_000)]
    [InlineData(1_000_000)]
    [InlineData(10_000_000)]
    [InlineData(100_000_000)]
    public void Diagram_InTheDocuments_IsTheCommands(long users) =>
        AssertIs(Path.Combine(Repository.Root, $"docs/images/scaling-{users}.svg"), PlanText.Svg(Planner.Plan(Inputs.Of(users))));

    [Fact]
    public void Tables_InTheDocument_AreTheCommands()
    {
        var text = File.ReadAllText(Document);
        var made = Block().Replace(text, match => $"<!-- made: {match.Groups[1].Value} -->\n{Make(match.Groups[1].Value)}<!-- end -->");
        Assert.True(Block().Count(text) >= 6);
        AssertIs(Document, made);
    }

    private static string Make(string what) => what switch
    {
        "sizes" => Report.Markdown(PlanReport.Stations([.. Sizes.Select(users => Planner.Plan(Inputs.Of(users)))])),
        "walk" => Report.Markdown(PlanReport.Of(Planner.Walk(Inputs.Of(1), Sizes[0], Sizes[^1])).Sections[0]),
        "figures" => Figures(),
        _ when what.Split(' ') is [var section, var users] && Planner.Plan(Inputs.Of(long.Parse(users, System.Globalization.CultureInfo.InvariantCulture))) is var plan => Report.Markdown(section switch
        {
            "servers" => PlanReport.Servers(plan),
            "cost" => PlanReport.Cost(plan),
            "times" => PlanReport.Times(plan),
            "loads" => PlanReport.Loads(plan),
            _ => throw new InvalidDataException(what),
        }),
        _ => throw new InvalidDataException(what),
    };

    private static string Figures()
    {
        var text = new StringBuilder("| figure | value | source | means |\n| --- | ---: | --- | --- |\n");
        foreach (var file in Inputs.Shipped)
            foreach (var figure in file.Figures)
                text.Append(System.Globalization.CultureInfo.InvariantCulture, $"| `{file.FullName(figure)}` | {figure.Value:#,0.####} | {figure.SourceText} | {figure.Means} |\n");
        return text.ToString();
    }

    private static void AssertIs(string path, string text)
    {
        if (IsWriting)
        {
            Directory.CreateDirectory(Path.GetDirectoryName(path)!);
            File.WriteAllText(path, text);
        }
        Assert.Equal(File.ReadAllText(path), text);
    }

    [GeneratedRegex("<!-- made: ([a-z0-9 ]+) -->\n.*?<!-- end -->", RegexOptions.Singleline)]
    private static partial Regex Block();
}
