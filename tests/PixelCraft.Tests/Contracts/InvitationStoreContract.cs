using PixelCraft.Accounts;
using Xunit;

namespace PixelCraft.Tests.Contracts;

/// <summary>What every <see cref="IInvitationStore"/> does.</summary>
public abstract class InvitationStoreContract(IAccountsDatabases databases) : AccountStoresContract(databases)
{
    [Fact]
    public async Task Invitation_Expired_IsGone()
    {
        var (members, _, invitations, _) = await CreateAsync();
        var invitation = Invite("code");
        await invitations.AddAsync(invitation, Cancel);
        Time.Advance(TimeSpan.FromDays(7));

        Assert.Null(await invitations.FindAsync(invitation.CodeHash, Cancel));
        Assert.Equal(AddMemberOutcome.InvitationGone, await members.AddAsync(New("ada"), invitation.CodeHash, Cancel));
        Assert.False(await members.AnyAsync(Cancel));
    }
}
