using PixelCraft.Consistency;
using PixelCraft.Ids;

namespace PixelCraft.Images.Contracts;

/// <summary>
/// The catalogue's outbox of images whose public URLs have died: each is written in the transaction that changed
/// <see cref="ImageRecord.ContentHash"/> or removed the record, and stays until somebody has done what follows. After the commit a
/// notice of the topic <see cref="Topic"/> tells that there is one; who waits for it must also look by itself. Failures are
/// <see cref="UnavailableException"/>.
/// </summary>
[ConsistencyChoice(typeof(ICatalogue))]
public interface IWithdrawals
{
    /// <summary>The topic of the notice, see <see cref="Caching.IChangeNotices"/>; the key is the image's id.</summary>
    const string Topic = "withdrawn";

    /// <summary>Takes those that are due, the longest due first. Nobody else gets them until <paramref name="until"/>; then they are due again.</summary>
    /// <param name="now">The present, UTC.</param>
    /// <param name="until">By when the caller ends or postpones them, UTC.</param>
    /// <param name="limit">How many at most, from 1.</param>
    /// <param name="cancellationToken">Ends the call.</param>
    Task<IReadOnlyList<Withdrawal>> TakeAsync(DateTimeOffset now, DateTimeOffset until, int limit, CancellationToken cancellationToken);

    /// <summary>Makes them due again at another time, UTC.</summary>
    Task PostponeAsync(IReadOnlyCollection<Withdrawal> withdrawals, DateTimeOffset until, CancellationToken cancellationToken);

    /// <summary>Removes them: everything that follows is done.</summary>
    Task EndAsync(IReadOnlyCollection<Withdrawal> withdrawals, CancellationToken cancellationToken);

    /// <summary>What is there, due or not.</summary>
    Task<WithdrawalBacklog> BacklogAsync(CancellationToken cancellationToken);
}

/// <summary>One image whose public URLs have died.</summary>
/// <param name="Image">Which image; it may be gone.</param>
/// <param name="At">When, UTC. An image that is withdrawn again while it is in the outbox is there once, with the later time: what is postponed or ended is the earlier one, and so nothing.</param>
public sealed record Withdrawal(Id Image, DateTimeOffset At);

/// <summary>How much is in the outbox.</summary>
/// <param name="Count">How many.</param>
/// <param name="Oldest">When the oldest was written, UTC; null when there is none.</param>
public readonly record struct WithdrawalBacklog(long Count, DateTimeOffset? Oldest);
