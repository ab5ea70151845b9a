using NetVips;

namespace PixelCraft.Adapters.Vips;

/// <summary>
/// What libvips's messages mean. It has no codes, and its error buffer is shared by all threads: a message may carry lines
/// of another image's fault, so that these tests look for words and never show them to anybody.
/// </summary>
internal static class VipsFaults
{
    private static readonly string[] Machine = ["Too many open files", "No space left on device", "Input/output error"];

    private static readonly string[] Memory = ["out of memory", "Cannot allocate memory", "memory allocation", "Insufficient memory", "allocating"];

    private static readonly string[] Ending = ["premature end", "end of", "truncated", "EOF", "not enough data", "unable to read source"];

    private static readonly string[] Unknown = ["unsupported", "not supported", "unimplemented", "not implemented", "not configured"];

    /// <summary>Whether the machine is at fault, so that trying again may help.</summary>
    public static bool OfTheMachine(VipsException e) => Contains(e, Machine);

    /// <summary>Whether the limit of memory was reached.</summary>
    public static bool OfMemory(VipsException e) => Contains(e, Memory);

    /// <summary>What is wrong with the file, for its owner.</summary>
    public static string Reason(VipsException e) =>
        Contains(e, Ending) ? Images.Formats.ImageHeaderScanner.EndsTooEarly
        : Contains(e, Unknown) ? "The file is damaged, or of a rare kind of its format that is not read here."
        : "The file is damaged: its pixels can't be read.";

    private static bool Contains(VipsException e, string[] words) => words.Any(word => e.Message.Contains(word, StringComparison.OrdinalIgnoreCase));
}
