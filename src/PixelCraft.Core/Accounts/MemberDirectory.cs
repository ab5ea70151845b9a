using PixelCraft.Accounts.Contracts;
using PixelCraft.Ids;

namespace PixelCraft.Accounts;

/// <summary>What other modules may know of members.</summary>
internal sealed class MemberDirectory(MemberStates states, MemberNames names) : IMemberDirectory
{
    public async Task<IReadOnlyDictionary<Id, string>> NamesAsync(IReadOnlyCollection<Id> members, CancellationToken cancellationToken) =>
        await names.FindAsync(members, cancellationToken);

    public async Task<long?> QuotaAsync(Id member, CancellationToken cancellationToken) =>
        (await states.FindAsync(member, cancellationToken))?.QuotaBytes;
}
