using CsCheck;
using PixelCraft.Adapters.EntityFramework.Catalogue.Sharding;
using PixelCraft.Ids;
using Xunit;

namespace PixelCraft.Tests.Adapters.EntityFramework;

public sealed class ShardTableTests
{
    private static readonly Gen<ShardRange> Range = Gen.Select(Gen.Int[0, 4095], Gen.Int[0, 4095]).Select((a, b) => new ShardRange(Math.Min(a, b), Math.Max(a, b)));
    private static readonly Gen<(ShardRange Range, string Store)> Move = Gen.Select(Range, Gen.OneOfConst("catalogue", "catalogue2", "catalogue3"));

    [Fact]
    public void With_AnyMoves_PutsEveryShardWhereItWentLast() => Gen.Select(Move.Array[0, 10], Gen.Int[0, 4095]).Sample((moves, number) =>
    {
        var table = ShardTable.AllIn("catalogue");
        foreach (var (range, store) in moves) table = table.With(range, store);
        var id = IdIn(number);
        Assert.Equal(moves.LastOrDefault(move => move.Range.Contains(id.Shard)).Store ?? "catalogue", table.Of(id));
        Assert.Equal(Shard.Count, table.Ranges.Sum(entry => entry.Range.Last - entry.Range.First + 1));
        Assert.Equal(table.Of(id), table.Ranges.Single(entry => entry.Range.Contains(id.Shard)).Store);
    });

    [Fact]
    public void TryParse_OfWhatWasWritten_GivesTheSame() => Move.Array[0, 10].Sample(moves =>
    {
        var table = ShardTable.AllIn("catalogue");
        foreach (var (range, store) in moves) table = table.With(range, store);
        Assert.True(ShardTable.TryParse(table.ToString(), out var read, out _));
        Assert.Equal(table.Ranges, read.Ranges);
    });

    [Theory]
    [InlineData("", "''")]
    [InlineData("0-4095", "'0-4095'")]
    [InlineData("0-4096 catalogue", "'0-4096 catalogue'")]
    [InlineData("7-3 catalogue", "'7-3 catalogue'")]
    [InlineData("0-4094 catalogue", "4095")]
    [InlineData("0-2047 catalogue, 2049-4095 catalogue2", "2048")]
    [InlineData("0-2047 catalogue, 2047-4095 catalogue2", "2047-4095")]
    public void TryParse_OfATableThatLeavesQuestions_SaysWhich(string text, string named)
    {
        Assert.False(ShardTable.TryParse(text, out _, out var fault));
        Assert.Contains(named, fault, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("7", 7, 7)]
    [InlineData("0-4095", 0, 4095)]
    public void TryParse_OfARange_ReadsIt(string text, int first, int last)
    {
        Assert.True(ShardRange.TryParse(text, out var range));
        Assert.Equal(new ShardRange(first, last), range);
        Assert.Equal(text, range.ToString());
    }

    private static Id IdIn(int shard) => Id.Create(DateTimeOffset.UnixEpoch, new Shard(shard), 1);
}
