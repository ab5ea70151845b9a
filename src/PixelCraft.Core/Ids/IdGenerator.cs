using System.Buffers.Binary;
using System.Security.Cryptography;

namespace PixelCraft.Ids;

/// <summary>Makes ids from the clock and a source of randomness, both of which a test can replace.</summary>
/// <param name="time">The clock.</param>
/// <param name="random">Fills a span with bytes that can't be guessed; null takes the system's generator.</param>
public sealed class IdGenerator(TimeProvider time, IdGenerator.Fill? random = null)
{
    private readonly Fill _random = random ?? RandomNumberGenerator.Fill;

    /// <summary>Fills a span with random bytes.</summary>
    public delegate void Fill(Span<byte> bytes);

    /// <summary>An id for something that belongs to <paramref name="owner"/>: in the owner's shard.</summary>
    public Id For(Id owner) => New(owner.Shard);

    /// <summary>An id for a new member, in a shard drawn at random, so that shards fill evenly.</summary>
    public Id ForMember()
    {
        Span<byte> bytes = stackalloc byte[2];
        _random(bytes);
        return New(new Shard(BinaryPrimitives.ReadUInt16LittleEndian(bytes) % Shard.Count));
    }

    private Id New(Shard shard)
    {
        Span<byte> bytes = stackalloc byte[8];
        _random(bytes);
        return Id.Create(time.GetUtcNow(), shard, BinaryPrimitives.ReadUInt64LittleEndian(bytes));
    }
}
