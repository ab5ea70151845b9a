using PixelCraft.Ids;

namespace PixelCraft.Mail.Contracts;

/// <summary>Sending mail, for whoever has something to tell. Everything is sent by a worker, later.</summary>
public interface IMails
{
    /// <summary>Whether this installation sends mail. Where not, none may be added.</summary>
    bool IsOn { get; }

    /// <summary>A mail to a member; it is nowhere yet.</summary>
    OutgoingMail ToMember(MailKind kind, Id member);

    /// <summary>A mail to an address that expires after <paramref name="lifetime"/>; it is nowhere yet.</summary>
    OutgoingMail ToAddress(MailKind kind, string address, TimeSpan lifetime);

    /// <summary>Keeps a mail that follows no other record. Failures are <see cref="UnavailableException"/> and <see cref="StorageFullException"/>.</summary>
    Task AddAsync(OutgoingMail mail, CancellationToken cancellationToken);

    /// <summary>
    /// After the commit of a mail that was written beside a record: has a worker send it soon. It never fails: what the queue doesn't take, a
    /// sweep finds.
    /// </summary>
    Task CommittedAsync(OutgoingMail mail);
}
