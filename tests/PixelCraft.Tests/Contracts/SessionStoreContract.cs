using Microsoft.Extensions.Time.Testing;
using PixelCraft.Accounts;
using PixelCraft.Ids;
using Xunit;

namespace PixelCraft.Tests.Contracts;

/// <summary>What every <see cref="ISessionStore"/> does.</summary>
public abstract class SessionStoreContract
{
    // Starts near the real time: a shared store may also let sessions go by its own clock.
    private readonly FakeTimeProvider _time = new(DateTimeOffset.FromUnixTimeMilliseconds(DateTimeOffset.UtcNow.ToUnixTimeMilliseconds()));
    private readonly IdGenerator _ids;

    protected SessionStoreContract() => _ids = new IdGenerator(_time);

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    /// <summary>A store that reads this clock. Called twice in a test, it answers for two servers on the same sessions.</summary>
    protected abstract Task<ISessionStore> CreateAsync(TimeProvider time);

    private Session New(Id member) => new(
        _ids.For(member), Convert.ToHexStringLower(Guid.NewGuid().ToByteArray().Concat(Guid.NewGuid().ToByteArray()).ToArray()), member,
        "STAMP", _time.GetUtcNow(), "Browser/1 (\"quoted\", ü 漢)",
        new SessionUse(_time.GetUtcNow(), _time.GetUtcNow().AddHours(1), "2001:db8::1"));

    [Fact]
    public async Task Find_WhatWasAdded_IsEqual()
    {
        var store = await CreateAsync(_time);
        var session = New(_ids.ForMember());
        await store.AddAsync(session, Cancel);

        Assert.Equal(session, await store.FindAsync(session.KeyHash, Cancel));
    }

    [Fact]
    public async Task Find_UnknownKey_IsNull()
    {
        var store = await CreateAsync(_time);

        Assert.Null(await store.FindAsync(New(_ids.ForMember()).KeyHash, Cancel));
    }

    [Fact]
    public async Task Find_AddedByAnotherServer_IsThere()
    {
        var (one, other) = (await CreateAsync(_time), await CreateAsync(_time));
        var session = New(_ids.ForMember());

        Assert.Null(await other.FindAsync(session.KeyHash, Cancel));
        await one.AddAsync(session, Cancel);

        Assert.Equal(session, await other.FindAsync(session.KeyHash, Cancel));
    }

    [Fact]
    public async Task Touch_MovesUseAndExpiry()
    {
        var store = await CreateAsync(_time);
        var session = New(_ids.ForMember());
        await store.AddAsync(session, Cancel);
        Assert.Equal(session, await store.FindAsync(session.KeyHash, Cancel)); // a copy that is kept must not outlive the change
        _time.Advance(TimeSpan.FromMinutes(30));
        var use = new SessionUse(_time.GetUtcNow(), _time.GetUtcNow().AddHours(1), "192.0.2.7");

        Assert.True(await store.TouchAsync(session.KeyHash, use, Cancel));
        Assert.Equal(session with { Use = use }, await store.FindAsync(session.KeyHash, Cancel));

        _time.Advance(TimeSpan.FromMinutes(59));
        Assert.NotNull(await store.FindAsync(session.KeyHash, Cancel));
        Assert.Single(await store.ListAsync(session.MemberId, Cancel));
    }

    [Fact]
    public async Task Touch_RemovedSession_IsFalseAndStaysGone()
    {
        var store = await CreateAsync(_time);
        var session = New(_ids.ForMember());
        await store.AddAsync(session, Cancel);
        await store.RemoveAsync(session.MemberId, session.Id, Cancel);

        Assert.False(await store.TouchAsync(session.KeyHash, session.Use, Cancel));
        Assert.Null(await store.FindAsync(session.KeyHash, Cancel));
        Assert.Empty(await store.ListAsync(session.MemberId, Cancel));
    }

    [Fact]
    public async Task Touch_WhileTheSessionIsRemoved_NeverBringsItBack()
    {
        var (one, other) = (await CreateAsync(_time), await CreateAsync(_time));
        for (var round = 0; round < 50; round++)
        {
            var session = New(_ids.ForMember());
            await one.AddAsync(session, Cancel);
            await Task.WhenAll(
                Task.Run(() => one.TouchAsync(session.KeyHash, session.Use, Cancel), Cancel),
                Task.Run(() => one.TouchAsync(session.KeyHash, session.Use, Cancel), Cancel),
                Task.Run(() => other.RemoveAsync(session.MemberId, session.Id, Cancel), Cancel));
            Assert.Null(await other.FindAsync(session.KeyHash, Cancel));
        }
    }

    [Fact]
    public async Task Expired_IsGoneForEveryMethod()
    {
        var store = await CreateAsync(_time);
        var session = New(_ids.ForMember());
        await store.AddAsync(session, Cancel);
        Assert.NotNull(await store.FindAsync(session.KeyHash, Cancel));
        _time.Advance(TimeSpan.FromHours(1));

        Assert.Null(await store.FindAsync(session.KeyHash, Cancel));
        Assert.Empty(await store.ListAsync(session.MemberId, Cancel));
        Assert.False(await store.TouchAsync(session.KeyHash, session.Use with { ExpiresAt = _time.GetUtcNow().AddHours(1) }, Cancel));
        Assert.False(await store.RemoveAsync(session.MemberId, session.Id, Cancel));
    }

    [Fact]
    public async Task List_IsTheMembersOwn_MostRecentlyUsedFirst()
    {
        var store = await CreateAsync(_time);
        var member = _ids.ForMember();
        var first = New(member);
        await store.AddAsync(first, Cancel);
        _time.Advance(TimeSpan.FromMinutes(1));
        var second = New(member);
        await store.AddAsync(second, Cancel);
        await store.AddAsync(New(_ids.ForMember()), Cancel);

        Assert.Equal([second, first], await store.ListAsync(member, Cancel));

        _time.Advance(TimeSpan.FromMinutes(1));
        var use = first.Use with { At = _time.GetUtcNow() };
        await store.TouchAsync(first.KeyHash, use, Cancel);

        Assert.Equal([first with { Use = use }, second], await store.ListAsync(member, Cancel));
    }

    [Fact]
    public async Task Remove_EndsThatSessionOnly_OnEveryServer()
    {
        var (one, other) = (await CreateAsync(_time), await CreateAsync(_time));
        var member = _ids.ForMember();
        var (gone, kept) = (New(member), New(member));
        await one.AddAsync(gone, Cancel);
        await one.AddAsync(kept, Cancel);
        Assert.NotNull(await other.FindAsync(gone.KeyHash, Cancel)); // so that a copy it may keep is seen to be dropped

        Assert.True(await one.RemoveAsync(member, gone.Id, Cancel));

        Assert.Null(await one.FindAsync(gone.KeyHash, Cancel));
        Assert.Null(await other.FindAsync(gone.KeyHash, Cancel));
        Assert.NotNull(await other.FindAsync(kept.KeyHash, Cancel));
        Assert.False(await one.RemoveAsync(member, gone.Id, Cancel));
    }

    [Fact]
    public async Task Remove_SessionOfAnotherMember_IsFalseAndKeepsIt()
    {
        var store = await CreateAsync(_time);
        var session = New(_ids.ForMember());
        await store.AddAsync(session, Cancel);

        Assert.False(await store.RemoveAsync(_ids.ForMember(), session.Id, Cancel));
        Assert.NotNull(await store.FindAsync(session.KeyHash, Cancel));
    }

    [Fact]
    public async Task RemoveAll_KeepsTheExceptionAndOtherMembers()
    {
        var store = await CreateAsync(_time);
        var member = _ids.ForMember();
        var (mine, elsewhere, other) = (New(member), New(member), New(_ids.ForMember()));
        foreach (var session in new[] { mine, elsewhere, other }) await store.AddAsync(session, Cancel);
        Assert.NotNull(await store.FindAsync(elsewhere.KeyHash, Cancel));

        await store.RemoveAllAsync(member, except: mine.Id, Cancel);

        Assert.Equal([mine], await store.ListAsync(member, Cancel));
        Assert.Null(await store.FindAsync(elsewhere.KeyHash, Cancel));
        Assert.NotNull(await store.FindAsync(mine.KeyHash, Cancel));

        await store.RemoveAllAsync(member, except: null, Cancel);

        Assert.Null(await store.FindAsync(mine.KeyHash, Cancel));
        Assert.Equal([other], await store.ListAsync(other.MemberId, Cancel));
    }
}
