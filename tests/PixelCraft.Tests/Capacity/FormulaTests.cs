using CsCheck;
using PixelCraft.Capacity;
using Xunit;

namespace PixelCraft.Tests.Capacity;

public sealed class FormulaTests
{
    [Theory]
    [InlineData("a", 2)]
    [InlineData("a + b × 2", 8)]
    [InlineData("(a + b) × 2", 10)]
    [InlineData("b − a − 1", 0)]
    [InlineData("12 ÷ b ÷ a", 2)]
    [InlineData("a × (1 − 0.9)", 0.2)]
    public void Value_FollowsTheOrderOfOperations(string text, double expected) =>
        Assert.Equal(expected, Formula.Parse(text).Value(name => name == "a" ? 2 : 3), 12);

    [Theory]
    [InlineData("")]
    [InlineData("a +")]
    [InlineData("(a")]
    [InlineData("a b")]
    public void Parse_OfHalfAFormula_Throws(string text) => Assert.Throws<FormatException>(() => Formula.Parse(text));

    [Fact]
    public void With_PutsNumbersInThePlacesOfNames() =>
        Assert.Equal("1,000,000 × (1 − 0.9)", Formula.Parse("users × (1 − share)").With(name => name == "users" ? 1_000_000 : 0.9));

    [Fact]
    public void Loads_AreProportionalToUsers()
    {
        var loads = new Loads(PixelCraft.Capacity.Contracts.Inputs.Of(1), hasEdge: true);
        Gen.Select(Gen.Double[1, 1e9], Gen.Double[1, 100], Gen.Int[0, LoadTable.All.Count - 1]).Sample((users, times, row) =>
        {
            // Calculated from the formula itself for so many users, not multiplied.
            var values = new Dictionary<string, double>();
            foreach (var one in LoadTable.All)
                values[one.Name] = one.Formula.Value(name => name == "users" ? users * times : values.TryGetValue(name, out var load) ? load : PixelCraft.Capacity.Contracts.Inputs.Of(1)[name]);
            var name = LoadTable.All[row].Name;
            return Math.Abs(values[name] - loads.Of(name, users * times)) <= 1e-9 * Math.Abs(values[name]);
        });
    }
}
