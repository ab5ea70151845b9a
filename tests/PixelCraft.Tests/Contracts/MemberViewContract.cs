using PixelCraft.Accounts;
using PixelCraft.Accounts.Contracts;
using Xunit;

namespace PixelCraft.Tests.Contracts;

/// <summary>What every <see cref="IMemberView"/> does.</summary>
public abstract class MemberViewContract(IAccountsDatabases databases) : AccountStoresContract(databases)
{
    [Fact]
    public async Task Names_OfManyAndOfUnknownMembers_AreThoseThatThereAre()
    {
        var stores = await CreateAsync();
        // More than one statement asks for.
        var members = Enumerable.Range(0, 70).Select(i => New($"member{i}")).ToArray();
        foreach (var member in members) await stores.Members.AddAsync(member, null, Cancel);

        var names = await stores.View.NamesAsync([Ids.ForMember(), .. members.Select(member => member.Id)], Cancel);

        Assert.Equal(members.ToDictionary(member => member.Id, member => member.Name), names);
        Assert.Equal(["member1", "member2", "member3"], (await stores.View.NamesAsync([.. members[1..4].Select(member => member.Id)], Cancel)).Values.Order());
        Assert.Empty(await stores.View.NamesAsync([], Cancel));
    }

    [Fact]
    public async Task Names_OfAClosedAccount_AreLeftOut()
    {
        var stores = await CreateAsync();
        var ada = New("ada");
        await stores.Members.AddAsync(ada, null, Cancel);
        await stores.Closed.CloseAsync(ada.Id, Time.GetUtcNow(), "STAMP2", Cancel);

        Assert.Empty(await stores.View.NamesAsync([ada.Id], Cancel));
    }

    [Fact]
    public async Task Profile_IsTheAccount_UntilItIsClosed()
    {
        var stores = await CreateAsync();
        var ada = New("ada");
        (ada.IsAdministrator, ada.QuotaBytes, ada.SuspendedAt) = (true, 5_000_000_000, Time.GetUtcNow());
        await stores.Members.AddAsync(ada, null, Cancel);
        await stores.Members.AddAsync(New("bob"), null, Cancel);

        Assert.Equal(new MemberProfile(ada.Id, ada.Email!, "ada", IsAdministrator: true, IsSuspended: true, 5_000_000_000, ada.CreatedAt), await stores.View.ProfileAsync(ada.Id, Cancel));
        Assert.Null(await stores.View.ProfileAsync(Ids.ForMember(), Cancel));

        await stores.Closed.CloseAsync(ada.Id, Time.GetUtcNow(), "STAMP2", Cancel);
        Assert.Null(await stores.View.ProfileAsync(ada.Id, Cancel));
    }
}
