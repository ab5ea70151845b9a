using PixelCraft.Accounts;
using Xunit;

namespace PixelCraft.Tests.Contracts;

/// <summary>What every <see cref="IMemberStore"/> does.</summary>
public abstract class MemberStoreContract(IAccountsDatabases databases) : AccountStoresContract(databases)
{
    [Fact]
    public async Task Add_ThenFindAndList_NewestFirst()
    {
        var (members, _, _, _) = await CreateAsync();
        Assert.False(await members.AnyAsync(Cancel));
        var (ada, ben, eve) = (New("ada"), New("ben"), New("eve"));
        foreach (var member in new[] { ada, ben, eve }) Assert.Equal(AddMemberOutcome.Added, await members.AddAsync(member, null, Cancel));

        Assert.True(await members.AnyAsync(Cancel));
        Assert.Equal([eve.Id, ben.Id], (await members.ListAsync(null, 2, Cancel)).Select(member => member.Id));
        Assert.Equal([ada.Id], (await members.ListAsync(ben.Id, 2, Cancel)).Select(member => member.Id));
        var found = await members.FindAsync([ada.Id, eve.Id, Ids.ForMember()], Cancel);
        Assert.Equal(["ada", "eve"], found.Select(member => member.Name).Order());
        Assert.Equal(ada.CreatedAt, found.Single(member => member.Id == ada.Id).CreatedAt);
        Assert.Empty(await members.FindAsync([], Cancel));
    }

    [Fact]
    public async Task Add_TakenEmail_KeepsTheInvitation()
    {
        var (members, _, invitations, _) = await CreateAsync();
        await members.AddAsync(New("ada"), null, Cancel);
        var invitation = Invite("code");
        await invitations.AddAsync(invitation, Cancel);

        Assert.Equal(AddMemberOutcome.EmailTaken, await members.AddAsync(New("ada"), invitation.CodeHash, Cancel));

        Assert.Equal(invitation, await invitations.FindAsync(invitation.CodeHash, Cancel));
        Assert.Equal(AddMemberOutcome.Added, await members.AddAsync(New("ben"), invitation.CodeHash, Cancel));
        Assert.Null(await invitations.FindAsync(invitation.CodeHash, Cancel));
        Assert.Equal(AddMemberOutcome.InvitationGone, await members.AddAsync(New("eve"), invitation.CodeHash, Cancel));
    }

    [Fact]
    public async Task Add_OneCodeByManyAtOnce_OneWins()
    {
        var (members, _, invitations, _) = await CreateAsync();
        await members.AddAsync(New("first"), null, Cancel);
        var invitation = Invite("code");
        await invitations.AddAsync(invitation, Cancel);
        var many = Enumerable.Range(0, 8).Select(i => New($"member{i}")).ToArray();

        var outcomes = await Task.WhenAll(many.Select(member => Task.Run(() => members.AddAsync(member, invitation.CodeHash, Cancel), Cancel)));

        Assert.Single(outcomes, AddMemberOutcome.Added);
        Assert.Equal(7, outcomes.Count(outcome => outcome == AddMemberOutcome.InvitationGone));
        Assert.Equal(2, (await members.ListAsync(null, 100, Cancel)).Count);
    }

    [Fact]
    public async Task Add_ManyCodesForTheFirst_OneWinsAndAllEnd()
    {
        var (members, _, invitations, _) = await CreateAsync();
        var codes = Enumerable.Range(0, 6).Select(i => Invite($"first{i}", isFirst: true)).ToArray();
        foreach (var code in codes) await invitations.AddAsync(code, Cancel);
        var many = codes.Select((code, i) => (Code: code, Member: New($"member{i}"))).ToArray();

        var outcomes = await Task.WhenAll(many.Select(one => Task.Run(() => members.AddAsync(one.Member, one.Code.CodeHash, Cancel), Cancel)));

        Assert.Single(outcomes, AddMemberOutcome.Added);
        Assert.Single(await members.ListAsync(null, 100, Cancel));
        foreach (var code in codes) Assert.Null(await invitations.FindAsync(code.CodeHash, Cancel));
    }

    [Fact]
    public async Task Add_CodeForTheFirst_AfterTheFirst_IsGone()
    {
        var (members, _, invitations, _) = await CreateAsync();
        await members.AddAsync(New("ada"), null, Cancel);
        // A server that saw nobody just before makes its code only now.
        var late = Invite("late", isFirst: true);
        await invitations.AddAsync(late, Cancel);

        Assert.Equal(AddMemberOutcome.InvitationGone, await members.AddAsync(New("eve"), late.CodeHash, Cancel));
        Assert.Single(await members.ListAsync(null, 100, Cancel));
    }

    [Fact]
    public async Task Suspend_SetsTimeAndStamp()
    {
        var (members, _, _, _) = await CreateAsync();
        var ada = New("ada");
        await members.AddAsync(ada, null, Cancel);

        Assert.True(await members.SuspendAsync(ada.Id, Time.GetUtcNow(), "NEW", Cancel));
        var suspended = Assert.Single(await members.FindAsync([ada.Id], Cancel));
        Assert.Equal((Time.GetUtcNow(), "NEW"), (suspended.SuspendedAt!.Value, suspended.SecurityStamp));

        Assert.True(await members.SuspendAsync(ada.Id, null, "NEWER", Cancel));
        Assert.Null(Assert.Single(await members.FindAsync([ada.Id], Cancel)).SuspendedAt);
        Assert.False(await members.SuspendAsync(Ids.ForMember(), null, "NEW", Cancel));
    }

    [Fact]
    public async Task SetQuota_IsStored()
    {
        var (members, _, _, _) = await CreateAsync();
        var ada = New("ada");
        await members.AddAsync(ada, null, Cancel);

        var before = Assert.Single(await members.FindAsync([ada.Id], Cancel));
        Assert.True(await members.SetQuotaAsync(ada.Id, 5, Cancel));
        var after = Assert.Single(await members.FindAsync([ada.Id], Cancel));
        Assert.Equal(5, after.QuotaBytes);
        // Or Identity, which writes what it read before, would take it back.
        Assert.NotEqual(before.ConcurrencyStamp, after.ConcurrencyStamp);
        Assert.True(await members.SetQuotaAsync(ada.Id, null, Cancel));
        Assert.Null(Assert.Single(await members.FindAsync([ada.Id], Cancel)).QuotaBytes);
        Assert.False(await members.SetQuotaAsync(Ids.ForMember(), 5, Cancel));
    }
}
