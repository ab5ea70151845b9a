using PixelCraft.Caching;
using PixelCraft.Ids;

namespace PixelCraft.Accounts;

/// <summary>
/// What a session needs to know of its member, read from the accounts database at most every five minutes per member:
/// the security stamp, by which sessions are revoked even where the session store missed it; and what an upload needs to know, the quota.
/// </summary>
internal sealed class MemberStates(IMemberStore members, TimeProvider time)
{
    /// <summary>How long a server goes by what it has read, of members and of sessions.</summary>
    public static readonly TimeSpan Trust = TimeSpan.FromMinutes(5);

    private const int Capacity = 50_000;

    private readonly ReadThrough<Id, (MemberState? State, DateTimeOffset ReadAt)> _states = new(Capacity);

    /// <summary>The member's state; null when suspended, closed or unknown.</summary>
    public async ValueTask<MemberState?> FindAsync(Id member, CancellationToken cancellationToken)
    {
        var now = time.GetUtcNow();
        if (_states.TryGet(member, out var copy) && now - copy.ReadAt < Trust) return copy.State;

        var generation = _states.Generation;
        var found = await members.FindAsync([member], cancellationToken);
        var state = found is [{ SuspendedAt: null } one] ? new MemberState(one.Name, one.IsAdministrator, one.SecurityStamp ?? "", one.QuotaBytes) : null;
        _states.Add(member, (state, now), generation);
        return state;
    }

    /// <summary>Has this server read the member again: after every change of the stamp.</summary>
    public void Forget(Id member) => _states.Forget(member);
}

/// <summary>A member who may be signed in.</summary>
/// <param name="Name">As others see it.</param>
/// <param name="IsAdministrator">Whether the member has an administrator's rights.</param>
/// <param name="SecurityStamp">What the sessions carry that are still good.</param>
/// <param name="QuotaBytes">Bytes that the member may keep; null: without limit.</param>
internal sealed record MemberState(string Name, bool IsAdministrator, string SecurityStamp, long? QuotaBytes);
