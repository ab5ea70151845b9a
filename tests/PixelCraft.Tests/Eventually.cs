using Xunit;

namespace PixelCraft.Tests;

/// <summary>Waits for what is to come, instead of sleeping for as long as it might take.</summary>
internal static class Eventually
{
    /// <summary>Fails the test when the condition doesn't come true in 15 seconds.</summary>
    public static async Task TrueAsync(Func<Task<bool>> condition)
    {
        using var deadline = new CancellationTokenSource(TimeSpan.FromSeconds(15));
        using var either = CancellationTokenSource.CreateLinkedTokenSource(deadline.Token, TestContext.Current.CancellationToken);
        while (!await condition())
        {
            Assert.False(deadline.IsCancellationRequested, "It did not come true in 15 seconds.");
            await Task.Delay(10, either.Token).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        }
    }

    public static Task TrueAsync(Func<bool> condition) => TrueAsync(() => Task.FromResult(condition()));

    /// <summary>Asks until the answer fulfils the condition; fails with the last answer.</summary>
    public static async Task<T> GetAsync<T>(Func<Task<T>> ask, Func<T, bool> condition, TimeSpan within)
    {
        var deadline = TimeProvider.System.GetTimestamp();
        while (true)
        {
            var value = await ask();
            if (condition(value)) return value;
            Assert.True(TimeProvider.System.GetElapsedTime(deadline) < within, $"Not within {within.TotalSeconds} s; at last it was {value}");
            await Task.Delay(TimeSpan.FromMilliseconds(50), TestContext.Current.CancellationToken);
        }
    }
}
