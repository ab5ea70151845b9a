namespace PixelCraft.Images.Formats;

/// <summary>
/// A placeholder of 5 to 25 bytes for an image: its average colour, its shape and a few of the lowest frequencies. The
/// format is Evan Wallace's ThumbHash, https://evanw.github.io/thumbhash/; a browser draws it from the bytes.
/// <para>
/// Luminance (L), yellow minus blue (P), red minus green (Q) and, if anything is transparent, alpha (A) go through a
/// discrete cosine transform. The constant terms and each channel's largest amplitude (its scale) are packed into a header:
/// 24 bits of L 6, P 6, Q 6, scale of L 5, has alpha 1; 16 bits of terms on the shorter side 3, scale of P 6, scale of
/// Q 6, landscape 1; with alpha a byte of A 4 and its scale 4. All other terms follow as 4 bits each. Low bits first.
/// </para>
/// </summary>
public static class ThumbHash
{
    /// <summary>The longest side that is taken, in pixels; a larger image tells no more.</summary>
    public const int MaxSide = 100;

    /// <summary>The hash of an image.</summary>
    /// <param name="width">Pixels across, 1 to 100.</param>
    /// <param name="height">Pixels down, 1 to 100.</param>
    /// <param name="rgba">Red, green, blue, alpha, row by row; colours not multiplied by alpha.</param>
    /// <exception cref="ArgumentException">The size is out of range or doesn't fit the pixels.</exception>
    public static byte[] Encode(int width, int height, ReadOnlySpan<byte> rgba)
    {
        if (width is < 1 or > MaxSide || height is < 1 or > MaxSide) throw new ArgumentException($"{width} x {height} is not within 100 x 100.", nameof(width));
        if (rgba.Length != width * height * 4) throw new ArgumentException("Not width times height times 4 bytes.", nameof(rgba));

        var (l, p, q, a) = Split(width, height, rgba, out var hasAlpha);
        var longer = Math.Max(width, height);
        var most = hasAlpha ? 5 : 7;
        var across = Math.Max(1, Round((double)(most * width) / longer));
        var down = Math.Max(1, Round((double)(most * height) / longer));
        var luminance = Transform(l, width, height, Math.Max(3, across), Math.Max(3, down));
        var yellowBlue = Transform(p, width, height, 3, 3);
        var redGreen = Transform(q, width, height, 3, 3);
        Channel[] channels = [luminance, yellowBlue, redGreen];

        var landscape = width > height;
        var first = Round(63 * luminance.Constant) | Round(31.5 + 31.5 * yellowBlue.Constant) << 6
            | Round(31.5 + 31.5 * redGreen.Constant) << 12 | Round(31 * luminance.Scale) << 18 | (hasAlpha ? 1 << 23 : 0);
        var second = (landscape ? down : across) | Round(63 * yellowBlue.Scale) << 3 | Round(63 * redGreen.Scale) << 9 | (landscape ? 1 << 15 : 0);
        List<byte> hash = [(byte)first, (byte)(first >> 8), (byte)(first >> 16), (byte)second, (byte)(second >> 8)];
        if (hasAlpha)
        {
            var alpha = Transform(a, width, height, 5, 5);
            channels = [.. channels, alpha];
            hash.Add((byte)(Round(15 * alpha.Constant) | Round(15 * alpha.Scale) << 4));
        }

        var low = true;
        foreach (var term in channels.SelectMany(channel => channel.Terms))
        {
            var nibble = Round(15 * term);
            if (low) hash.Add((byte)nibble);
            else hash[^1] |= (byte)(nibble << 4);
            low = !low;
        }
        return [.. hash];
    }

    /// <summary>The average colour that a hash tells, each of red, green, blue, alpha 0 to 255; null when it is no hash.</summary>
    public static (byte Red, byte Green, byte Blue, byte Alpha)? AverageColour(ReadOnlySpan<byte> hash)
    {
        if (hash.Length < 5) return null;
        var header = hash[0] | hash[1] << 8 | hash[2] << 16;
        var hasAlpha = header >> 23 == 1;
        if (hasAlpha && hash.Length < 6) return null;
        var l = (header & 63) / 63.0;
        var p = (header >> 6 & 63) / 31.5 - 1;
        var q = (header >> 12 & 63) / 31.5 - 1;
        var blue = l - 2.0 / 3 * p;
        var red = (3 * l - blue + q) / 2;
        var green = red - q;
        return (Byte(red), Byte(green), Byte(blue), Byte(hasAlpha ? (hash[5] & 15) / 15.0 : 1));
    }

    /// <summary>The channels, over the average colour where the image is transparent.</summary>
    private static (double[] L, double[] P, double[] Q, double[] A) Split(int width, int height, ReadOnlySpan<byte> rgba, out bool hasAlpha)
    {
        var count = width * height;
        double red = 0, green = 0, blue = 0, opaque = 0;
        for (var i = 0; i < rgba.Length; i += 4)
        {
            var alpha = rgba[i + 3] / 255.0;
            red += alpha / 255 * rgba[i];
            green += alpha / 255 * rgba[i + 1];
            blue += alpha / 255 * rgba[i + 2];
            opaque += alpha;
        }
        if (opaque > 0) (red, green, blue) = (red / opaque, green / opaque, blue / opaque);
        hasAlpha = opaque < count;

        double[] l = new double[count], p = new double[count], q = new double[count], a = new double[count];
        for (int i = 0, j = 0; i < count; i++, j += 4)
        {
            var alpha = rgba[j + 3] / 255.0;
            var r = red * (1 - alpha) + alpha / 255 * rgba[j];
            var g = green * (1 - alpha) + alpha / 255 * rgba[j + 1];
            var b = blue * (1 - alpha) + alpha / 255 * rgba[j + 2];
            l[i] = (r + g + b) / 3;
            p[i] = (r + g) / 2 - b;
            q[i] = r - g;
            a[i] = alpha;
        }
        return (l, p, q, a);
    }

    /// <summary>A channel's terms below the diagonal of <paramref name="across"/> by <paramref name="down"/> frequencies.</summary>
    private static Channel Transform(double[] channel, int width, int height, int across, int down)
    {
        double constant = 0, scale = 0;
        var terms = new List<double>();
        for (var v = 0; v < down; v++)
        {
            var rows = Cosines(v, height);
            for (var u = 0; u * down < across * (down - v); u++)
            {
                var columns = Cosines(u, width);
                var sum = 0.0;
                for (var y = 0; y < height; y++)
                    for (var x = 0; x < width; x++)
                        sum += channel[x + y * width] * columns[x] * rows[y];
                sum /= width * height;
                if (u == 0 && v == 0)
                {
                    constant = sum;
                    continue;
                }
                terms.Add(sum);
                scale = Math.Max(scale, Math.Abs(sum));
            }
        }
        return new Channel(constant, scale, scale > 0 ? terms.ConvertAll(term => 0.5 + 0.5 / scale * term) : terms);
    }

    private static double[] Cosines(int frequency, int length)
    {
        var cosines = new double[length];
        for (var i = 0; i < length; i++) cosines[i] = Math.Cos(Math.PI / length * frequency * (i + 0.5));
        return cosines;
    }

    /// <summary>Halves go up, as in the reference, which is JavaScript.</summary>
    private static int Round(double value) => (int)Math.Floor(value + 0.5);

    private static byte Byte(double value) => (byte)Round(255 * Math.Clamp(value, 0, 1));

    /// <param name="Constant">The channel's average.</param>
    /// <param name="Scale">Its largest amplitude; 0 when it is even.</param>
    /// <param name="Terms">The amplitudes as fractions of the scale, moved to 0 to 1.</param>
    private readonly record struct Channel(double Constant, double Scale, List<double> Terms);
}
