using PixelCraft.Images.Engine;

namespace PixelCraft.Adapters.Rendering;

/// <summary>
/// Whose fault it is that a child ended while it worked. Signals that a program earns by what it does itself (a bad access, an
/// abort, its limit of processor time) and an exit of its own are the file's: nothing else was in that process. Signals
/// that only somebody else sends, above all SIGKILL, are not: the kernel's when the machine has no memory left, or an
/// administrator's. See docs/decisions/0005-faults-of-a-file.md.
/// </summary>
internal static class ChildDeath
{
    private const int Signalled = 128;
    private const int Illegal = 4, Trap = 5, Abort = 6, Bus = 7, FloatingPoint = 8, Segment = 11, CpuTime = 24, FileSize = 25, SystemCall = 31;

    private static readonly string[] Memory = ["out of memory", "OutOfMemory", "failed to allocate", "Cannot allocate memory", "bad_alloc"];

    /// <summary>The fault of the file; null when it was none.</summary>
    /// <param name="exitCode">Of the process; 128 and the signal when one ended it.</param>
    /// <param name="errors">What it wrote to its standard error at last.</param>
    /// <param name="options">The limits, for the text.</param>
    public static Faulted? FaultOfTheFile(int exitCode, string errors, EngineOptions options)
    {
        if (exitCode == Signalled + CpuTime) return TooLong(options);
        if (exitCode >= Signalled && exitCode - Signalled is not (Illegal or Trap or Abort or Bus or FloatingPoint or Segment or FileSize or SystemCall)) return null;
        return Memory.Any(word => errors.Contains(word, StringComparison.OrdinalIgnoreCase))
            ? new Faulted($"This image {options.Limits().MemoryReason()}")
            : new Faulted("This image can't be read: decoding it crashed.");
    }

    /// <summary>The time limit was reached.</summary>
    public static Faulted TooLong(EngineOptions options) => new($"This image took longer than {options.TimeLimit.TotalSeconds:0.#} seconds.");
}
