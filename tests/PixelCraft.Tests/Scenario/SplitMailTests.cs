using System.Net;
using PixelCraft.Cluster;
using Xunit;

namespace PixelCraft.Tests.Scenario;

/// <summary>Processes <c>web</c> and <c>worker</c>, and an SMTP server of their own.</summary>
public sealed class SplitMailInstallation(Servers servers) : IAsyncLifetime
{
    internal const string Site = "https://images.example.org";

    internal SmtpSink Smtp { get; private set; } = null!;

    internal SplitInstallation Installation { get; private set; } = null!;

    public async ValueTask InitializeAsync()
    {
        Smtp = await Servers.SkipIfMissingAsync(() => SmtpSink.StartAsync(TestContext.Current.CancellationToken));
        // A worker that dies holds its jobs for no longer than that.
        Installation = new SplitInstallation(servers) { Settings = new Dictionary<string, string>(Smtp.Settings(Site)) { ["Jobs:LeaseTime"] = "00:00:02" } };
        await Installation.InitializeAsync();
    }

    public async ValueTask DisposeAsync()
    {
        if (Installation is not null) await Installation.DisposeAsync();
        if (Smtp is not null) await Smtp.DisposeAsync();
    }
}

public sealed class SplitMailTests(SplitMailInstallation split) : MailScenario(split.Installation), IClassFixture<SplitMailInstallation>
{
    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    private protected override string Site => SplitMailInstallation.Site;

    private protected override IReadOnlyList<string> Arrived => split.Smtp.Mails;

    [Fact]
    public async Task Mail_ServerAway_ArrivesOnceItIsBack()
    {
        var email = await NewMemberAsync();
        split.Smtp.Kill();
        try
        {
            var before = Waits();
            await RequestAsync(email);
            await Eventually.TrueAsync(() => Waits() > before, "the worker has tried");
        }
        finally
        {
            await split.Smtp.RestartAsync(Cancel);
        }
        Assert.Single(await MailsAsync(email));

        int Waits() => split.Installation.Worker.Log.Count(line => line.Contains("is tried again in", StringComparison.Ordinal));
    }

    [Fact]
    public async Task Mail_RefusedForGood_IsShownToTheAdministrator()
    {
        var email = await NewMemberAsync(prefix: "bounce");
        await RequestAsync(email);
        using var ada = await split.Installation.SignInAsync("ada");
        var reason = $"{email}: 550 5.1.1 no such user";
        await Eventually.TrueAsync(async () => (await ada.JsonAsync("/api/v1/jobs/dead")).GetProperty("items").EnumerateArray().Any(dead =>
            dead.GetProperty("kind").GetString() == "mail" && dead.GetProperty("reason").GetString() == reason));
        using var page = await ada.GetAsync("/admin/jobs");
        Assert.Contains(reason, await page.Content.ReadAsStringAsync(Cancel), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Mails_OfTwoWorkers_ArriveOnceEach()
    {
        await using var second = await PixelCraftProcess.StartAsync(split.Installation.As("worker"), Cancel);
        using var ada = await split.Installation.SignInAsync("ada");
        var emails = Enumerable.Range(0, 30).Select(_ => $"guest{Guid.NewGuid():n}@example.org").ToList();
        await Task.WhenAll(emails.Select(async email =>
        {
            using var invited = await SendAsync(ada, "/api/v1/invitations", new { email });
            Assert.Equal(HttpStatusCode.Accepted, invited.StatusCode);
        }));
        foreach (var email in emails) await MailsAsync(email);
        foreach (var email in emails) Assert.Single(await MailsAsync(email));
    }

    [Fact]
    public async Task Mail_OfAWorkerThatDies_IsSentByAnother()
    {
        var email = await NewMemberAsync();
        await using var doomed = await PixelCraftProcess.StartAsync(split.Installation.As("worker"), Cancel);
        using var ada = await split.Installation.SignInAsync("ada");
        // Both workers are in the middle of it, one with this mail and one with another; then one of them dies.
        split.Smtp.Pause();
        try
        {
            await RequestAsync(email);
            using var invited = await SendAsync(ada, "/api/v1/invitations", new { email = $"guest{Guid.NewGuid():n}@example.org" });
            await Eventually.TrueAsync(async () => (await ada.JsonAsync("/api/v1/jobs")).GetProperty("taken").GetInt32() >= 2);
            doomed.Kill();
            split.Installation.Worker.Kill();
        }
        finally
        {
            split.Smtp.Resume();
        }
        await split.Installation.Worker.RestartAsync(Cancel);
        Assert.Single(await MailsAsync(email, seconds: 150));
    }
}
