using PixelCraft.Accounts;
using Xunit;

namespace PixelCraft.Tests.Contracts;

/// <summary>What every <see cref="ITokenStore"/> does.</summary>
public abstract class TokenStoreContract(IAccountsDatabases databases) : AccountStoresContract(databases)
{
    [Fact]
    public async Task Tokens_AreFoundListedAndRemovedByTheirMember()
    {
        var (members, _, _, tokens) = await CreateAsync();
        var ada = New("ada");
        await members.AddAsync(ada, null, Cancel);
        var first = new ApiToken(Ids.For(ada.Id), ada.Id, Secrets.Hash("one"), "one", CanWrite: false, Time.GetUtcNow());
        Time.Advance(TimeSpan.FromSeconds(1));
        var second = new ApiToken(Ids.For(ada.Id), ada.Id, Secrets.Hash("two"), "two", CanWrite: true, Time.GetUtcNow());
        foreach (var token in new[] { first, second }) await tokens.AddAsync(token, Cancel);

        Assert.Equal(new TokenHolder(ada.Id, "ada", CanWrite: true), await tokens.FindAsync(second.TokenHash, Cancel));
        Assert.Equal([second, first], await tokens.ListAsync(ada.Id, Cancel));
        Assert.Null(await tokens.FindAsync(Secrets.Hash("three"), Cancel));
        Assert.False(await tokens.RemoveAsync(Ids.ForMember(), first.Id, Cancel));
        Assert.True(await tokens.RemoveAsync(ada.Id, first.Id, Cancel));
        Assert.False(await tokens.RemoveAsync(ada.Id, first.Id, Cancel));
        Assert.Equal([second], await tokens.ListAsync(ada.Id, Cancel));
    }

    [Fact]
    public async Task Tokens_OfASuspendedMember_AreNotFound()
    {
        var (members, _, _, tokens) = await CreateAsync();
        var ada = New("ada");
        await members.AddAsync(ada, null, Cancel);
        var token = new ApiToken(Ids.For(ada.Id), ada.Id, Secrets.Hash("one"), "one", CanWrite: true, Time.GetUtcNow());
        await tokens.AddAsync(token, Cancel);

        await members.SuspendAsync(ada.Id, Time.GetUtcNow(), "NEW", Cancel);
        Assert.Null(await tokens.FindAsync(token.TokenHash, Cancel));

        await members.SuspendAsync(ada.Id, null, "NEWER", Cancel);
        Assert.NotNull(await tokens.FindAsync(token.TokenHash, Cancel));
    }
}
