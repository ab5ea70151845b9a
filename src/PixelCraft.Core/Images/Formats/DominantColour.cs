namespace PixelCraft.Images.Formats;

/// <summary>The colour that most of an image has: the mean of the fullest of 4,096 boxes of like colours.</summary>
public static class DominantColour
{
    /// <summary>The colour as <c>#rrggbb</c>; grey for an image that is transparent everywhere.</summary>
    /// <param name="rgba">Pixels in sRGB, 4 bytes each, alpha not premultiplied; transparent ones count less.</param>
    public static string Of(ReadOnlySpan<byte> rgba)
    {
        Span<long> weights = new long[4_096];
        for (var i = 0; i + 3 < rgba.Length; i += 4) weights[Box(rgba[i..])] += rgba[i + 3];

        var fullest = 0;
        for (var box = 1; box < weights.Length; box++)
            if (weights[box] > weights[fullest]) fullest = box;
        if (weights[fullest] == 0) return "#808080";

        long red = 0, green = 0, blue = 0;
        for (var i = 0; i + 3 < rgba.Length; i += 4)
        {
            if (Box(rgba[i..]) != fullest) continue;
            var alpha = rgba[i + 3];
            red += rgba[i] * alpha;
            green += rgba[i + 1] * alpha;
            blue += rgba[i + 2] * alpha;
        }
        var weight = weights[fullest];
        return $"#{Mean(red, weight):x2}{Mean(green, weight):x2}{Mean(blue, weight):x2}";
    }

    private static long Mean(long sum, long weight) => (sum + weight / 2) / weight;

    private static int Box(ReadOnlySpan<byte> pixel) => pixel[0] >> 4 << 8 | pixel[1] >> 4 << 4 | pixel[2] >> 4;
}
