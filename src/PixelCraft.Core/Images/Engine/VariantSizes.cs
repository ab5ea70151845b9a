namespace PixelCraft.Images.Engine;

/// <summary>Which variants an image gets.</summary>
public static class VariantSizes
{
    /// <summary>The boxes, in pixels, smallest first.</summary>
    public static IReadOnlyList<int> All { get; } = [200, 400, 800, 1600, 2560];

    /// <summary>
    /// The boxes for an image of this size: every one up to and including the first that holds it whole. That last variant
    /// has the image's own size, as nothing is ever enlarged: 1,000 pixels get 200, 400, 800, and 1600 at 1,000.
    /// </summary>
    /// <param name="sizes">The boxes to choose from, in any order.</param>
    /// <param name="width">Pixels across.</param>
    /// <param name="height">Pixels down.</param>
    public static IReadOnlyList<int> For(IEnumerable<int> sizes, int width, int height)
    {
        var longer = Math.Max(width, height);
        var chosen = new List<int>();
        foreach (var size in sizes.Order())
        {
            chosen.Add(size);
            if (size >= longer) break;
        }
        return chosen;
    }
}
