using PixelCraft.Accounts;
using Xunit;

namespace PixelCraft.Tests.Contracts;

/// <summary>What every <see cref="IClosedAccounts"/> does.</summary>
public abstract class ClosedAccountsContract(IAccountsDatabases databases) : AccountStoresContract(databases)
{
    [Fact]
    public async Task Close_HidesTheMemberFreesTheEmailAndEndsTokens()
    {
        var (members, closed, _, tokens) = await CreateAsync();
        var ada = New("ada");
        await members.AddAsync(ada, null, Cancel);
        var token = new ApiToken(Ids.For(ada.Id), ada.Id, Secrets.Hash("token"), "laptop", CanWrite: true, Time.GetUtcNow());
        await tokens.AddAsync(token, Cancel);

        await closed.CloseAsync(ada.Id, Time.GetUtcNow(), "NEW", Cancel);
        await closed.CloseAsync(ada.Id, Time.GetUtcNow(), "NEW", Cancel);

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
        var (members, closed, _, _) = await CreateAsync();
        var (ada, ben) = (New("ada"), New("ben"));
        foreach (var member in new[] { ada, ben }) await members.AddAsync(member, null, Cancel);
        await closed.CloseAsync(ada.Id, Time.GetUtcNow(), "NEW", Cancel);

        await closed.RemoveAsync(ada.Id, Cancel);
        await closed.RemoveAsync(ada.Id, Cancel);
        await closed.RemoveAsync(ben.Id, Cancel);

        Assert.Empty(await closed.ListAsync(10, Cancel));
        Assert.Equal([ben.Id], (await members.ListAsync(null, 10, Cancel)).Select(member => member.Id));
    }
}
