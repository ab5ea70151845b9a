using Microsoft.AspNetCore.Identity;
using PixelCraft.Ids;

namespace PixelCraft.Accounts;

/// <summary>
/// A person with an account, as ASP.NET Core Identity keeps one. The e-mail address is the user name; there are no
/// roles besides <see cref="IsAdministrator"/>.
/// </summary>
public sealed class Member : IdentityUser<Id>
{
    /// <summary>What others see; 1 to 50 characters. Empty once the account is closed.</summary>
    public string Name { get; set; } = "";

    /// <summary>Has an administrator's rights.</summary>
    public bool IsAdministrator { get; set; }

    /// <summary>Since when an administrator keeps the member out, UTC; null for everybody else.</summary>
    public DateTimeOffset? SuspendedAt { get; set; }

    /// <summary>Bytes of originals that may be kept; null means without limit.</summary>
    public long? QuotaBytes { get; set; }

    /// <summary>When registered, UTC.</summary>
    public DateTimeOffset CreatedAt { get; set; }

    /// <summary>When the member closed the account, UTC; the row stays until everything of the member is erased. Else null.</summary>
    public DateTimeOffset? DeletedAt { get; set; }
}
