namespace PixelCraft.Live;

/// <summary>So much a second, and up to twice that at once after a rest. For one thread at a time.</summary>
internal sealed class Allowance(int perSecond, TimeProvider time)
{
    private double _left = perSecond * 2.0;
    private long _at = time.GetTimestamp();

    /// <summary>Takes some; false when there was not as much.</summary>
    public bool TryTake(long count)
    {
        var now = time.GetTimestamp();
        _left = Math.Min(perSecond * 2.0, _left + (time.GetElapsedTime(_at, now).TotalSeconds * perSecond));
        _at = now;
        return (_left -= count) >= 0;
    }
}
