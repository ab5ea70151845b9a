using PixelCraft.Accounts.Contracts;
using PixelCraft.Consistency;
using PixelCraft.Ids;

namespace PixelCraft.Accounts;

/// <summary>
/// Members as they and others see them; no rights depend on it. It may be behind <see cref="IMemberStore"/> by a bounded time, but never behind what
/// the one who asks has written (<see cref="ReadPosition"/>). Failures are <see cref="UnavailableException"/>.
/// </summary>
[ConsistencyChoice(Choice.ApBounded, "Accounts and names as they are shown", "Replicas go on answering, a few seconds behind at most, or as old as they are while nothing takes writes; without any, images are shown without their owners' names.")]
public interface IMemberView
{
    /// <summary>The names of these members; those of closed accounts, and ids that nobody has, are left out.</summary>
    Task<IReadOnlyDictionary<Id, string>> NamesAsync(IReadOnlyCollection<Id> members, CancellationToken cancellationToken);

    /// <summary>A member's account; null for a closed one, and an id that nobody has.</summary>
    Task<MemberProfile?> ProfileAsync(Id member, CancellationToken cancellationToken);
}
