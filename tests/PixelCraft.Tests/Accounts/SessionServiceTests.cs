using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Extensions.Options;
using Microsoft.Extensions.Time.Testing;
using PixelCraft.Accounts;
using PixelCraft.Accounts.Contracts;
using PixelCraft.Accounts.Sessions;
using PixelCraft.Adapters.InProcess;
using PixelCraft.Caching;
using PixelCraft.Ids;
using PixelCraft.Tests.Adapters.EntityFramework;
using Xunit;

namespace PixelCraft.Tests.Accounts;

/// <summary>What a server does while the session store is away, and when another server changes a member.</summary>
public sealed class SessionServiceTests : IAsyncLifetime
{
    private readonly FakeTimeProvider _time = new(DateTimeOffset.UtcNow);
    private readonly InProcessChangeNotices _notices = new();
    private readonly IdGenerator _ids;
    private readonly Member _member;
    private AccountsDatabase _database = null!;
    private CuttableStore _store = null!;
    private SessionService _sessions = null!;

    public SessionServiceTests()
    {
        _ids = new IdGenerator(_time);
        _member = new Member { Id = _ids.ForMember(), Name = "ada", UserName = "ada", SecurityStamp = "STAMP", CreatedAt = _time.GetUtcNow() };
    }

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    public async ValueTask InitializeAsync()
    {
        _database = await AccountsDatabase.CreateAsync(_time, postgres: null, Cancel);
        await _database.Stores.Members.AddAsync(_member, null, Cancel);
        _store = new CuttableStore(_database.Sessions);
        _sessions = Service(_notices);
    }

    /// <summary>As a server has it: with its own copies.</summary>
    private SessionService Service(IChangeNotices notices) => new(
        _store, new MemberStates(_database.Stores.Members, _time), notices, _ids, _time, Options.Create(new AccountsOptions()), NullLogger<SessionService>.Instance);

    public ValueTask DisposeAsync() => _database.DisposeAsync();

    private Task<string> StartAsync() => _sessions.StartAsync(_member.Id, "STAMP", "browser", "192.0.2.1", Cancel);

    [Fact]
    public async Task Validate_TheStoreIsAway_GoesOnForFiveMinutes()
    {
        var key = await StartAsync();
        Assert.NotNull(await _sessions.ValidateAsync(key, "", Cancel));
        _store.IsCut = true;

        _time.Advance(TimeSpan.FromMinutes(4.9));
        Assert.NotNull(await _sessions.ValidateAsync(key, "", Cancel));
        _time.Advance(TimeSpan.FromMinutes(0.1));
        await Assert.ThrowsAsync<UnavailableException>(() => _sessions.ValidateAsync(key, "", Cancel));

        _store.IsCut = false;
        Assert.NotNull(await _sessions.ValidateAsync(key, "", Cancel));
    }

    [Fact]
    public async Task Validate_TheStoreIsAway_UnknownSessionsAreNotToldApart()
    {
        var key = await StartAsync();
        _store.IsCut = true;

        await Assert.ThrowsAsync<UnavailableException>(() => _sessions.ValidateAsync(key, "", Cancel));
    }

    [Fact]
    public async Task Validate_TheStampChangedElsewhere_EndsWithinFiveMinutes()
    {
        var key = await StartAsync();
        Assert.NotNull(await _sessions.ValidateAsync(key, "", Cancel));
        // Another server suspended the member, and could not reach the session store.
        await _database.Stores.Members.SuspendAsync(_member.Id, _time.GetUtcNow(), "NEW", Cancel);

        _time.Advance(TimeSpan.FromMinutes(5));
        Assert.Null(await _sessions.ValidateAsync(key, "", Cancel));
    }

    [Fact]
    public async Task EndAll_TheStoreIsAway_ThisServerGoesByTheNewStamp()
    {
        var key = await StartAsync();
        Assert.NotNull(await _sessions.ValidateAsync(key, "", Cancel));
        await _database.Stores.Members.SuspendAsync(_member.Id, _time.GetUtcNow(), "NEW", Cancel);
        _store.IsCut = true;
        await Assert.ThrowsAsync<UnavailableException>(() => _sessions.EndAllAsync(_member.Id, Cancel));

        _store.IsCut = false;
        Assert.Null(await _sessions.ValidateAsync(key, "", Cancel));
    }

    [Fact]
    public async Task Validate_NotesTheUseOnceAMinute()
    {
        var key = await StartAsync();
        var started = _time.GetUtcNow();
        _time.Advance(TimeSpan.FromSeconds(59));
        await _sessions.ValidateAsync(key, "192.0.2.2", Cancel);
        Assert.InRange(Assert.Single(await _store.ListAsync(_member.Id, Cancel)).Use.At, started.AddMilliseconds(-1), started);

        _time.Advance(TimeSpan.FromSeconds(1));
        await _sessions.ValidateAsync(key, "192.0.2.2", Cancel);
        Assert.Equal("192.0.2.2", Assert.Single(await _store.ListAsync(_member.Id, Cancel)).Use.Address);
    }

    [Fact]
    public async Task Validate_AgainWithinASecond_DoesNotAskTheStore()
    {
        var key = await StartAsync();
        Assert.NotNull(await _sessions.ValidateAsync(key, "", Cancel));
        _store.Asked = 0;

        _time.Advance(TimeSpan.FromSeconds(0.9));
        Assert.NotNull(await _sessions.ValidateAsync(key, "", Cancel));
        Assert.Equal(0, _store.Asked);
        _time.Advance(TimeSpan.FromSeconds(0.1));
        Assert.NotNull(await _sessions.ValidateAsync(key, "", Cancel));
        Assert.Equal(1, _store.Asked);
    }

    [Fact]
    public async Task End_OnAnotherServer_IsHeardAtOnce()
    {
        using var other = Service(_notices);
        var key = await StartAsync();
        Assert.NotNull(await _sessions.ValidateAsync(key, "", Cancel));

        await other.EndAsync(key, Cancel);

        Assert.Null(await _sessions.ValidateAsync(key, "", Cancel));
    }

    [Fact]
    public async Task End_OnAnotherServerWhoseNoticeIsLost_EndsWithinASecond()
    {
        using var other = Service(new InProcessChangeNotices());
        var key = await StartAsync();
        Assert.NotNull(await _sessions.ValidateAsync(key, "", Cancel));

        await other.EndAsync(key, Cancel);

        _time.Advance(TimeSpan.FromSeconds(1));
        Assert.Null(await _sessions.ValidateAsync(key, "", Cancel));
    }

    [Fact]
    public async Task End_OfOneMember_LeavesOthersCopiesForWhenTheStoreIsAway()
    {
        var key = await StartAsync();
        Assert.NotNull(await _sessions.ValidateAsync(key, "", Cancel));
        await _sessions.EndAsync(_ids.ForMember(), _ids.ForMember(), Cancel);
        _store.IsCut = true;
        _time.Advance(TimeSpan.FromMinutes(1));

        Assert.NotNull(await _sessions.ValidateAsync(key, "", Cancel));
    }

    /// <summary>The real store behind a connection that the test can cut.</summary>
    private sealed class CuttableStore(ISessionStore inner) : ISessionStore
    {
        public bool IsCut { get; set; }

        public int Asked { get; set; }

        private ISessionStore Inner => IsCut ? throw new UnavailableException("session store") : inner;

        public async Task AddAsync(Session session, CancellationToken cancellationToken) => await Inner.AddAsync(session, cancellationToken);

        public async Task<Session?> FindAsync(string keyHash, CancellationToken cancellationToken)
        {
            Asked++;
            return await Inner.FindAsync(keyHash, cancellationToken);
        }

        public async Task<bool> TouchAsync(string keyHash, SessionUse use, CancellationToken cancellationToken) =>
            await Inner.TouchAsync(keyHash, use, cancellationToken);

        public async Task<IReadOnlyList<Session>> ListAsync(Id member, CancellationToken cancellationToken) => await Inner.ListAsync(member, cancellationToken);

        public async Task<bool> RemoveAsync(Id member, Id session, CancellationToken cancellationToken) =>
            await Inner.RemoveAsync(member, session, cancellationToken);

        public async Task RemoveAllAsync(Id member, Id? except, CancellationToken cancellationToken) =>
            await Inner.RemoveAllAsync(member, except, cancellationToken);
    }
}
