using PixelCraft.Consistency;
using PixelCraft.Ids;
using PixelCraft.Mail.Contracts;

namespace PixelCraft.Mail;

/// <summary>
/// Mails that are still to be sent. Most are written by the stores of the records that they follow, in the same transaction. Each is due at some time;
/// whoever takes one has it until another time. Failures are <see cref="UnavailableException"/> and <see cref="StorageFullException"/>.
/// </summary>
[ConsistencyChoice(Choice.Cp, "Mails to be sent", "They are kept with the accounts, in the transaction of what they follow, and sent when the accounts and the mail server can be reached; one may be sent twice, none is lost.")]
public interface IMailOutbox
{
    /// <summary>Adds a mail, due at once.</summary>
    Task AddAsync(OutgoingMail mail, CancellationToken cancellationToken);

    /// <summary>
    /// Takes a mail that is due or was given up: nobody else gets it until <paramref name="until"/>, when it is due again.
    /// </summary>
    /// <param name="mail">Its id.</param>
    /// <param name="now">The present, UTC.</param>
    /// <param name="until">By when the caller puts it back or ends it, UTC.</param>
    /// <param name="cancellationToken">Ends the call.</param>
    Task<TakenMail> TakeAsync(Id mail, DateTimeOffset now, DateTimeOffset until, CancellationToken cancellationToken);

    /// <summary>Makes a mail due again at another time, UTC; null gives it up: it stays, and is never due.</summary>
    Task PutBackAsync(Id mail, DateTimeOffset? due, CancellationToken cancellationToken);

    /// <summary>Removes a mail; no error where there is none.</summary>
    Task EndAsync(Id mail, CancellationToken cancellationToken);

    /// <summary>Mails that are due, the longest due first; at most <paramref name="limit"/>. Those given up that were written before <paramref name="forgotten"/> are removed.</summary>
    Task<IReadOnlyList<Id>> DueAsync(DateTimeOffset now, DateTimeOffset forgotten, int limit, CancellationToken cancellationToken);

    /// <summary>How much there is.</summary>
    Task<MailBacklog> BacklogAsync(CancellationToken cancellationToken);
}

/// <summary>What came of <see cref="IMailOutbox.TakeAsync"/>.</summary>
/// <param name="Mail">The mail, which is the caller's now; null when there is none, or not now.</param>
/// <param name="DueAt">When it is due, UTC, where somebody else has it or it waits; null where it was taken or is gone.</param>
public readonly record struct TakenMail(OutgoingMail? Mail, DateTimeOffset? DueAt);

/// <summary>How much is in the outbox.</summary>
/// <param name="Waiting">Mails that are to be sent, due or not.</param>
/// <param name="GivenUp">Mails that were given up.</param>
/// <param name="Oldest">When the oldest of those that wait was written, UTC; null when there is none.</param>
public readonly record struct MailBacklog(long Waiting, long GivenUp, DateTimeOffset? Oldest);
