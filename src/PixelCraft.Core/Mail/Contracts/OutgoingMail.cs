using PixelCraft.Ids;

namespace PixelCraft.Mail.Contracts;

/// <summary>
/// A mail that is to be sent, as it is kept in the outbox: written beside the record that it follows, in the same transaction. It holds no
/// text and no secret; both are made by its <see cref="IMailWriter"/> when it is sent.
/// </summary>
/// <param name="Id">Names it; its Message-ID is made of it, and so stays the same however often it is tried.</param>
/// <param name="Kind">What it says.</param>
/// <param name="MemberId">Whom it concerns; null where that is not known.</param>
/// <param name="Address">What is known of the recipient's address, at most <see cref="AddressLength"/> characters; null where the member's own is meant.</param>
/// <param name="CreatedAt">When written, UTC.</param>
/// <param name="ExpiresAt">From then on it is not sent any more, UTC; null for one that never expires.</param>
public sealed record OutgoingMail(Id Id, MailKind Kind, Id? MemberId, string? Address, DateTimeOffset CreatedAt, DateTimeOffset? ExpiresAt)
{
    /// <summary>The longest e-mail address (RFC 5321, 4.5.3.1.3).</summary>
    public const int AddressLength = 254;
}

/// <summary>What a mail says. The numbers are stored.</summary>
public enum MailKind
{
    /// <summary>A link to choose a new password by.</summary>
    PasswordReset = 1,

    /// <summary>The password was changed.</summary>
    PasswordChanged = 2,

    /// <summary>A link to register by.</summary>
    Invitation = 3,

    /// <summary>The same, for somebody who will be an administrator.</summary>
    AdministratorInvitation = 4,
}
