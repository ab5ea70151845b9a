using System.Diagnostics.Metrics;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Extensions.Options;
using Microsoft.Extensions.Time.Testing;
using PixelCraft.Adapters.InProcess;
using PixelCraft.Ids;
using PixelCraft.Jobs;
using PixelCraft.Mail;
using PixelCraft.Mail.Contracts;
using PixelCraft.Tests.Adapters.EntityFramework;
using Xunit;

namespace PixelCraft.Tests.Mail;

/// <summary>The sending of one mail, over a real outbox, with the clock and the mail server in the test's hand.</summary>
public sealed class SendMailTests(SqliteAccounts databases) : IAsyncLifetime, IClassFixture<SqliteAccounts>
{
    private readonly FakeTimeProvider _time = new(new DateTimeOffset(2026, 5, 1, 12, 0, 0, TimeSpan.Zero));
    private readonly Mailbox _server = new();
    private readonly Writer _writer = new();
    private readonly ServiceProvider _services = new ServiceCollection().AddMetrics().AddSingleton<MailMetrics>().BuildServiceProvider();
    private IMailOutbox _outbox = null!;
    private SendMail _handler = null!;

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    public async ValueTask InitializeAsync()
    {
        _outbox = (await databases.CreateAsync(_time)).Outbox;
        _handler = Worker();
    }

    public ValueTask DisposeAsync() => _services.DisposeAsync();

    private SendMail Worker(IMailSender? sender = null) => new(
        _outbox, [_writer], new MailTexts(Options.Create(new MailOptions { Site = "https://images.example.org" })),
        _services.GetRequiredService<MailMetrics>(), _time, NullLogger<SendMail>.Instance, sender ?? _server);

    private async Task<OutgoingMail> AddAsync(TimeSpan? lifetime = null)
    {
        var now = _time.GetUtcNow();
        var mail = new OutgoingMail(new IdGenerator(_time).ForMember(), MailKind.Invitation, null, "ada@example.org", now, lifetime is { } time ? now + time : null);
        await _outbox.AddAsync(mail, Cancel);
        return mail;
    }

    private Task<JobResult> HandleAsync(OutgoingMail mail, SendMail? worker = null, CancellationToken? cancel = null) =>
        (worker ?? _handler).HandleAsync(SendMail.For(mail.Id), 0, cancel ?? Cancel);

    private async Task<MailBacklog> BacklogAsync() => await _outbox.BacklogAsync(Cancel);

    [Fact]
    public async Task Handle_Sent_IsGone_AndAJobThatComesAgainDoesNothing()
    {
        var mail = await AddAsync();
        Assert.Same(JobResult.Done, await HandleAsync(mail));
        Assert.Same(JobResult.Done, await HandleAsync(mail));
        Assert.Equal(mail.Id, Assert.Single(_server.Mails).Id);
        Assert.Equal(default, await BacklogAsync());
    }

    [Fact]
    public async Task Handle_Refused_IsGivenUpWithTheServersWords_AndCanBeTriedAgain()
    {
        var mail = await AddAsync();
        _server.Answer = _ => Task.FromResult(new SendResult(SendOutcome.Refused, "550 5.1.1 no such user"));
        Assert.Equal("ada@example.org: 550 5.1.1 no such user", (await HandleAsync(mail)).Reason);
        Assert.Equal((0, 1), ((await BacklogAsync()).Waiting, (await BacklogAsync()).GivenUp));
        _time.Advance(TimeSpan.FromDays(1));
        Assert.Empty(await _outbox.DueAsync(_time.GetUtcNow(), default, 10, Cancel));

        // An administrator replays the dead letter.
        _server.Answer = null;
        Assert.Same(JobResult.Done, await HandleAsync(mail));
        Assert.Single(_server.Mails);
    }

    [Fact]
    public async Task Handle_NotNow_WaitsEverLonger_AndIsGivenUpAfterThreeDays()
    {
        var mail = await AddAsync();
        _server.Answer = _ => Task.FromResult(new SendResult(SendOutcome.NotNow, "451 4.3.0 try later"));
        var waits = new List<TimeSpan>();
        JobResult result;
        while ((result = await HandleAsync(mail)).Again is { } wait)
        {
            // Not before: what the sweep queues meanwhile does nothing.
            var tries = _server.Tries;
            Assert.Equal(wait, (await HandleAsync(mail)).Again);
            Assert.Equal(tries, _server.Tries);
            waits.Add(wait);
            _time.Advance(wait);
        }
        Assert.Equal("ada@example.org: 451 4.3.0 try later", result.Reason);
        Assert.Equal([1, 1, 2, 4, 8, 16, 32, 60, 60], waits.Take(9).Select(wait => (int)wait.TotalMinutes));
        Assert.All(waits.Skip(9), wait => Assert.Equal(TimeSpan.FromHours(1), wait));
        Assert.InRange(_time.GetUtcNow() - mail.CreatedAt, TimeSpan.FromDays(3), TimeSpan.FromDays(3) + TimeSpan.FromHours(1));
    }

    [Fact]
    public async Task Handle_ServerAway_TriesNowAndThenForAll_AndNeverGivesUp()
    {
        var (one, two) = (await AddAsync(), await AddAsync());
        _server.Answer = _ => throw new UnavailableException("mail server");
        var begun = _time.GetUtcNow();
        while (_time.GetUtcNow() - begun < TimeSpan.FromDays(4))
        {
            var tries = _server.Tries;
            var wait = (await HandleAsync(one)).Again!.Value;
            Assert.InRange(wait, TimeSpan.FromSeconds(2.5), TimeSpan.FromMinutes(2));
            // The other one doesn't find out by itself.
            Assert.NotNull((await HandleAsync(two)).Again);
            Assert.Equal(tries + 1, _server.Tries);
            _time.Advance(wait);
        }

        _server.Answer = null;
        Assert.Same(JobResult.Done, await HandleAsync(one));
        Assert.Same(JobResult.Done, await HandleAsync(two));
        Assert.Equal(2, _server.Mails.Count);
    }

    [Fact]
    public async Task Handle_ByTwoWorkersAtOnce_SendsOnce()
    {
        var mail = await AddAsync();
        var answer = new TaskCompletionSource<SendResult>();
        _server.Answer = _ => answer.Task;
        var first = HandleAsync(mail);
        await Eventually.TrueAsync(() => _server.Tries == 1);

        Assert.Equal(SendMail.Hold, (await HandleAsync(mail, Worker())).Again);
        answer.SetResult(new SendResult(SendOutcome.Sent));
        Assert.Same(JobResult.Done, await first);
        Assert.Same(JobResult.Done, await HandleAsync(mail, Worker()));
        Assert.Equal(1, _server.Tries);
    }

    [Fact]
    public async Task Handle_WorkerDied_IsSentByAnother_WhenItsTimeIsUp()
    {
        var mail = await AddAsync();
        var now = _time.GetUtcNow();
        await _outbox.TakeAsync(mail.Id, now, now + SendMail.Hold, Cancel);
        _time.Advance(TimeSpan.FromSeconds(40));
        Assert.Equal(TimeSpan.FromSeconds(20), (await HandleAsync(mail)).Again);
        _time.Advance(TimeSpan.FromSeconds(20));
        Assert.Same(JobResult.Done, await HandleAsync(mail));
        Assert.Single(_server.Mails);
    }

    [Fact]
    public async Task Handle_WorkerStops_LeavesTheMailToAnotherAtOnce()
    {
        var mail = await AddAsync();
        using var stopping = new CancellationTokenSource();
        _server.Answer = _ => new TaskCompletionSource<SendResult>().Task;
        var first = HandleAsync(mail, cancel: stopping.Token);
        await Eventually.TrueAsync(() => _server.Tries == 1);
        await stopping.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => first);

        _server.Answer = null;
        Assert.Same(JobResult.Done, await HandleAsync(mail, Worker()));
        Assert.Single(_server.Mails);
    }

    [Fact]
    public async Task Handle_Expired_OrWithNothingToSay_IsDropped()
    {
        var (expired, empty) = (await AddAsync(TimeSpan.FromHours(1)), await AddAsync());
        _time.Advance(TimeSpan.FromHours(1));
        Assert.Same(JobResult.Done, await HandleAsync(expired));
        _writer.IsSilent = true;
        Assert.Same(JobResult.Done, await HandleAsync(empty));
        Assert.Equal(0, _server.Tries);
        Assert.Equal(default, await BacklogAsync());
    }

    [Fact]
    public async Task Sweep_FindsWhatTheQueueLost_AndTellsWhatWaits()
    {
        var mail = await AddAsync();
        var refused = await AddAsync();
        await _outbox.PutBackAsync(refused.Id, due: null, Cancel);
        var told = new Dictionary<(string, object?), double>();
        using var listener = Listen(told);
        var queue = new InProcessJobQueue(Options.Create(new JobQueueOptions()), _time);
        _time.Advance(TimeSpan.FromSeconds(90));
        using var sweep = new MailSweep(_outbox, queue, _services.GetRequiredService<MailMetrics>(), _time, NullLogger<MailSweep>.Instance);

        Assert.Equal(1, await sweep.SweepAsync(Cancel));
        Assert.Equal(1, await sweep.SweepAsync(Cancel));

        var lease = Assert.Single(await queue.TakeAsync(10, TimeSpan.Zero, Cancel));
        Assert.Equal((SendMail.For(mail.Id), JobPriority.High), (lease.Job, lease.Job.Priority));
        Assert.Equal((1, 1, 90), (told[("pixelcraft.mail.outbox", "waiting")], told[("pixelcraft.mail.outbox", "refused")], told[("pixelcraft.mail.outbox.age", null)]));
        await HandleAsync(mail);
        Assert.Equal(1, told[("pixelcraft.mail.tries", "sent")]);
    }

    private MeterListener Listen(Dictionary<(string, object?), double> told)
    {
        // The listener hears of instruments that are there already.
        _services.GetRequiredService<MailMetrics>();
        var listener = new MeterListener();
        var meters = _services.GetRequiredService<IMeterFactory>();
        listener.InstrumentPublished = (instrument, all) =>
        {
            if (instrument.Meter.Scope == meters) all.EnableMeasurementEvents(instrument);
        };
        listener.SetMeasurementEventCallback<long>((instrument, value, tags, _) => told[(instrument.Name, tags[^1].Value)] = value);
        listener.SetMeasurementEventCallback<double>((instrument, value, _, _) => told[(instrument.Name, null)] = value);
        listener.Start();
        return listener;
    }

    private sealed class Writer : IMailWriter
    {
        public bool IsSilent { get; set; }

        public Task<MailContent?> WriteAsync(OutgoingMail mail, CancellationToken cancellationToken) =>
            Task.FromResult(IsSilent ? null : new MailContent(mail.Address!, "", "/register"));
    }
}
