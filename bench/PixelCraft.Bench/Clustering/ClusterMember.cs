using System.Net.Http.Json;
using System.Text.Json;
using PixelCraft.Bench.Measuring;
using PixelCraft.Cluster;

namespace PixelCraft.Bench.Clustering;

/// <summary>A member of the cluster with some public images.</summary>
/// <param name="Session">The session's key.</param>
/// <param name="Images">The images' ids.</param>
/// <param name="Variants">The paths of their variants.</param>
internal sealed record ClusterMember(string Session, IReadOnlyList<string> Images, IReadOnlyList<string> Variants)
{
    private const string SessionCookie = "pixelcraft";
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(60);

    /// <summary>What a member's program asks.</summary>
    public IEnumerable<Request> Reads => Images.SelectMany(id => new Request[] { new($"/api/v1/images/{id}", Session), new("/api/v1/images?limit=20", Session) });

    /// <summary>What visitors ask: the gallery and an image's page, what these name, and variants.</summary>
    public IEnumerable<Request> Visits(IReadOnlyList<string> files) =>
        Images.SelectMany(id => new Request[] { new("/"), new($"/images/{id}") }).Concat(Variants.Concat(files).Select(path => new Request(path)));

    /// <summary>Signs in and uploads.</summary>
    public static async Task<ClusterMember> PrepareAsync(string url, int images, CancellationToken cancellationToken)
    {
        using var handler = new SocketsHttpHandler { UseProxy = false };
        using var http = new HttpClient(handler) { BaseAddress = new Uri(url) };
        using var signedIn = await http.PostAsJsonAsync("/api/v1/session", new { email = LocalCluster.Email, password = LocalCluster.Password }, cancellationToken);
        signedIn.EnsureSuccessStatusCode();
        var session = handler.CookieContainer.GetCookies(http.BaseAddress).First(cookie => cookie.Name == SessionCookie).Value;

        var ids = new List<string>();
        for (var i = 0; i < images; i++)
        {
            using var answer = await http.PostAsync($"/api/v1/images?fileName=a.png&visibility=public", new ByteArrayContent(TestImage.New()), cancellationToken);
            ids.Add((await answer.EnsureSuccessStatusCode().Content.ReadFromJsonAsync<JsonElement>(cancellationToken)).GetProperty("id").GetString()!);
        }

        var variants = new List<string>();
        using var limit = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        limit.CancelAfter(Patience);
        foreach (var id in ids)
        {
            JsonElement image;
            do image = await http.GetFromJsonAsync<JsonElement>($"/api/v1/images/{id}", limit.Token);
            while (image.GetProperty("status").GetString() == "processing");
            variants.AddRange(image.GetProperty("variants").EnumerateArray().Select(variant => variant.GetProperty("url").GetString()!));
        }

        return new ClusterMember(session, ids, variants);
    }
}
