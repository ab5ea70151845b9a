using PixelCraft.Ids;
using PixelCraft.Images;
using Xunit;

namespace PixelCraft.Tests.Contracts;

/// <summary>What every store of idempotency keys does.</summary>
public abstract class IdempotencyStoreContract : IAsyncLifetime
{
    private static readonly DateTimeOffset Now = new(2026, 11, 25, 0, 0, 0, TimeSpan.Zero);
    private static readonly KeptAnswer Answer = new(new string('f', 64), 202, "/api/v1/images/x", "{\"id\":\"x\"}");

    private readonly Id _owner = new IdGenerator(TimeProvider.System).ForMember();
    private IIdempotencyStore _keys = null!;

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    private protected abstract Task<IIdempotencyStore> CreateAsync();

    public async ValueTask InitializeAsync() => _keys = await CreateAsync();

    public virtual ValueTask DisposeAsync()
    {
        GC.SuppressFinalize(this);
        return ValueTask.CompletedTask;
    }

    [Fact]
    public async Task Claim_ByManyAtOnce_LetsOneThrough()
    {
        var claims = await Task.WhenAll(Enumerable.Range(0, 20).Select(_ => Task.Run(() => ClaimAsync("a"))));
        Assert.Single(claims, claim => claim.Outcome == KeyOutcome.Claimed);
        Assert.Equal(19, claims.Count(claim => claim.Outcome == KeyOutcome.InProgress));
    }

    [Fact]
    public async Task Claim_AfterKeep_GivesTheAnswer()
    {
        var claim = await ClaimAsync("a");
        await _keys.KeepAsync(_owner, "a", claim.Claim, Answer, Now.AddHours(24), Cancellation);
        var again = await ClaimAsync("a", Now.AddHours(23));
        Assert.Equal((KeyOutcome.Answered, Answer), (again.Outcome, again.Answer));
        // Another member's key of the same letters, another key, and the same one when it has run out.
        Assert.Equal(KeyOutcome.Claimed, (await _keys.ClaimAsync(new IdGenerator(TimeProvider.System).ForMember(), "a", Now, Now.AddMinutes(2), Cancellation)).Outcome);
        Assert.Equal(KeyOutcome.Claimed, (await ClaimAsync("b")).Outcome);
        Assert.Equal(KeyOutcome.Claimed, (await ClaimAsync("a", Now.AddHours(24))).Outcome);
    }

    [Fact]
    public async Task Claim_AfterFree_IsFreeAgain()
    {
        var claim = await ClaimAsync("a");
        await _keys.FreeAsync(_owner, "a", claim.Claim, Cancellation);
        Assert.Equal(KeyOutcome.Claimed, (await ClaimAsync("a")).Outcome);
    }

    [Fact]
    public async Task Keep_AndFree_OfALostClaim_ChangeNothing()
    {
        var lost = await ClaimAsync("a");
        var later = Now.AddMinutes(2);
        var claim = await ClaimAsync("a", later);
        Assert.Equal(KeyOutcome.Claimed, claim.Outcome);
        await _keys.KeepAsync(_owner, "a", lost.Claim, Answer, Now.AddHours(24), Cancellation);
        await _keys.FreeAsync(_owner, "a", lost.Claim, Cancellation);
        Assert.Equal(KeyOutcome.InProgress, (await ClaimAsync("a", later)).Outcome);
        // What was answered is not freed.
        await _keys.KeepAsync(_owner, "a", claim.Claim, Answer, Now.AddHours(24), Cancellation);
        await _keys.FreeAsync(_owner, "a", claim.Claim, Cancellation);
        Assert.Equal(KeyOutcome.Answered, (await ClaimAsync("a", later)).Outcome);
    }

    [Fact]
    public async Task RemoveExpired_RemovesWhatRanOut()
    {
        await ClaimAsync("a");
        var kept = await ClaimAsync("b");
        await _keys.KeepAsync(_owner, "b", kept.Claim, Answer, Now.AddHours(24), Cancellation);
        Assert.Equal(1, await _keys.RemoveExpiredAsync(Now.AddMinutes(2), 10, Cancellation));
        Assert.Equal(0, await _keys.RemoveExpiredAsync(Now.AddMinutes(2), 10, Cancellation));
        Assert.Equal(KeyOutcome.Answered, (await ClaimAsync("b")).Outcome);
    }

    private Task<KeyClaim> ClaimAsync(string key, DateTimeOffset? now = null) =>
        _keys.ClaimAsync(_owner, key, now ?? Now, (now ?? Now).AddMinutes(2), Cancellation);
}
