using System.Collections.Concurrent;
using PixelCraft.Mail;

namespace PixelCraft.Tests.Mail;

/// <summary>A mail server in the test's hand: keeps what is sent, unless it is told to answer otherwise.</summary>
public sealed class Mailbox : IMailSender
{
    private readonly ConcurrentQueue<MailMessage> _mails = new();

    /// <summary>The mails that were taken, oldest first.</summary>
    public IReadOnlyList<MailMessage> Mails => [.. _mails];

    /// <summary>How often somebody tried, with success or not.</summary>
    public int Tries => _tries;

    /// <summary>What it answers instead; it may throw.</summary>
    public Func<MailMessage, Task<SendResult>>? Answer { get; set; }

    private int _tries;

    public async Task<SendResult> SendAsync(MailMessage mail, CancellationToken cancellationToken)
    {
        Interlocked.Increment(ref _tries);
        var result = Answer is { } answer ? await answer(mail).WaitAsync(cancellationToken) : new SendResult(SendOutcome.Sent);
        if (result.Outcome == SendOutcome.Sent) _mails.Enqueue(mail);
        return result;
    }

    public Task<string> CheckAsync(CancellationToken cancellationToken) => Task.FromResult("a test's");
}
