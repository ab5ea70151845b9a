using System.IO.Compression;
using System.Net;
using System.Text.Json;
using NetVips;
using PixelCraft.Tests.Images;
using Xunit;

namespace PixelCraft.Tests.Scenario;

/// <summary>What an original says about itself, through the whole program: who sees what.</summary>
public sealed class MetadataTests(EmbeddedInstallation installation) : IClassFixture<EmbeddedInstallation>
{
    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Metadata_IsSeenByAll_ThePlaceByTheOwnerAlone()
    {
        using var ada = await installation.SignInAsync("ada");
        using var ben = await installation.SignInAsync("ben");
        var id = await UploadedAsync(ada);

        var own = (await ada.JsonAsync($"/api/v1/images/{id}")).GetProperty("metadata");
        Assert.Equal("<b>Canon</b>", own.GetProperty("make").GetString());
        Assert.Equal(48.5, own.GetProperty("place").GetProperty("latitude").GetDouble());
        var others = (await ben.JsonAsync($"/api/v1/images/{id}")).GetProperty("metadata");
        Assert.Equal("<b>Canon</b>", others.GetProperty("make").GetString());
        Assert.Equal(JsonValueKind.Null, others.GetProperty("place").ValueKind);
        Assert.Equal("2024-05-01T10:34:56+00:00", (await ben.JsonAsync($"/api/v1/images/{id}")).GetProperty("takenAt").GetString()!.Replace("Z", "+00:00", StringComparison.Ordinal));

        var (owners, visitors) = (await PageAsync(ada, id), await PageAsync(ben, id));
        Assert.Contains("f/2.8", owners, StringComparison.Ordinal);
        Assert.Contains("48.50000", owners, StringComparison.Ordinal);
        Assert.Contains("f/2.8", visitors, StringComparison.Ordinal);
        Assert.DoesNotContain("48.5", visitors, StringComparison.Ordinal);
        foreach (var page in (string[])[owners, visitors])
        {
            Assert.DoesNotContain("<b>Canon", page, StringComparison.Ordinal);
            Assert.Contains("&lt;b&gt;Canon", page, StringComparison.Ordinal);
        }

        using var exported = await ada.GetAsync("/api/v1/me/export");
        Assert.Equal(HttpStatusCode.OK, exported.StatusCode);
        using var zip = new ZipArchive(new MemoryStream(await exported.Content.ReadAsByteArrayAsync(Cancellation)));
        using var record = await JsonDocument.ParseAsync(zip.GetEntry($"images/{id}.json")!.Open(), cancellationToken: Cancellation);
        Assert.Equal(48.5, record.RootElement.GetProperty("metadata").GetProperty("place").GetProperty("latitude").GetDouble());
    }

    [Fact]
    public async Task Keywords_BecomeTagsOnRequest_OfTheOwner()
    {
        using var ada = await installation.SignInAsync("ada");
        using var ben = await installation.SignInAsync("ben");
        var id = await UploadedAsync(ada);
        Assert.Equal(0, (await ada.JsonAsync($"/api/v1/images/{id}")).GetProperty("tags").GetArrayLength());
        using (var other = await ben.SendAsync(HttpMethod.Post, $"/api/v1/images/{id}/tags/from-keywords")) Assert.Equal(HttpStatusCode.NotFound, other.StatusCode);

        for (var time = 0; time < 2; time++)
            using (var tagged = await ada.SendAsync(HttpMethod.Post, $"/api/v1/images/{id}/tags/from-keywords")) Assert.Equal(HttpStatusCode.OK, tagged.StatusCode);

        Assert.Equal(["boat", "sea"], (await ada.JsonAsync($"/api/v1/images/{id}")).GetProperty("tags").EnumerateArray().Select(tag => tag.GetString()));
    }

    private static async Task<string> PageAsync(ApiClient client, string id)
    {
        using var page = await client.GetAsync($"/images/{id}");
        return await page.Content.ReadAsStringAsync(Cancellation);
    }

    private static async Task<string> UploadedAsync(ApiClient ada)
    {
        using var image = (Image.Black(64, 48, bands: 3) + new double[] { Random.Shared.Next(256), 100, 50 }).Cast(Enums.BandFormat.Uchar);
        var exif = ExifBuilder.Tiff(
            [(0x010F, "<b>Canon</b>")],
            [(0x829D, new[] { (28u, 10u) }), (0x9003, "2024:05:01 12:34:56"), (0x9011, "+02:00")],
            [(1, "N"), (2, new[] { (48u, 1u), (30u, 1u), (0u, 1u) }), (3, "E"), (4, new[] { (2u, 1u), (0u, 1u), (0u, 1u) })]);
        var jpeg = ExifBuilder.Jpeg(image.JpegsaveBuffer(), 0xE1, [.. "Exif\0\0"u8, .. exif]);
        // Bytes of its own: the same ones again may be the image that is there.
        jpeg = ExifBuilder.Jpeg(jpeg, 0xFE, Guid.NewGuid().ToByteArray());
        jpeg = ExifBuilder.Jpeg(jpeg, 0xED, ExifBuilder.Photoshop((25, [.. "Sea"u8]), (25, [.. "boat"u8]), (25, [.. new string('x', 60).Select(c => (byte)c)])));
        using var answer = await ada.UploadAsync(new MemoryStream(jpeg), "a.jpg", "public");
        using var json = JsonDocument.Parse(await answer.Content.ReadAsStringAsync(Cancellation));
        var id = json.RootElement.GetProperty("id").GetString()!;
        Assert.Equal("ready", (await ada.ProcessedAsync(id)).GetProperty("status").GetString());
        return id;
    }
}
