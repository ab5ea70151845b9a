using System.Net;
using System.Net.Http.Json;
using System.Security.Claims;
using System.Text.Json;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Time.Testing;
using PixelCraft.Accounts.Contracts;
using PixelCraft.Adapters.InProcess;
using PixelCraft.Ids;
using PixelCraft.Limits;
using Xunit;

namespace PixelCraft.Tests.Limits;

public sealed class EndpointLimiterTests
{
    private readonly FakeTimeProvider _time = new();

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Request_OverTheLimit_IsRefusedWithTheHeadersUntilRetryAfter()
    {
        await using var app = await StartAsync();
        using var client = Client(app);

        for (var left = 1; left >= 0; left--)
        {
            using var allowed = await client.GetAsync("/api/sign-in", Cancel);
            Assert.Equal(HttpStatusCode.OK, allowed.StatusCode);
            Assert.Equal("\"signin\";q=2;w=300", Assert.Single(allowed.Headers.GetValues("RateLimit-Policy")));
            Assert.Equal($"\"signin\";r={left}", Assert.Single(allowed.Headers.GetValues("RateLimit")));
            _time.Advance(TimeSpan.FromMilliseconds(500));
        }

        using var refused = await client.GetAsync("/api/sign-in", Cancel);
        Assert.Equal(HttpStatusCode.TooManyRequests, refused.StatusCode);
        Assert.Equal("application/problem+json", refused.Content.Headers.ContentType?.MediaType);
        Assert.Equal("too-many-requests", (await refused.Content.ReadFromJsonAsync<JsonElement>(Cancel)).GetProperty("code").GetString());

        // 149 s: rounded up, or the client would come a moment too early.
        Assert.Equal(TimeSpan.FromSeconds(149), refused.Headers.RetryAfter?.Delta);
        Assert.Equal("\"signin\";r=0;t=149", Assert.Single(refused.Headers.GetValues("RateLimit")));

        _time.Advance(TimeSpan.FromSeconds(149));
        Assert.Equal(HttpStatusCode.OK, await StatusAsync(client, "/api/sign-in"));
        Assert.Equal(HttpStatusCode.TooManyRequests, await StatusAsync(client, "/api/sign-in"));
    }

    [Fact]
    public async Task Request_EndpointWithoutLimit_IsNotLimited()
    {
        await using var app = await StartAsync();
        using var client = Client(app);

        for (var i = 0; i < 10; i++)
        {
            using var answer = await client.GetAsync("/free", Cancel);
            Assert.Equal(HttpStatusCode.OK, answer.StatusCode);
            Assert.False(answer.Headers.Contains("RateLimit"));
        }
    }

    [Fact]
    public async Task Request_NotEnabled_IsNotLimited()
    {
        await using var app = await StartAsync(enabled: false);
        using var client = Client(app);

        for (var i = 0; i < 10; i++)
            Assert.Equal(HttpStatusCode.OK, await StatusAsync(client, "/api/sign-in"));
    }

    [Fact]
    public async Task Request_LimitOfTheEndpoint_CountsInsteadOfThatOfItsGroup()
    {
        await using var app = await StartAsync();
        using var client = Client(app);

        using var answer = await client.GetAsync("/group/upload", Cancel);
        Assert.Equal("\"upload\";r=599", Assert.Single(answer.Headers.GetValues("RateLimit")));
    }

    [Theory]
    [InlineData("192.0.2.7", "address:192.0.2.7")]
    [InlineData("::ffff:192.0.2.7", "address:192.0.2.7")]
    [InlineData("2001:db8:1:2:aaaa:bbbb:cccc:dddd", "address:2001:db8:1:2::")]
    [InlineData("fe80::1%3", "address:fe80::")]
    [InlineData(null, "address:none")]
    public void Key_NotSignedIn_IsTheNetwork(string? address, string key)
    {
        var context = new DefaultHttpContext();
        context.Connection.RemoteIpAddress = address is null ? null : IPAddress.Parse(address);

        Assert.Equal(key, EndpointLimiter.Key(context, LimitPolicy.Api));
    }

    [Fact]
    public void Key_SignedIn_IsTheMember_ButForSigningIn()
    {
        var member = new IdGenerator(_time).ForMember();
        var context = new DefaultHttpContext
        {
            User = new ClaimsPrincipal(new ClaimsIdentity([new Claim(MemberClaims.Id, member.ToString())], "test")),
        };
        context.Connection.RemoteIpAddress = IPAddress.Loopback;

        Assert.Equal($"member:{member}", EndpointLimiter.Key(context, LimitPolicy.Upload));
        Assert.Equal("address:127.0.0.1", EndpointLimiter.Key(context, LimitPolicy.SignIn));
    }

    [Fact]
    public void Options_OutOfRange_AreFaults()
    {
        var options = new LimitOptions { Api = new LimitRule { Permits = 0, Window = TimeSpan.FromMinutes(1) }, Upload = new LimitRule { Permits = 1 } };

        Assert.Equal(["Upload", "Api"], options.Validate(new(options)).SelectMany(fault => fault.MemberNames));
        Assert.Empty(new LimitOptions().Validate(new(options)));
    }

    private static HttpClient Client(WebApplication app) => new() { BaseAddress = new Uri(app.Urls.Single()) };

    private static async Task<HttpStatusCode> StatusAsync(HttpClient client, string path)
    {
        using var answer = await client.GetAsync(path, Cancel);
        return answer.StatusCode;
    }

    private async Task<WebApplication> StartAsync(bool enabled = true)
    {
        var builder = WebApplication.CreateSlimBuilder();
        builder.WebHost.UseUrls("http://127.0.0.1:0");
        builder.Logging.ClearProviders();
        builder.Services.AddSingleton<TimeProvider>(_time).AddInProcessRateLimiter().AddLimits();
        builder.Services.Configure<LimitOptions>(options =>
        {
            options.Enabled = enabled;
            options.SignIn.Permits = 2;
        });
        var app = builder.Build();
        app.UseRateLimiter();
        app.MapGet("/api/sign-in", () => "in").RequireRateLimit(LimitPolicy.SignIn);
        app.MapGet("/free", () => "free");
        app.MapGroup("/group").RequireRateLimit(LimitPolicy.Api).MapGet("/upload", () => "up").RequireRateLimit(LimitPolicy.Upload);
        await app.StartAsync(Cancel);
        return app;
    }
}
