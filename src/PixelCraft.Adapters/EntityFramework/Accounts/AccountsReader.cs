using PixelCraft.Ids;

namespace PixelCraft.Adapters.EntityFramework.Accounts;

/// <summary>
/// What every start asks of the accounts, by SQL of its own: EF Core would take longer to build its model than the rest of the start takes.
/// </summary>
internal sealed class AccountsReader(RawDatabase database)
{
    private readonly string _any = $"SELECT 1 FROM {database.Table("members")} LIMIT 1";
    private readonly string _closed = $"SELECT id FROM {database.Table("members")} WHERE deleted_at IS NOT NULL ORDER BY deleted_at LIMIT $1";
    private readonly string _keys = $"SELECT xml FROM {database.Table("data_protection_keys")} ORDER BY id";

    /// <summary>Whether there is a member, closed accounts included.</summary>
    public async Task<bool> AnyMemberAsync(CancellationToken cancellationToken) =>
        (await database.ListAsync(new Statement(_any), 1, row => row.GetInt32(0), cancellationToken)).Count > 0;

    /// <summary>As <see cref="RawDatabase.ConfirmAsync"/>.</summary>
    public Task ConfirmAsync(CancellationToken cancellationToken) => database.ConfirmAsync(cancellationToken);

    /// <summary>Closed accounts, longest closed first.</summary>
    public async Task<IReadOnlyList<Id>> ClosedAsync(int limit, CancellationToken cancellationToken) =>
        await database.ListAsync(new Statement(_closed, limit), limit, row => database.ReadId(row, 0), cancellationToken);

    /// <summary>The data-protection keys, as XML.</summary>
    public Task<List<string>> KeysAsync(CancellationToken cancellationToken) => database.ListAsync(new Statement(_keys), 4, row => row.GetString(0), cancellationToken);
}
