using System.Net.Http.Json;
using System.Text.Json;
using PixelCraft.Cluster;
using Xunit;

namespace PixelCraft.Tests.Http;

/// <summary>The built program on embedded stores, behind a load balancer that it trusts, with one member.</summary>
public class EmbeddedServer : IAsyncLifetime
{
    public const string Email = "ada@example.org";
    public const string Password = "correct horse battery";

    private PixelCraftProcess _process = null!;

    public Uri Url => new(_process.Url);

    internal static CancellationToken Cancel => TestContext.Current.CancellationToken;

    protected virtual IReadOnlyDictionary<string, string> Settings => new Dictionary<string, string> { ["Accounts:Registration"] = "open", ["Proxies"] = "127.0.0.1" };

    public async ValueTask InitializeAsync()
    {
        _process = await PixelCraftProcess.StartAsync(Settings, Cancel);
        var added = await PixelCraftProcess.RunCommandAsync(
            new Dictionary<string, string> { ["Data"] = _process.Data }, ["member", "add", "--admin", "--email", Email, "--password", Password], Cancel);
        Assert.True(added.ExitCode == 0, added.Error);
    }

    public async ValueTask DisposeAsync()
    {
        GC.SuppressFinalize(this);
        await _process.DisposeAsync();
    }

    /// <summary>A client without cookies of its own, that follows nothing.</summary>
    public HttpClient Client() => new(new SocketsHttpHandler { AllowAutoRedirect = false, UseCookies = false }) { BaseAddress = Url };

    /// <summary>A client that is signed in.</summary>
    public async Task<HttpClient> SignedInAsync()
    {
        var client = new HttpClient(new SocketsHttpHandler { AllowAutoRedirect = false }) { BaseAddress = Url };
        using var answer = await client.PostAsJsonAsync("/api/v1/session", new { email = Email, password = Password }, Cancel);
        answer.EnsureSuccessStatusCode();
        return client;
    }

    /// <summary>The <c>code</c> of problem details; fails when the answer is something else, or incomplete.</summary>
    internal static async Task<string?> CodeAsync(HttpResponseMessage answer)
    {
        var text = await answer.Content.ReadAsStringAsync(Cancel);
        Assert.True(answer.Content.Headers.ContentType?.MediaType == "application/problem+json", $"{(int)answer.StatusCode} {answer.Content.Headers.ContentType}: {text}");
        using var problem = JsonDocument.Parse(text);
        Assert.Equal((int)answer.StatusCode, problem.RootElement.GetProperty("status").GetInt32());
        var code = problem.RootElement.GetProperty("code").GetString();
        // What is wrong, by field: as the API's reference says.
        if (code == "invalid-field") Assert.NotEmpty(problem.RootElement.GetProperty("errors").EnumerateObject());
        return code;
    }
}
