using Microsoft.Extensions.Time.Testing;
using PixelCraft.Accounts;
using PixelCraft.Ids;
using Xunit;

namespace PixelCraft.Tests.Contracts;

/// <summary>The stores of accounts that one database serves together.</summary>
public sealed record AccountStores(IMemberStore Members, IClosedAccounts Closed, IInvitationStore Invitations, ITokenStore Tokens);

/// <summary>What every <see cref="IMemberStore"/>, with the stores that share its transactions, does.</summary>
public abstract class MemberStoreContract
{
    private readonly FakeTimeProvider _time = new(new DateTimeOffset(2026, 5, 1, 12, 0, 0, TimeSpan.Zero));
    private readonly IdGenerator _ids;

    protected MemberStoreContract() => _ids = new IdGenerator(_time);

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    /// <summary>Empty stores that read this clock.</summary>
    protected abstract Task<AccountStores> CreateAsync(TimeProvider time);

    private Member New(string name)
    {
        _time.Advance(TimeSpan.FromMilliseconds(1)); // so that ids sort as they were made
        var email = $"{name}@example.org";
        return new Member
        {
            Id = _ids.ForMember(),
            Name = name,
            Email = email,
            UserName = email,
            NormalizedEmail = email.ToUpperInvariant(),
            NormalizedUserName = email.ToUpperInvariant(),
            PasswordHash = "hash",
            SecurityStamp = "STAMP",
            CreatedAt = _time.GetUtcNow(),
        };
    }

    private Invitation Invite(string code, bool isFirst = false) => new(Secrets.HashCode(code), IsAdministrator: isFirst, isFirst, _time.GetUtcNow().AddDays(7));

    [Fact]
    public async Task Add_ThenFindAndList_NewestFirst()
    {
        var (members, _, _, _) = await CreateAsync(_time);
        Assert.False(await members.AnyAsync(Cancel));
        var (ada, ben, eve) = (New("ada"), New("ben"), New("eve"));
        foreach (var member in new[] { ada, ben, eve }) Assert.Equal(AddMemberOutcome.Added, await members.AddAsync(member, null, Cancel));

        Assert.True(await members.AnyAsync(Cancel));
        Assert.Equal([eve.Id, ben.Id], (await members.ListAsync(null, 2, Cancel)).Select(member => member.Id));
        Assert.Equal([ada.Id], (await members.ListAsync(ben.Id, 2, Cancel)).Select(member => member.Id));
        var found = await members.FindAsync([ada.Id, eve.Id, _ids.ForMember()], Cancel);
        Assert.Equal(["ada", "eve"], found.Select(member => member.Name).Order());
        Assert.Equal(ada.CreatedAt, found.Single(member => member.Id == ada.Id).CreatedAt);
        Assert.Empty(await members.FindAsync([], Cancel));
    }

    [Fact]
    public async Task Add_TakenEmail_KeepsTheInvitation()
    {
        var (members, _, invitations, _) = await CreateAsync(_time);
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
        var (members, _, invitations, _) = await CreateAsync(_time);
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
        var (members, _, invitations, _) = await CreateAsync(_time);
        var codes = Enumerable.Range(0, 6).Select(i => Invite($"first{i}", isFirst: true)).ToArray();
        foreach (var code in codes) await invitations.AddAsync(code, Cancel);
        var many = codes.Select((code, i) => (Code: code, Member: New($"member{i}"))).ToArray();

        var outcomes = await Task.WhenAll(many.Select(one => Task.Run(() => members.AddAsync(one.Member, one.Code.CodeHash, Cancel), Cancel)));

        Assert.Single(outcomes, AddMemberOutcome.Added);
        Assert.Single(await members.ListAsync(null, 100, Cancel));
        foreach (var code in codes) Assert.Null(await invitations.FindAsync(code.CodeHash, Cancel));
    }

    [Fact]
    public async Task Invitation_Expired_IsGone()
    {
        var (members, _, invitations, _) = await CreateAsync(_time);
        var invitation = Invite("code");
        await invitations.AddAsync(invitation, Cancel);
        _time.Advance(TimeSpan.FromDays(7));

        Assert.Null(await invitations.FindAsync(invitation.CodeHash, Cancel));
        Assert.Equal(AddMemberOutcome.InvitationGone, await members.AddAsync(New("ada"), invitation.CodeHash, Cancel));
        Assert.False(await members.AnyAsync(Cancel));
    }

    [Fact]
    public async Task Suspend_SetsTimeAndStamp()
    {
        var (members, _, _, _) = await CreateAsync(_time);
        var ada = New("ada");
        await members.AddAsync(ada, null, Cancel);

        Assert.True(await members.SuspendAsync(ada.Id, _time.GetUtcNow(), "NEW", Cancel));
        var suspended = Assert.Single(await members.FindAsync([ada.Id], Cancel));
        Assert.Equal((_time.GetUtcNow(), "NEW"), (suspended.SuspendedAt!.Value, suspended.SecurityStamp));

        Assert.True(await members.SuspendAsync(ada.Id, null, "NEWER", Cancel));
        Assert.Null(Assert.Single(await members.FindAsync([ada.Id], Cancel)).SuspendedAt);
        Assert.False(await members.SuspendAsync(_ids.ForMember(), null, "NEW", Cancel));
    }

    [Fact]
    public async Task SetQuota_IsStored()
    {
        var (members, _, _, _) = await CreateAsync(_time);
        var ada = New("ada");
        await members.AddAsync(ada, null, Cancel);

        Assert.True(await members.SetQuotaAsync(ada.Id, 5, Cancel));
        Assert.Equal(5, Assert.Single(await members.FindAsync([ada.Id], Cancel)).QuotaBytes);
        Assert.True(await members.SetQuotaAsync(ada.Id, null, Cancel));
        Assert.Null(Assert.Single(await members.FindAsync([ada.Id], Cancel)).QuotaBytes);
        Assert.False(await members.SetQuotaAsync(_ids.ForMember(), 5, Cancel));
    }

    [Fact]
    public async Task Close_HidesTheMemberFreesTheEmailAndEndsTokens()
    {
        var (members, closed, _, tokens) = await CreateAsync(_time);
        var ada = New("ada");
        await members.AddAsync(ada, null, Cancel);
        var token = new ApiToken(_ids.For(ada.Id), ada.Id, Secrets.Hash("token"), "laptop", CanWrite: true, _time.GetUtcNow());
        await tokens.AddAsync(token, Cancel);

        await closed.CloseAsync(ada.Id, _time.GetUtcNow(), "NEW", Cancel);
        await closed.CloseAsync(ada.Id, _time.GetUtcNow(), "NEW", Cancel);

        Assert.Empty(await members.FindAsync([ada.Id], Cancel));
        Assert.Empty(await members.ListAsync(null, 10, Cancel));
        Assert.False(await members.SuspendAsync(ada.Id, null, "NEW", Cancel));
        Assert.Null(await tokens.FindAsync(token.TokenHash, Cancel));
        Assert.Empty(await tokens.ListAsync(ada.Id, Cancel));
        Assert.Equal([ada.Id], await closed.ListAsync(10, Cancel));
        Assert.Equal(AddMemberOutcome.Added, await members.AddAsync(New("ada"), null, Cancel));
    }

    [Fact]
    public async Task Remove_TakesClosedAccountsOnly()
    {
        var (members, closed, _, _) = await CreateAsync(_time);
        var (ada, ben) = (New("ada"), New("ben"));
        foreach (var member in new[] { ada, ben }) await members.AddAsync(member, null, Cancel);
        await closed.CloseAsync(ada.Id, _time.GetUtcNow(), "NEW", Cancel);

        await closed.RemoveAsync(ada.Id, Cancel);
        await closed.RemoveAsync(ada.Id, Cancel);
        await closed.RemoveAsync(ben.Id, Cancel);

        Assert.Empty(await closed.ListAsync(10, Cancel));
        Assert.Equal([ben.Id], (await members.ListAsync(null, 10, Cancel)).Select(member => member.Id));
    }

    [Fact]
    public async Task Tokens_AreFoundListedAndRemovedByTheirMember()
    {
        var (members, _, _, tokens) = await CreateAsync(_time);
        var ada = New("ada");
        await members.AddAsync(ada, null, Cancel);
        var first = new ApiToken(_ids.For(ada.Id), ada.Id, Secrets.Hash("one"), "one", CanWrite: false, _time.GetUtcNow());
        _time.Advance(TimeSpan.FromSeconds(1));
        var second = new ApiToken(_ids.For(ada.Id), ada.Id, Secrets.Hash("two"), "two", CanWrite: true, _time.GetUtcNow());
        foreach (var token in new[] { first, second }) await tokens.AddAsync(token, Cancel);

        Assert.Equal(new TokenHolder(ada.Id, "ada", CanWrite: true), await tokens.FindAsync(second.TokenHash, Cancel));
        Assert.Equal([second, first], await tokens.ListAsync(ada.Id, Cancel));
        Assert.Null(await tokens.FindAsync(Secrets.Hash("three"), Cancel));
        Assert.False(await tokens.RemoveAsync(_ids.ForMember(), first.Id, Cancel));
        Assert.True(await tokens.RemoveAsync(ada.Id, first.Id, Cancel));
        Assert.False(await tokens.RemoveAsync(ada.Id, first.Id, Cancel));
        Assert.Equal([second], await tokens.ListAsync(ada.Id, Cancel));
    }

    [Fact]
    public async Task Tokens_OfASuspendedMember_AreNotFound()
    {
        var (members, _, _, tokens) = await CreateAsync(_time);
        var ada = New("ada");
        await members.AddAsync(ada, null, Cancel);
        var token = new ApiToken(_ids.For(ada.Id), ada.Id, Secrets.Hash("one"), "one", CanWrite: true, _time.GetUtcNow());
        await tokens.AddAsync(token, Cancel);

        await members.SuspendAsync(ada.Id, _time.GetUtcNow(), "NEW", Cancel);
        Assert.Null(await tokens.FindAsync(token.TokenHash, Cancel));

        await members.SuspendAsync(ada.Id, null, "NEWER", Cancel);
        Assert.NotNull(await tokens.FindAsync(token.TokenHash, Cancel));
    }
}
