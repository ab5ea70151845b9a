namespace PixelCraft.Web.Gallery;

/// <summary>
/// The aspect ratio of an image as the name of a style class, in steps of 2 %. The Content-Security-Policy allows no
/// style attributes, and without the ratio an image would move the page when it loads. What a step is off by,
/// 1 % at most, is cut by <c>object-fit</c>. The classes are made by Client/build.mjs.
/// </summary>
internal static class RatioClass
{
    /// <summary>Steps in each direction: from 1:4 to 4:1. Beyond that an image is shown cut.</summary>
    public const int Steps = 70;

    private const double Step = 1.02;

    /// <summary>The class, "r-70" to "r70"; "r0" is a square.</summary>
    /// <param name="width">1 or more.</param>
    /// <param name="height">1 or more.</param>
    public static string Of(int width, int height) => $"r{StepOf(width, height)}";

    /// <summary>Width over height, as the class has it.</summary>
    public static double Value(int width, int height) => Math.Pow(Step, StepOf(width, height));

    private static int StepOf(int width, int height)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(width, 1);
        ArgumentOutOfRangeException.ThrowIfLessThan(height, 1);
        return Math.Clamp((int)Math.Round(Math.Log((double)width / height) / Math.Log(Step)), -Steps, Steps);
    }
}
