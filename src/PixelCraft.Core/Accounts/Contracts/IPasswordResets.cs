using Microsoft.AspNetCore.Http;

namespace PixelCraft.Accounts.Contracts;

/// <summary>Choosing a new password where the old one is forgotten, by a link that comes by mail.</summary>
public interface IPasswordResets
{
    /// <summary>
    /// Has a link mailed to whoever has this e-mail address. Nothing tells whether anybody has: a worker finds out. It counts as an attempt to sign in
    /// with the address.
    /// </summary>
    Task<ResetRequestOutcome> RequestAsync(HttpContext http, string email);

    /// <summary>Whether a link can be used now.</summary>
    Task<bool> IsGoodAsync(string token, CancellationToken cancellationToken);

    /// <summary>
    /// Uses a link up and gives the member the new password. All sessions of the member end, and a mail tells of it. It doesn't sign in.
    /// </summary>
    Task<PasswordResetResult> ResetAsync(string token, string password, CancellationToken cancellationToken);
}

/// <summary>What became of a request for a link.</summary>
public enum ResetRequestOutcome
{
    /// <summary>It was taken; if somebody has the address, a mail comes.</summary>
    Taken,

    /// <summary>It is no e-mail address.</summary>
    NoEmail,

    /// <summary>Too many attempts with this e-mail address from this network; <c>Retry-After</c> is set.</summary>
    TooMany,

    /// <summary>This installation sends no mail.</summary>
    Off,
}

/// <summary>What became of a new password.</summary>
/// <param name="Outcome">Whether it counts.</param>
/// <param name="Error">What is wrong with the password; null unless <see cref="PasswordResetOutcome.Unusable"/>.</param>
public sealed record PasswordResetResult(PasswordResetOutcome Outcome, string? Error = null);

/// <summary>Whether a new password counts.</summary>
public enum PasswordResetOutcome
{
    /// <summary>It does.</summary>
    Changed,

    /// <summary>The link is unknown, used or expired.</summary>
    LinkGone,

    /// <summary>The password is too short or too long; the link can still be used.</summary>
    Unusable,
}
