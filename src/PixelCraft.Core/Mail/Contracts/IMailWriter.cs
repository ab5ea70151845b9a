namespace PixelCraft.Mail.Contracts;

/// <summary>Writes a module's mails at the moment when they are sent, and makes the secrets that are in their links.</summary>
public interface IMailWriter
{
    /// <summary>
    /// What a mail says now; null when it is not to be sent any more, since what it was about is gone. May be called again for the same
    /// mail, when it was not sent or that can't be told. Failures are <see cref="UnavailableException"/> and <see cref="StorageFullException"/>.
    /// </summary>
    Task<MailContent?> WriteAsync(OutgoingMail mail, CancellationToken cancellationToken);
}

/// <summary>What goes into the text of a mail.</summary>
/// <param name="Address">The recipient's e-mail address; foreign text.</param>
/// <param name="Name">The recipient's name; foreign text, empty where there is none.</param>
/// <param name="Path">Where its link leads to, from the site's root: <c>/account</c>.</param>
/// <param name="Until">How long the link works, UTC; null where it always does.</param>
public sealed record MailContent(string Address, string Name, string Path, DateTimeOffset? Until = null);
