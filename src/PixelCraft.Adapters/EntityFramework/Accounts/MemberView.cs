using PixelCraft.Accounts;
using PixelCraft.Accounts.Contracts;
using PixelCraft.Ids;

namespace PixelCraft.Adapters.EntityFramework.Accounts;

/// <summary>Members' names and accounts on SQLite or PostgreSQL, there from a replica, by SQL of its own: lists wait for it.</summary>
internal sealed class MemberView(RawDatabase database) : IMemberView
{
    private const int Most = 64;

    /// <summary>For 1, 2, 4, … ids, so that few statements are prepared.</summary>
    private readonly string[] _names = [.. from power in Enumerable.Range(0, 7)
                                           let places = string.Join(", ", Enumerable.Range(1, 1 << power).Select(place => $"${place}"))
                                           select $"SELECT id, name FROM {database.Table("members")} WHERE deleted_at IS NULL AND id IN ({places})"];

    private readonly string _profile =
        $"SELECT email, name, is_administrator, suspended_at, quota_bytes, created_at FROM {database.Table("members")} WHERE deleted_at IS NULL AND id = $1";

    public async Task<IReadOnlyDictionary<Id, string>> NamesAsync(IReadOnlyCollection<Id> members, CancellationToken cancellationToken)
    {
        var names = new Dictionary<Id, string>(members.Count);
        foreach (var some in members.Chunk(Most))
        {
            var power = (int)Math.Ceiling(Math.Log2(some.Length));
            var places = Enumerable.Range(0, 1 << power).Select(place => (object?)database.Value(some[Math.Min(place, some.Length - 1)]));
            foreach (var (id, name) in await database.ListNearlyAsync(
                new Statement(_names[power], [.. places]), some.Length, row => (database.ReadId(row, 0), row.GetString(1)), cancellationToken))
                names[id] = name;
        }
        return names;
    }

    public async Task<MemberProfile?> ProfileAsync(Id member, CancellationToken cancellationToken) =>
        (await database.ListNearlyAsync(
            new Statement(_profile, database.Value(member)), 1,
            row => new MemberProfile(
                member, row.IsDBNull(0) ? "" : row.GetString(0), row.GetString(1), row.GetBoolean(2), !row.IsDBNull(3), row.IsDBNull(4) ? null : row.GetInt64(4), database.ReadTime(row, 5)),
            cancellationToken)).FirstOrDefault();
}
