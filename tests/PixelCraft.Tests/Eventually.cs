using Xunit;

namespace PixelCraft.Tests;

/// <summary>Waits for what is to come, instead of sleeping for as long as it might take.</summary>
internal static class Eventually
{
    // Long, since a machine can be busy with other things; what comes sooner is not waited for.
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(45);

    /// <summary>Fails the test when the condition doesn't come true in 45 seconds.</summary>
    public static async Task TrueAsync(Func<Task<bool>> condition, string what = "It")
    {
        var begun = TimeProvider.System.GetTimestamp();
        while (!await condition())
        {
            Assert.True(TimeProvider.System.GetElapsedTime(begun) < Patience, $"{what}: not within {Patience.TotalSeconds} s.");
            await Task.Delay(10, TestContext.Current.CancellationToken);
        }
    }

    /// <summary>Fails the test when the condition doesn't come true in 45 seconds.</summary>
    public static Task TrueAsync(Func<bool> condition, string what = "It") => TrueAsync(() => Task.FromResult(condition()), what);

    /// <summary>Asks until the answer fulfils the condition; fails with the last answer.</summary>
    public static async Task<T> GetAsync<T>(Func<Task<T>> ask, Func<T, bool> condition, TimeSpan within)
    {
        var begun = TimeProvider.System.GetTimestamp();
        while (true)
        {
            var value = await ask();
            if (condition(value)) return value;
            Assert.True(TimeProvider.System.GetElapsedTime(begun) < within, $"Not within {within.TotalSeconds} s; at last it was {value}");
            await Task.Delay(TimeSpan.FromMilliseconds(50), TestContext.Current.CancellationToken);
        }
    }
}
