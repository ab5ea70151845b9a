namespace PixelCraft.Adapters.FileSystem;

/// <summary>Tells the kinds of <see cref="IOException"/> apart; on Linux its HResult is the system's error number.</summary>
internal static class DiskFaults
{
    private const int NoSpaceLeft = 28;
    private const int QuotaExceeded = 122;

    /// <summary>Whether a disk or a quota has no room.</summary>
    public static bool IsFull(IOException e) => e.HResult is NoSpaceLeft or QuotaExceeded;
}
