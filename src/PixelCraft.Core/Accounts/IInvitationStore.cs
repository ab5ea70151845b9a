using PixelCraft.Consistency;

namespace PixelCraft.Accounts;

/// <summary>
/// Invitations that are not used yet; <see cref="IMemberStore.AddAsync"/> uses them up. Failures are
/// <see cref="UnavailableException"/> and <see cref="StorageFullException"/>.
/// </summary>
[ConsistencyChoice(typeof(IMemberStore))]
public interface IInvitationStore
{
    /// <summary>Adds an invitation; expired ones are removed on the way.</summary>
    Task AddAsync(Invitation invitation, CancellationToken cancellationToken);

    /// <summary>The invitation with this hash; null when it is unknown, used or expired.</summary>
    Task<Invitation?> FindAsync(string codeHash, CancellationToken cancellationToken);
}

/// <summary>Lets one person register.</summary>
/// <param name="CodeHash">SHA-256 of the code, as 64 lower-case hexadecimal digits.</param>
/// <param name="IsAdministrator">Whether the new member will be an administrator.</param>
/// <param name="IsFirst">Good only while there is no member: printed at start.</param>
/// <param name="ExpiresAt">From then on it is gone, UTC.</param>
public sealed record Invitation(string CodeHash, bool IsAdministrator, bool IsFirst, DateTimeOffset ExpiresAt);
