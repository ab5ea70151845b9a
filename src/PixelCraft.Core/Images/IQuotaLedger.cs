using PixelCraft.Consistency;
using PixelCraft.Ids;

namespace PixelCraft.Images;

/// <summary>
/// What each member's originals take, and what is reserved for uploads on their way; kept beside the records and changed
/// in the same transactions, so that a quota holds exactly however many uploads run at once. A record that is added takes
/// the place of the reservation with its id. Failures are <see cref="UnavailableException"/> and
/// <see cref="StorageFullException"/>.
/// </summary>
[ConsistencyChoice(typeof(ICatalogue))]
public interface IQuotaLedger
{
    /// <summary>
    /// Makes a reservation, or gives the one with that id a new size and end. False, and nothing is changed, when the
    /// owner's originals and reservations together would be more than <paramref name="quota"/> bytes; one that shrinks always fits.
    /// </summary>
    Task<bool> TryReserveAsync(Reservation reservation, long quota, CancellationToken cancellationToken);

    /// <summary>Ends a reservation; no error where there is none.</summary>
    Task ReleaseAsync(Id reservation, CancellationToken cancellationToken);

    /// <summary>Bytes of an owner's originals, those in the trash included, without reservations. One row is read, however many images there are.</summary>
    Task<long> UsedAsync(Id owner, CancellationToken cancellationToken);

    /// <summary>Ends reservations that have run out by <paramref name="now"/>: their servers died.</summary>
    /// <returns>How many; at most <paramref name="limit"/>.</returns>
    Task<int> ReleaseExpiredAsync(DateTimeOffset now, int limit, CancellationToken cancellationToken);

    /// <summary>Counts every owner's records and reservations anew and corrects the sums.</summary>
    /// <returns>How many owners had a wrong sum.</returns>
    Task<int> RecountAsync(CancellationToken cancellationToken);
}

/// <summary>Room held for an upload on its way.</summary>
/// <param name="Id">The id that the image will have.</param>
/// <param name="OwnerId">Whose quota it counts against.</param>
/// <param name="Bytes">How much, from 0.</param>
/// <param name="ExpiresAt">When it ends by itself, UTC.</param>
public sealed record Reservation(Id Id, Id OwnerId, long Bytes, DateTimeOffset ExpiresAt);
