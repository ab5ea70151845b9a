using System.Xml.Linq;
using PixelCraft.Capacity.Contracts;
using Xunit;

namespace PixelCraft.Tests.Capacity;

public sealed class DiagramTests
{
    private static readonly XNamespace Svg = "http://www.w3.org/2000/svg";

    public static TheoryData<long> Sizes => [1, 100, 1_000, 100_000, 1_000_000, 10_000_000, 100_000_000, Inputs.MostUsers];

    [Theory]
    [MemberData(nameof(Sizes))]
    public void Svg_OfEverySize_IsADrawingWithABoxForEachPart_AllWithinIt(long users)
    {
        var plan = Planner.Plan(Inputs.Of(users));
        var drawing = XDocument.Parse(PlanText.Svg(plan)).Root!;
        Assert.All(plan.Pools, pool => Assert.Single(drawing.Elements(Svg + "g"), box => (string?)box.Attribute("data-part") == pool.Name));
        var size = ((string)drawing.Attribute("viewBox")!).Split(' ').Select(double.Parse).ToArray();
        Assert.All(drawing.Descendants(Svg + "rect"), rect =>
        {
            Assert.InRange((double?)rect.Attribute("x") ?? 0, 0, size[2] - (double)rect.Attribute("width")!);
            Assert.InRange((double?)rect.Attribute("y") ?? 0, 0, size[3] - (double)rect.Attribute("height")! + 1);
        });
        Assert.Contains("prefers-color-scheme: dark", drawing.Value, StringComparison.Ordinal);
        Assert.Contains(plan.Pools[0].Title, drawing.Element(Svg + "desc")!.Value, StringComparison.Ordinal);
    }

    [Fact]
    public void Svg_TextOfABox_StaysInIt() => Assert.All(Sizes, row =>
    {
        var drawing = XDocument.Parse(PlanText.Svg(Planner.Plan(Inputs.Of(row.Data), Math.Min(row.Data, 1000)))).Root!;
        Assert.All(drawing.Elements(Svg + "g"), box =>
        {
            var rect = box.Element(Svg + "rect")!;
            var right = (double)rect.Attribute("x")! + (double)rect.Attribute("width")!;
            // By the width of an average letter of its size, since there are no fonts here.
            Assert.All(box.Elements(Svg + "text").Where(text => text.Attribute("text-anchor") is null && ((string)text.Attribute("class")!).StartsWith("dg-text", StringComparison.Ordinal)),
                text => Assert.True((double)text.Attribute("x")! + (text.Value.Length * 7.2) <= right, text.Value));
        });
    });

    [Fact]
    public void Svg_WithinAPage_HasNoStyles()
    {
        var drawing = XDocument.Parse(PlanText.InlineSvg(Planner.Plan(Inputs.Of(1_000_000)))).Root!;
        Assert.Empty(drawing.Descendants(Svg + "style"));
        Assert.Empty(drawing.DescendantsAndSelf().Attributes("style"));
    }

    [Fact]
    public void Svg_OfWhatIsTooSmall_IsRed_WithTheReason()
    {
        var drawing = XDocument.Parse(PlanText.Svg(Planner.Plan(Inputs.Of(2_000_000), 1_000_000))).Root!;
        var red = drawing.Elements(Svg + "g").Where(box => ((string)box.Element(Svg + "rect")!.Attribute("class")!).EndsWith(" bad", StringComparison.Ordinal)).ToList();
        Assert.Equal(["web", "realtime", "worker", "catalogue", "analytics"], red.Select(box => (string)box.Attribute("data-part")!));
        Assert.Contains("20,000 connections pass the 10,000", red[0].Value, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(1_000)]
    [InlineData(1_000_000)]
    [InlineData(100_000_000)]
    public void Svg_OfACutLink_ShowsIt(long users)
    {
        var plan = Planner.Plan(Inputs.Of(users));
        Assert.DoesNotContain("dg-link cut", PlanText.Svg(plan), StringComparison.Ordinal);
        Assert.All(CutLink.All, link => Assert.Contains("dg-link cut", PlanText.Svg(plan, link.Id), StringComparison.Ordinal));
    }

    [Fact]
    public void Svg_TellsAllOfAReason_InABoxThatIsAsHighAsThatTakes()
    {
        // Boxes are narrow where there are several in a row, and numbers are long where there are many users.
        var plan = Planner.Plan(Inputs.Of(9_876_543_210), builtFor: 123_456_789);
        var drawing = XDocument.Parse(PlanText.Svg(plan)).Root!;
        var broken = plan.Breaks.Where(one => plan.Pools.Any(pool => pool.Name == one.Part) && one.Users <= plan.Users).ToList();
        Assert.Contains(broken, one => one.Why.Length > 90);
        Assert.All(broken, one =>
        {
            var box = drawing.Elements(Svg + "g").Single(box => (string?)box.Attribute("data-part") == one.Part);
            var lines = box.Elements(Svg + "text").Where(text => (string?)text.Attribute("class") == "dg-bad").ToList();
            Assert.Equal(one.Why, string.Join(' ', lines.Select(line => line.Value)));
            var rect = box.Element(Svg + "rect")!;
            Assert.True((double)lines[^1].Attribute("y")! < (double)rect.Attribute("y")! + (double)rect.Attribute("height")! - 24);
        });
    }

    [Fact]
    public void Mermaid_HasEveryBox_AndALineToIt()
    {
        var plan = Planner.Plan(Inputs.Of(100_000_000));
        var text = PlanText.Mermaid(plan);
        Assert.StartsWith("---\ntitle: ", text, StringComparison.Ordinal);
        Assert.Contains("\nflowchart TD\n", text, StringComparison.Ordinal);
        Assert.All(plan.Pools, pool => Assert.Contains($"  {pool.Name}[\"{pool.Title} ×", text, StringComparison.Ordinal));
        Assert.Contains("web & realtime & worker --> catalogue & analytics & redis & object_store", text, StringComparison.Ordinal);
        Assert.Contains("subgraph region", text, StringComparison.Ordinal);
    }
}
