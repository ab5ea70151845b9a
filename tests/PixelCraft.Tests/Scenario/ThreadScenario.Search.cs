using System.Net;
using Xunit;

namespace PixelCraft.Tests.Scenario;

/// <summary>Searching, in every topology.</summary>
public abstract partial class ThreadScenario
{
    [Fact]
    public async Task Search_FindsWhatOneMaySee_AtOnceAfterAChange()
    {
        using var ada = await installation.SignInAsync("ada");
        using var visitor = installation.Visitor();
        var word = $"w{Guid.NewGuid():n}";
        var (shown, hidden) = (await ada.UploadedAnewAsync(Photograph(1), "public"), await ada.UploadedAnewAsync(Photograph(2)));
        foreach (var id in new[] { shown, hidden })
        {
            await ada.ProcessedAsync(id);
            (await ada.PatchAsync(id, new { title = $"Crème {word}", tags = new[] { "Summer Days" } }, "*")).EnsureSuccessStatusCode();
            // One's own writes, from whichever server and replica.
            Assert.Contains(id, await FoundAsync(ada, $"owner=me&q={word}"));
        }
        Assert.Equal(new[] { shown, hidden }.OrderDescending(StringComparer.Ordinal), await FoundAsync(ada, $"owner=me&q=creme summer {word[..20]}"));
        Assert.Equal([shown], await FoundAsync(ada, $"q={word}"));
        Assert.Equal([hidden], await FoundAsync(ada, $"owner=me&visibility=private&q={word}"));
        Assert.Equal([shown], await FoundAsync(ada, $"owner=me&visibility=public&tag=summer days&q={word}"));
        Assert.Empty(await FoundAsync(ada, $"owner=me&tag=winter&q={word}"));
        Assert.Empty(await FoundAsync(ada, $"owner=me&q={word} nothing"));
        await Eventually.TrueAsync(async () => await FoundAsync(visitor, $"q={word}") is [var id] && id == shown);

        // Page by page.
        var first = await ada.JsonAsync($"/api/v1/images?owner=me&limit=1&q={word}");
        var next = first.GetProperty("next").GetString();
        Assert.Equal(Max(shown, hidden), next);
        Assert.Equal([Min(shown, hidden)], await FoundAsync(ada, $"owner=me&limit=1&after={next}&q={word}"));

        using (var deleted = await ada.SendAsync(HttpMethod.Delete, $"/api/v1/images/{shown}")) Assert.Equal(HttpStatusCode.NoContent, deleted.StatusCode);
        Assert.Empty(await FoundAsync(ada, $"q={word}"));
        Assert.Equal([hidden], await FoundAsync(ada, $"owner=me&q={word}"));
        Assert.Equal([shown], await FoundAsync(ada, $"trash=true&q={word}"));
        await Eventually.TrueAsync(async () => await FoundAsync(visitor, $"q={word}") is []);

        using (var restored = await ada.SendAsync(HttpMethod.Post, $"/api/v1/images/{shown}/restore")) Assert.Equal(HttpStatusCode.OK, restored.StatusCode);
        (await ada.PatchAsync(shown, new { title = "Otherwise" }, "*")).EnsureSuccessStatusCode();
        Assert.Empty(await FoundAsync(ada, $"q={word}"));
        // The page, which says what was asked and goes on with it to the image.
        var page = await (await ada.GetAsync($"/mine?q={word}")).Content.ReadAsStringAsync(Cancellation);
        Assert.Contains($"/images/{hidden}?from=mine&amp;q={word}", page, StringComparison.Ordinal);
    }

    private static async Task<IReadOnlyList<string>> FoundAsync(ApiClient client, string query) =>
        [.. (await client.JsonAsync($"/api/v1/images?{query}")).GetProperty("items").EnumerateArray().Select(item => item.GetProperty("id").GetString()!)];

    private static string Max(string a, string b) => string.CompareOrdinal(a, b) > 0 ? a : b;

    private static string Min(string a, string b) => string.CompareOrdinal(a, b) > 0 ? b : a;
}
