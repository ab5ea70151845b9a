using PixelCraft.Accounts;
using PixelCraft.Mail.Contracts;
using Xunit;

namespace PixelCraft.Tests.Contracts;

/// <summary>What every <see cref="IPasswordStore"/> does.</summary>
public abstract class PasswordStoreContract(IAccountsDatabases databases) : AccountStoresContract(databases)
{
    private PasswordReset Reset(string token) => new(Secrets.Hash(token), Ids.ForMember(), Time.GetUtcNow().AddHours(1));

    private OutgoingMail Notice(Member member) => new(Ids.For(member.Id), MailKind.PasswordChanged, member.Id, null, Time.GetUtcNow(), null);

    private async Task<Member> AddAsync(AccountStores stores, string name)
    {
        var member = New(name);
        Assert.Equal(AddMemberOutcome.Added, await stores.Members.AddAsync(member, null, Cancel));
        return member;
    }

    [Fact]
    public async Task Reset_ByItsLink_ChangesThePassword_AndLeavesTheNotice_Once()
    {
        var stores = await CreateAsync();
        var ada = await AddAsync(stores, "ada");
        var reset = Reset("token");
        Assert.Equal(ada.Id, (await stores.Passwords.AddResetAsync("ADA@EXAMPLE.ORG", reset, 5, Cancel))?.Id);
        Assert.Equal(ada.Id, await stores.Passwords.FindResetAsync(reset.TokenHash, Cancel));
        var notice = Notice(ada);

        Assert.True(await stores.Passwords.ResetAsync(reset.TokenHash, "new hash", "NEW", notice, Cancel));

        var changed = Assert.Single(await stores.Members.FindAsync([ada.Id], Cancel));
        Assert.Equal(("new hash", "NEW", 0, null), (changed.PasswordHash, changed.SecurityStamp, changed.AccessFailedCount, changed.LockoutEnd));
        Assert.Equal([notice.Id], await stores.Outbox.DueAsync(Time.GetUtcNow(), default, 10, Cancel));
        Assert.Null(await stores.Passwords.FindResetAsync(reset.TokenHash, Cancel));
        Assert.False(await stores.Passwords.ResetAsync(reset.TokenHash, "another", "NEWER", Notice(ada), Cancel));
        Assert.Equal("new hash", Assert.Single(await stores.Members.FindAsync([ada.Id], Cancel)).PasswordHash);
        Assert.Single(await stores.Outbox.DueAsync(Time.GetUtcNow(), default, 10, Cancel));
    }

    [Fact]
    public async Task Reset_ByManyAtOnce_SucceedsOnce()
    {
        var stores = await CreateAsync();
        var ada = await AddAsync(stores, "ada");
        var reset = Reset("token");
        await stores.Passwords.AddResetAsync("ADA@EXAMPLE.ORG", reset, 5, Cancel);

        var done = await Task.WhenAll(Enumerable.Range(0, 8).Select(i => Task.Run(() => stores.Passwords.ResetAsync(reset.TokenHash, $"hash {i}", $"STAMP{i}", Notice(ada), Cancel), Cancel)));

        Assert.Single(done, succeeded => succeeded);
        Assert.Single(await stores.Outbox.DueAsync(Time.GetUtcNow(), default, 10, Cancel));
    }

    [Fact]
    public async Task Reset_UsedUp_EndsTheMembersOtherLinks_AndNobodyElses()
    {
        var stores = await CreateAsync();
        var ada = await AddAsync(stores, "ada");
        var ben = await AddAsync(stores, "ben");
        var (one, two, bens) = (Reset("one"), Reset("two"), Reset("ben"));
        await stores.Passwords.AddResetAsync("ADA@EXAMPLE.ORG", one, 5, Cancel);
        await stores.Passwords.AddResetAsync("ADA@EXAMPLE.ORG", two, 5, Cancel);
        await stores.Passwords.AddResetAsync("BEN@EXAMPLE.ORG", bens, 5, Cancel);

        Assert.True(await stores.Passwords.ResetAsync(one.TokenHash, "new hash", "NEW", notice: null, Cancel));

        Assert.Null(await stores.Passwords.FindResetAsync(two.TokenHash, Cancel));
        Assert.Equal(ben.Id, await stores.Passwords.FindResetAsync(bens.TokenHash, Cancel));
        Assert.NotEqual(ada.Id, ben.Id);
    }

    [Fact]
    public async Task Reset_Expired_IsGone()
    {
        var stores = await CreateAsync();
        await AddAsync(stores, "ada");
        var reset = Reset("token");
        await stores.Passwords.AddResetAsync("ADA@EXAMPLE.ORG", reset, 5, Cancel);
        Time.Advance(TimeSpan.FromHours(1));

        Assert.Null(await stores.Passwords.FindResetAsync(reset.TokenHash, Cancel));
        Assert.False(await stores.Passwords.ResetAsync(reset.TokenHash, "new hash", "NEW", null, Cancel));
    }

    [Fact]
    public async Task Reset_OfNobody_OrASuspendedOrClosedAccount_IsNone()
    {
        var stores = await CreateAsync();
        var ada = await AddAsync(stores, "ada");
        var ben = await AddAsync(stores, "ben");
        var (adas, bens) = (Reset("ada"), Reset("ben"));
        await stores.Passwords.AddResetAsync("ADA@EXAMPLE.ORG", adas, 5, Cancel);
        await stores.Passwords.AddResetAsync("BEN@EXAMPLE.ORG", bens, 5, Cancel);
        await stores.Members.SuspendAsync(ada.Id, Time.GetUtcNow(), "S", Cancel);
        await stores.Closed.CloseAsync(ben.Id, Time.GetUtcNow(), "S", Cancel);

        Assert.Null(await stores.Passwords.AddResetAsync("NOBODY@EXAMPLE.ORG", Reset("1"), 5, Cancel));
        Assert.Null(await stores.Passwords.AddResetAsync("ADA@EXAMPLE.ORG", Reset("2"), 5, Cancel));
        Assert.Null(await stores.Passwords.AddResetAsync("BEN@EXAMPLE.ORG", Reset("3"), 5, Cancel));
        foreach (var reset in new[] { adas, bens })
        {
            Assert.Null(await stores.Passwords.FindResetAsync(reset.TokenHash, Cancel));
            Assert.False(await stores.Passwords.ResetAsync(reset.TokenHash, "new hash", "NEW", null, Cancel));
        }
    }

    [Fact]
    public async Task AddReset_MoreMailsThanAllowed_IsNone_ButOneMailMayHaveSeveral()
    {
        var stores = await CreateAsync();
        await AddAsync(stores, "ada");
        var mail = Ids.ForMember();
        for (var attempt = 0; attempt < 4; attempt++)
            Assert.NotNull(await stores.Passwords.AddResetAsync("ADA@EXAMPLE.ORG", Reset($"attempt {attempt}") with { MailId = mail }, 2, Cancel));
        Assert.NotNull(await stores.Passwords.AddResetAsync("ADA@EXAMPLE.ORG", Reset("second"), 2, Cancel));
        Assert.Null(await stores.Passwords.AddResetAsync("ADA@EXAMPLE.ORG", Reset("third"), 2, Cancel));

        Time.Advance(TimeSpan.FromHours(1));
        Assert.NotNull(await stores.Passwords.AddResetAsync("ADA@EXAMPLE.ORG", Reset("third"), 2, Cancel));
    }

    [Fact]
    public async Task Change_OfThePasswordThatWasRead_IsMade_WithItsNotice()
    {
        var stores = await CreateAsync();
        var ada = await AddAsync(stores, "ada");
        var reset = Reset("token");
        await stores.Passwords.AddResetAsync("ADA@EXAMPLE.ORG", reset, 5, Cancel);
        var notice = Notice(ada);

        Assert.True(await stores.Passwords.ChangeAsync(ada.Id, "hash", "new hash", "NEW", notice, Cancel));
        Assert.False(await stores.Passwords.ChangeAsync(ada.Id, "hash", "another", "NEWER", Notice(ada), Cancel));

        var changed = Assert.Single(await stores.Members.FindAsync([ada.Id], Cancel));
        Assert.Equal(("new hash", "NEW"), (changed.PasswordHash, changed.SecurityStamp));
        Assert.Equal([notice.Id], await stores.Outbox.DueAsync(Time.GetUtcNow(), default, 10, Cancel));
        // Somebody may have asked for it in another's name.
        Assert.Null(await stores.Passwords.FindResetAsync(reset.TokenHash, Cancel));
    }
}
