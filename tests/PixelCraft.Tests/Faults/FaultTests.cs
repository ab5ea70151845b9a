using Xunit;

namespace PixelCraft.Tests.Faults;

/// <summary>Tests that take long, since they break things for a while or wait for a time-out: <c>FAULT_TESTS=1 ./test</c>.</summary>
internal static class FaultTests
{
    public static bool AreAskedFor => Environment.GetEnvironmentVariable("FAULT_TESTS") == "1";

    /// <summary>Skips the running test unless it is asked for.</summary>
    /// <param name="what">What it is, for the reason.</param>
    public static void SkipUnlessAskedFor(string what) => Assert.SkipUnless(AreAskedFor, $"{what} are asked for by FAULT_TESTS=1 ./test.");
}
