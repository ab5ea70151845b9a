using Microsoft.AspNetCore.Identity;

namespace PixelCraft.Accounts;

/// <summary>What Identity says of an account, in our words: here the e-mail address is the user name.</summary>
internal sealed class AccountErrors : IdentityErrorDescriber
{
    /// <summary>What is wrong with something that is no e-mail address.</summary>
    public const string NoEmail = "This is not an e-mail address.";

    private const string Taken = "There is an account with this e-mail address already. Sign in, or use another address.";

    public override IdentityError DuplicateUserName(string userName) => Say(nameof(DuplicateUserName), Taken);

    public override IdentityError DuplicateEmail(string email) => Say(nameof(DuplicateEmail), Taken);

    public override IdentityError InvalidUserName(string? userName) => Say(nameof(InvalidUserName), NoEmail);

    public override IdentityError InvalidEmail(string? email) => Say(nameof(InvalidEmail), NoEmail);

    private static IdentityError Say(string code, string text) => new() { Code = code, Description = text };
}
