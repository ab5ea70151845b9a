namespace PixelCraft.Ids;

/// <summary>
/// One of 4,096 logical shards. Everything that a member owns is in the member's shard; which database holds a shard
/// is configuration, so that shards move without an id changing.
/// </summary>
public readonly record struct Shard
{
    /// <summary>How many there are: 12 bits.</summary>
    public const int Count = 4096;

    /// <summary>The shard with this number, 0 to 4,095.</summary>
    /// <exception cref="ArgumentOutOfRangeException">The number is out of range.</exception>
    public Shard(int number)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(number);
        ArgumentOutOfRangeException.ThrowIfGreaterThanOrEqual(number, Count);
        Number = (ushort)number;
    }

    /// <summary>0 to 4,095.</summary>
    public ushort Number { get; }
}
