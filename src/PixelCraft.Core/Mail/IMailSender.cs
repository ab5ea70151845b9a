using PixelCraft.Consistency;
using PixelCraft.Ids;

namespace PixelCraft.Mail;

/// <summary>Hands mails to whoever delivers them.</summary>
[ConsistencyChoice(Choice.None, "Delivery of mail", "It keeps nothing: mails wait in the outbox until the mail server has taken them.")]
public interface IMailSender
{
    /// <summary>
    /// Sends one mail. It is handed over for good when this returns <see cref="SendOutcome.Sent"/>; when it throws, or is cancelled, it may have been.
    /// A server that is away, or doesn't let us in, is <see cref="UnavailableException"/>; a full disk <see cref="StorageFullException"/>.
    /// </summary>
    Task<SendResult> SendAsync(MailMessage mail, CancellationToken cancellationToken);

    /// <summary>Sees whether mails would be taken, and sends none; returns what to say when they would. Failures as above.</summary>
    Task<string> CheckAsync(CancellationToken cancellationToken);
}

/// <summary>A mail, complete.</summary>
/// <param name="Id">Its Message-ID is made of this.</param>
/// <param name="Address">The recipient's e-mail address; foreign text.</param>
/// <param name="Name">The recipient's name; foreign text, may be empty.</param>
/// <param name="Subject">One line.</param>
/// <param name="Text">Plain text, lines ended by LF.</param>
/// <param name="Html">The same as HTML.</param>
/// <param name="At">When it was written, UTC.</param>
public sealed record MailMessage(Id Id, string Address, string Name, string Subject, string Text, string Html, DateTimeOffset At);

/// <summary>What became of a mail.</summary>
/// <param name="Outcome">Whether it was taken.</param>
/// <param name="Reason">What the server said; null when it was taken.</param>
public sealed record SendResult(SendOutcome Outcome, string? Reason = null);

/// <summary>Whether a mail was taken.</summary>
public enum SendOutcome
{
    /// <summary>It was.</summary>
    Sent,

    /// <summary>Refused for good: trying again won't help.</summary>
    Refused,

    /// <summary>Not now; the same mail may be taken later.</summary>
    NotNow,
}
