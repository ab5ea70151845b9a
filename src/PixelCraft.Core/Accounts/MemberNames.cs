using PixelCraft.Caching;
using PixelCraft.Ids;

namespace PixelCraft.Accounts;

/// <summary>
/// Members' names for lists, read at most once a minute per member. No rights depend on a name: while the accounts are away the last
/// known one is shown, or none.
/// </summary>
internal sealed class MemberNames(IMemberView members, TimeProvider time)
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
        try
        {
            foreach (var (id, name) in await members.NamesAsync(missing, cancellationToken))
            {
                found[id] = name;
                _names.Add(id, (name, now), generation);
            }
        }
        catch (UnavailableException)
        {
            // Images are shown without their owners' names rather than not at all.
            foreach (var id in missing)
                if (_names.TryGet(id, out var old)) found[id] = old.Name;
        }
        return found;
    }

    /// <summary>Has this server read the member again.</summary>
    public void Forget(Id member) => _names.Forget(member);
}
