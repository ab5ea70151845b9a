using Xunit;

namespace PixelCraft.Tests.Accounts;

internal static class Until
{
    /// <summary>Waits until a condition holds; fails the test after 20 seconds.</summary>
    public static async Task TrueAsync(Func<Task<bool>> condition, string what)
    {
        var deadline = DateTime.UtcNow.AddSeconds(20);
        while (!await condition())
        {
            Assert.True(DateTime.UtcNow < deadline, $"Not within 20 s: {what}");
            await Task.Delay(20, TestContext.Current.CancellationToken);
        }
    }
}
