using System.Diagnostics;
using System.Diagnostics.Metrics;
using PixelCraft.Mail.Contracts;

namespace PixelCraft.Mail;

/// <summary>What the sending of mail tells about itself, on the meter <c>PixelCraft</c>.</summary>
internal sealed class MailMetrics
{
    private readonly Counter<long> _ended;
    private readonly Gauge<long> _count;
    private readonly Gauge<double> _age;

    public MailMetrics(IMeterFactory meters)
    {
        var meter = meters.Create("PixelCraft");
        _ended = meter.CreateCounter<long>("pixelcraft.mail.tries", "{mail}", "Mails that were tried, by kind and outcome: sent, refused (given up), deferred (tried again), expired, dropped.");
        _count = meter.CreateGauge<long>("pixelcraft.mail.outbox", "{mail}", "Mails in the outbox, by state: waiting, refused.");
        _age = meter.CreateGauge<double>("pixelcraft.mail.outbox.age", "s", "Age of the oldest mail that waits: beyond some minutes the mail server is away.");
    }

    public void Ended(MailKind kind, string outcome) =>
        _ended.Add(1, new TagList { { "kind", kind.ToString().ToLowerInvariant() }, { "outcome", outcome } });

    public void Backlog(MailBacklog backlog, DateTimeOffset now)
    {
        _count.Record(backlog.Waiting, new KeyValuePair<string, object?>("state", "waiting"));
        _count.Record(backlog.GivenUp, new KeyValuePair<string, object?>("state", "refused"));
        _age.Record(backlog.Oldest is { } oldest ? (now - oldest).TotalSeconds : 0);
    }
}
