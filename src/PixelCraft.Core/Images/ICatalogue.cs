using PixelCraft.Consistency;
using PixelCraft.Ids;
using PixelCraft.Images.Contracts;

namespace PixelCraft.Images;

/// <summary>
/// Where image records live: the truth about every image. Failures are <see cref="UnavailableException"/> and
/// <see cref="StorageFullException"/>. A change is durable before the call returns.
/// A change that gives an image that is not private another content hash, and a removal, are noted in <see cref="Contracts.IWithdrawals"/>, in the same transaction.
/// </summary>
[ConsistencyChoice(Choice.Cp, "Image records, tags, quotas and unfinished uploads", "Changes are answered 503 until the database that takes writes, and its standby, can be reached; nothing that was acknowledged is lost or doubled.")]
public interface ICatalogue
{
    /// <summary>
    /// Adds a record, and counts its bytes in the owner's <see cref="IQuotaLedger"/> in place of the reservation with its id,
    /// where there is one. An owner has one record for the same bytes (SHA-256), be it in the trash or failed: where there is one, nothing is changed.
    /// </summary>
    /// <exception cref="ArgumentException">There is one with that id already.</exception>
    Task<AddResult> AddAsync(ImageRecord image, CancellationToken cancellationToken);

    /// <summary>A record by its id, also one in the trash; null where there is none.</summary>
    Task<ImageRecord?> FindAsync(Id id, CancellationToken cancellationToken);

    /// <summary>The records that fit, newest first, without their <see cref="ImageRecord.Metadata"/>, which can be longer than all the rest.</summary>
    Task<IReadOnlyList<ImageRecord>> ListAsync(ImageQuery query, CancellationToken cancellationToken);

    /// <summary>
    /// Replaces a record by what <paramref name="change"/> says, if it still has the version that the change was made
    /// from: <paramref name="change"/> carries that version, and the stored one is a version higher. Id, owner, the original's size
    /// and hash, and the time of making stay.
    /// </summary>
    Task<UpdateOutcome> UpdateAsync(ImageRecord change, CancellationToken cancellationToken);

    /// <summary>Removes a record; its bytes count no longer.</summary>
    /// <param name="id">Which.</param>
    /// <param name="version">Only this version; null takes any.</param>
    /// <param name="cancellationToken">Ends the call.</param>
    /// <returns>Whether it was removed: not where there is none, or one of another version.</returns>
    Task<bool> RemoveAsync(Id id, long? version, CancellationToken cancellationToken);

    /// <summary>Which of these ids have a record.</summary>
    Task<IReadOnlySet<Id>> ExistingAsync(IReadOnlyCollection<Id> ids, CancellationToken cancellationToken);
}

/// <summary>What became of adding a record.</summary>
/// <param name="Outcome">Whether it was added.</param>
/// <param name="Existing">The record with the same bytes that the owner has already; null when added.</param>
public readonly record struct AddResult(AddOutcome Outcome, ImageRecord? Existing);

/// <summary>Whether a record was added.</summary>
public enum AddOutcome
{
    /// <summary>It was.</summary>
    Added,

    /// <summary>The owner has the same bytes already.</summary>
    Duplicate,
}

/// <summary>Which records a list holds; null takes any.</summary>
public sealed record ImageQuery
{
    /// <summary>Only this owner's.</summary>
    public Id? Owner { get; init; }

    /// <summary>Only of this visibility.</summary>
    public Visibility? Visibility { get; init; }

    /// <summary>Only where processing stands there.</summary>
    public ImageStatus? Status { get; init; }

    /// <summary>Only those in the trash (true) or outside it (false).</summary>
    public bool? Trashed { get; init; }

    /// <summary>Only those that were put into the trash before then.</summary>
    public DateTimeOffset? TrashedBefore { get; init; }

    /// <summary>Only those whose <see cref="ImageRecord.AvifDone"/> is this.</summary>
    public bool? AvifDone { get; init; }

    /// <summary>Only those with this tag, in lower case.</summary>
    public string? Tag { get; init; }

    /// <summary>Only those older than this one.</summary>
    public Id? After { get; init; }

    /// <summary>Only those newer than this one; the nearest to it are taken.</summary>
    public Id? Before { get; init; }

    /// <summary>How many at most, from 1.</summary>
    public required int Limit { get; init; }
}

/// <summary>What became of an update.</summary>
public enum UpdateOutcome
{
    /// <summary>It is stored.</summary>
    Updated,

    /// <summary>The record has another version; nothing was changed.</summary>
    Conflict,

    /// <summary>There is no such record.</summary>
    Missing,
}
