using Microsoft.AspNetCore.Http;

namespace PixelCraft.Accounts.Contracts;

/// <summary>Changing a password.</summary>
public interface IPasswords
{
    /// <summary>
    /// Changes the password of the member who is signed in by session on this request. Every session of the member ends,
    /// and a new one is started for this request. Wrong current passwords count as failed attempts to sign in.
    /// </summary>
    Task<PasswordChange> ChangeAsync(HttpContext http, string current, string replacement);
}

/// <summary>What became of a change of password.</summary>
/// <param name="Outcome">Whether it was changed.</param>
/// <param name="Error">What is wrong with the new password; null unless <see cref="PasswordOutcome.Unusable"/>.</param>
public sealed record PasswordChange(PasswordOutcome Outcome, string? Error = null);

/// <summary>Whether a password was changed.</summary>
public enum PasswordOutcome
{
    /// <summary>It was.</summary>
    Changed,

    /// <summary>The current password is wrong, or there were too many failed attempts.</summary>
    WrongPassword,

    /// <summary>The new password is too short or too long.</summary>
    Unusable,
}
