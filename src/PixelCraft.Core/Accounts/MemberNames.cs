using PixelCraft.Caching;
using PixelCraft.Ids;

namespace PixelCraft.Accounts;

/// <summary>
/// Members' names for lists, read from the accounts database at most once a minute per member. No rights depend on a
/// name; that of a closed account goes at once on the server that closed it.
/// </summary>
internal sealed class MemberNames(IMemberStore members, TimeProvider time)
{
    private const int Capacity = 50_000;
    private static readonly TimeSpan Lifetime = TimeSpan.FromMinutes(1);

    private readonly ReadThrough<Id, (string Name, DateTimeOffset ReadAt)> _names = new(Capacity);

    /// <summary>The names of these members; ids that nobody has are left out.</summary>
    public async ValueTask<IReadOnlyDictionary<Id, string>> FindAsync(IReadOnlyCollection<Id> ids, CancellationToken cancellationToken)
    {
        var now = time.GetUtcNow();
        var found = new Dictionary<Id, string>(ids.Count);
        List<Id>? missing = null;
        foreach (var id in ids)
            if (_names.TryGet(id, out var copy) && now - copy.ReadAt < Lifetime) found[id] = copy.Name;
            else (missing ??= []).Add(id);
        if (missing is null) return found;

        var generation = _names.Generation;
        foreach (var member in await members.FindAsync(missing, cancellationToken))
        {
            found[member.Id] = member.Name;
            _names.Add(member.Id, (member.Name, now), generation);
        }
        return found;
    }

    /// <summary>Has this server read the member again.</summary>
    public void Forget(Id member) => _names.Forget(member);
}
