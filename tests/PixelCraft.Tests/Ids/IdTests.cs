using CsCheck;
using PixelCraft.Ids;
using Xunit;

namespace PixelCraft.Tests.Ids;

public sealed class IdTests
{
    private static readonly Gen<Id> AnyId =
        from milliseconds in Gen.Long[0, (1L << 48) - 1]
        where milliseconds <= DateTimeOffset.MaxValue.ToUnixTimeMilliseconds()
        from shard in Gen.Int[0, Shard.Count - 1]
        from random in Gen.ULong
        select Id.Create(DateTimeOffset.FromUnixTimeMilliseconds(milliseconds), new Shard(shard), random);

    [Fact]
    public void Text_ReadBack_IsTheSameId() => AnyId.Sample(id =>
    {
        var text = id.ToString();
        return text.Length == Id.TextLength && Id.TryParse(text, out var read) && read == id;
    });

    [Fact]
    public void Guid_ReadBack_IsTheSameId() => AnyId.Sample(id => Id.FromGuid(id.ToGuid()) == id && Id.FromBytes(id.ToBytes()) == id);

    [Fact]
    public void Guid_IsVersion7OfRfc9562() => AnyId.Sample(id => id.ToGuid().Version == 7 && id.ToGuid().Variant is >= 8 and <= 11);

    [Fact]
    public void Create_KeepsTimeAndShard() => Gen.Select(Gen.Long[0, 4_000_000_000_000], Gen.Int[0, Shard.Count - 1], Gen.ULong).Sample((milliseconds, shard, random) =>
    {
        var time = DateTimeOffset.FromUnixTimeMilliseconds(milliseconds);
        var id = Id.Create(time, new Shard(shard), random);
        return id.CreatedAt == time && id.Shard.Number == shard;
    });

    [Fact]
    public void Order_IsTheSameForIdTextAndBytes() => Gen.Select(AnyId, AnyId).Sample((a, b) =>
    {
        var order = Math.Sign(a.CompareTo(b));
        return order == Math.Sign(string.CompareOrdinal(a.ToString(), b.ToString()))
            && order == Math.Sign(a.ToBytes().AsSpan().SequenceCompareTo(b.ToBytes()))
            && (order < 0) == (a < b) && (order > 0) == (a > b) && (order <= 0) == (a <= b) && (order >= 0) == (a >= b);
    });

    [Fact]
    public void Order_IsByTimeFirst() => Gen.Select(Gen.Long[0, 4_000_000_000_000], Gen.ULong, Gen.ULong).Sample((milliseconds, older, newer) =>
        Id.Create(DateTimeOffset.FromUnixTimeMilliseconds(milliseconds), new Shard(4095), older)
        < Id.Create(DateTimeOffset.FromUnixTimeMilliseconds(milliseconds + 1), new Shard(0), newer));

    [Theory]
    [InlineData("")]
    [InlineData("0")]
    [InlineData("0000000000000000000000000")]
    [InlineData("000000000000000000000000000")]
    [InlineData("80000000000000000000000000")] // 129 bits
    [InlineData("0000000000000000000000000A")] // capitals: there is one way to write an id
    [InlineData("0000000000000000000000000i")]
    [InlineData("0000000000000000000000000l")]
    [InlineData("0000000000000000000000000o")]
    [InlineData("0000000000000000000000000u")]
    [InlineData("0000000000000000000000000é")]
    [InlineData("../../../../../etc/passwd0")]
    public void TryParse_AnythingElse_IsRefused(string text) => Assert.False(Id.TryParse(text, null, out _));

    [Fact]
    public void TryParse_AnyText_NeverThrowsAndReadsOnlyWhatItWrites() =>
        Gen.String.Sample(text => !Id.TryParse(text, null, out var id) || id.ToString() == text);

    [Fact]
    public void For_AnOwner_IsInTheOwnersShard()
    {
        var ids = new IdGenerator(TimeProvider.System);
        for (var i = 0; i < 100; i++)
        {
            var member = ids.ForMember();
            Assert.Equal(member.Shard, ids.For(member).Shard);
        }
    }

    [Fact]
    public void ForMember_SpreadsOverTheShards()
    {
        var ids = new IdGenerator(TimeProvider.System);
        var shards = Enumerable.Range(0, 20_000).Select(_ => ids.ForMember().Shard).ToHashSet();
        // 20,000 draws from 4,096 leave about 31 out.
        Assert.InRange(shards.Count, 3_950, Shard.Count);
    }
}
