using PixelCraft.Ids;
using PixelCraft.Mail;
using PixelCraft.Mail.Contracts;
using Xunit;

namespace PixelCraft.Tests.Contracts;

/// <summary>What every <see cref="IMailOutbox"/> does.</summary>
public abstract class MailOutboxContract(IAccountsDatabases databases) : AccountStoresContract(databases)
{
    private DateTimeOffset Now => Time.GetUtcNow();

    private OutgoingMail Mail(Id? member = null) => new(Ids.ForMember(), MailKind.Invitation, member, "Ünï <x>@example.org", Now, Now.AddDays(7));

    private async Task<IMailOutbox> EmptyAsync() => (await CreateAsync()).Outbox;

    private Task<IReadOnlyList<Id>> DueAsync(IMailOutbox outbox, int limit = 10) => outbox.DueAsync(Now, Now.AddDays(-30), limit, Cancel);

    [Fact]
    public async Task Take_OfAMail_IsAsItWasAdded_AndForOneAlone()
    {
        var outbox = await EmptyAsync();
        var mail = Mail();
        await outbox.AddAsync(mail, Cancel);
        Assert.Equal([mail.Id], await DueAsync(outbox));

        var until = Now.AddMinutes(1);
        Assert.Equal(new TakenMail(mail, null), await outbox.TakeAsync(mail.Id, Now, until, Cancel));
        Assert.Equal(new TakenMail(null, until), await outbox.TakeAsync(mail.Id, Now, Now.AddMinutes(2), Cancel));
        Assert.Empty(await DueAsync(outbox));

        // Whoever had it has died.
        Time.Advance(TimeSpan.FromMinutes(1));
        Assert.Equal([mail.Id], await DueAsync(outbox));
        Assert.Equal(mail, (await outbox.TakeAsync(mail.Id, Now, Now.AddMinutes(1), Cancel)).Mail);
    }

    [Fact]
    public async Task Take_ByManyAtOnce_IsForOne()
    {
        var outbox = await EmptyAsync();
        var mail = Mail();
        await outbox.AddAsync(mail, Cancel);
        var taken = await Task.WhenAll(Enumerable.Range(1, 8).Select(i => Task.Run(() => outbox.TakeAsync(mail.Id, Now, Now.AddMinutes(i), Cancel), Cancel)));
        Assert.Single(taken, one => one.Mail is not null);
    }

    [Fact]
    public async Task Take_OfAMailThatIsGone_IsNothing()
    {
        var outbox = await EmptyAsync();
        var mail = Mail();
        await outbox.AddAsync(mail, Cancel);
        await outbox.EndAsync(mail.Id, Cancel);
        await outbox.EndAsync(mail.Id, Cancel);
        Assert.Equal(default, await outbox.TakeAsync(mail.Id, Now, Now.AddMinutes(1), Cancel));
        Assert.Equal(default, await outbox.BacklogAsync(Cancel));
    }

    [Fact]
    public async Task PutBack_ForLater_IsDueThen()
    {
        var outbox = await EmptyAsync();
        var (early, late) = (Mail(), Mail());
        await outbox.AddAsync(late, Cancel);
        await outbox.AddAsync(early, Cancel);
        await outbox.PutBackAsync(late.Id, Now.AddMinutes(2), Cancel);
        await outbox.PutBackAsync(early.Id, Now.AddMinutes(1), Cancel);
        Assert.Empty(await DueAsync(outbox));
        Time.Advance(TimeSpan.FromMinutes(2));
        Assert.Equal([early.Id, late.Id], await DueAsync(outbox));
        Assert.Equal([early.Id], await DueAsync(outbox, limit: 1));
    }

    [Fact]
    public async Task PutBack_GivenUp_IsNeverDue_ButCanBeTaken_AndGoesInTheEnd()
    {
        var outbox = await EmptyAsync();
        var mail = Mail();
        await outbox.AddAsync(mail, Cancel);
        var waiting = Mail();
        await outbox.AddAsync(waiting, Cancel);
        await outbox.PutBackAsync(mail.Id, due: null, Cancel);

        Assert.Equal([waiting.Id], await DueAsync(outbox));
        Assert.Equal(new MailBacklog(1, 1, waiting.CreatedAt), await outbox.BacklogAsync(Cancel));
        Assert.Equal(mail, (await outbox.TakeAsync(mail.Id, Now, Now.AddMinutes(1), Cancel)).Mail);
        await outbox.PutBackAsync(mail.Id, due: null, Cancel);

        Time.Advance(TimeSpan.FromDays(30) + TimeSpan.FromSeconds(1));
        Assert.Equal([waiting.Id], await DueAsync(outbox));
        Assert.Equal(default, await outbox.TakeAsync(mail.Id, Now, Now.AddMinutes(1), Cancel));
    }

    [Fact]
    public async Task Close_OfAnAccount_TakesItsMailsAlong()
    {
        var stores = await CreateAsync();
        var ada = New("ada");
        await stores.Members.AddAsync(ada, null, Cancel);
        var (hers, other) = (Mail(ada.Id), Mail());
        await stores.Outbox.AddAsync(hers, Cancel);
        await stores.Outbox.AddAsync(other, Cancel);
        await stores.Closed.CloseAsync(ada.Id, Now, "S", Cancel);
        Assert.Equal([other.Id], await DueAsync(stores.Outbox));
    }
}
