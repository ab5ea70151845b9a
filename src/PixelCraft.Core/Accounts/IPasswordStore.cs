using PixelCraft.Consistency;
using PixelCraft.Ids;
using PixelCraft.Mail.Contracts;

namespace PixelCraft.Accounts;

/// <summary>
/// Passwords as they are changed, and the links by which a forgotten one is. Closed and suspended accounts have neither. Failures are
/// <see cref="UnavailableException"/> and <see cref="StorageFullException"/>.
/// </summary>
[ConsistencyChoice(typeof(IMemberStore))]
public interface IPasswordStore
{
    /// <summary>
    /// Replaces a password that is still the one that was read, gives the account the new security stamp, ends the member's links, and adds the
    /// notice to the outbox: all or nothing. False when the password has been changed meanwhile.
    /// </summary>
    /// <param name="member">Whose.</param>
    /// <param name="oldHash">The password's hash that was read.</param>
    /// <param name="newHash">The new one's.</param>
    /// <param name="securityStamp">The new stamp.</param>
    /// <param name="notice">The mail that says so; null where none is sent.</param>
    /// <param name="cancellationToken">Ends the call.</param>
    Task<bool> ChangeAsync(Id member, string oldHash, string newHash, string securityStamp, OutgoingMail? notice, CancellationToken cancellationToken);

    /// <summary>Adds a link for the member with this address; expired ones are removed on the way.</summary>
    /// <param name="normalizedEmail">The address, as Identity normalises it.</param>
    /// <param name="reset">The link.</param>
    /// <param name="most">How many mails with links that can still be used the member may have, with this one.</param>
    /// <param name="cancellationToken">Ends the call.</param>
    /// <returns>The member; null, and nothing is added, when there is none or the member has as many mails already.</returns>
    Task<Member?> AddResetAsync(string normalizedEmail, PasswordReset reset, int most, CancellationToken cancellationToken);

    /// <summary>Whose password a link changes; null when it is unknown, used or expired.</summary>
    Task<Id?> FindResetAsync(string tokenHash, CancellationToken cancellationToken);

    /// <summary>
    /// Uses a link up: the member gets the new password and security stamp, is no longer locked out, has no links any more, and the notice is in
    /// the outbox; all or nothing. Of several callers with one link only one gets true.
    /// </summary>
    /// <param name="tokenHash">The link's.</param>
    /// <param name="newHash">The new password's hash.</param>
    /// <param name="securityStamp">The new stamp.</param>
    /// <param name="notice">The mail that says so; null where none is sent.</param>
    /// <param name="cancellationToken">Ends the call.</param>
    Task<bool> ResetAsync(string tokenHash, string newHash, string securityStamp, OutgoingMail? notice, CancellationToken cancellationToken);
}

/// <summary>A link to choose a new password by. A mail that was tried several times has one for each: only the one that arrived is known to anybody.</summary>
/// <param name="TokenHash">SHA-256 of the token, as 64 lower-case hexadecimal digits.</param>
/// <param name="MailId">The mail that it was made for.</param>
/// <param name="ExpiresAt">From then on it is gone, UTC.</param>
public sealed record PasswordReset(string TokenHash, Id MailId, DateTimeOffset ExpiresAt);
