using CsCheck;
using PixelCraft.Consistency;
using Xunit;

namespace PixelCraft.Tests.Consistency;

public sealed class ReadPositionTests
{
    private static readonly Gen<string> Name = Gen.Char["abz09-"].Array[1, 32].Select(letters => new string(letters));

    [Fact]
    public void TryParse_OfWhatWasWritten_GivesTheSame() => Gen.Select(Name, Gen.ULong).Array[1, 8].Sample(advances =>
    {
        var position = new ReadPosition();
        foreach (var (store, at) in advances) position.Advance(store, at);
        if (position.ToString().Length == 0) return; // all were 0
        Assert.True(ReadPosition.TryParse(position.ToString(), out var read));
        Assert.False(read.HasAdvanced);
        foreach (var (store, _) in advances) Assert.Equal(advances.Where(a => a.Item1 == store).Max(a => a.Item2), read.Of(store));
    });

    [Theory]
    [InlineData(null)]
    [InlineData("")]
    [InlineData("catalogue")]
    [InlineData("catalogue.")]
    [InlineData(".1")]
    [InlineData("catalogue.g")]
    [InlineData("catalogue.1F")]
    [InlineData("catalogue.-1")]
    [InlineData("catalogue. 1")]
    [InlineData("catalogue.10000000000000000")]
    [InlineData("catalogue.1.2")]
    [InlineData("catalogue.1_catalogue.2")]
    [InlineData("catalogue.1_")]
    [InlineData("Catalogue.1")]
    [InlineData("a.1_b.1_c.1_d.1_e.1_f.1_g.1_h.1_i.1")]
    public void TryParse_OfAnythingElse_IsRefused(string? text) => Assert.False(ReadPosition.TryParse(text, out _));

    [Fact]
    public void TryParse_OfAnythingAtAll_NeverThrows() => Gen.Char["a1._-\0é"].Array[0, 500].Sample(letters => { _ = ReadPosition.TryParse(new string(letters), out _); });

    [Fact]
    public void Advance_ToAnEarlierPosition_StaysWhereItIs()
    {
        Assert.True(ReadPosition.TryParse("catalogue.ff", out var position));
        position.Advance("catalogue", 1);
        Assert.Equal(255ul, position.Of("catalogue"));
        Assert.False(position.HasAdvanced);
        position.Advance("catalogue", 256);
        Assert.True(position.HasAdvanced);
        Assert.Equal("catalogue.100", position.ToString());
    }

    [Fact]
    public void Advance_WhenAClientBroughtAsManyStoresAsThereMayBe_MakesRoom()
    {
        Assert.True(ReadPosition.TryParse("a.1_b.1_c.1_d.1_e.1_f.1_g.1_h.1", out var position));
        position.Advance("catalogue", 7);
        Assert.Equal("catalogue.7", position.ToString());
    }
}
