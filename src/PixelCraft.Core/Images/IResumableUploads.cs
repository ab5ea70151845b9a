using PixelCraft.Ids;
using PixelCraft.Images.Contracts;

namespace PixelCraft.Images;

/// <summary>
/// What is known of resumable uploads, shared by all servers; their bytes are in the object store, which is the truth about
/// how many there are. Also the lock that lets one request at a time write to an upload. Failures are
/// <see cref="UnavailableException"/> and <see cref="StorageFullException"/>. Consistency: CP.
/// </summary>
public interface IResumableUploads
{
    /// <summary>Adds an upload.</summary>
    Task AddAsync(ResumableUpload upload, CancellationToken cancellationToken);

    /// <summary>An upload by its id; null where there is none.</summary>
    Task<ResumableUpload?> FindAsync(Id id, CancellationToken cancellationToken);

    /// <summary>Takes the lock for this holder until then, or holds it for longer. False when another has it at <paramref name="now"/>, or there is no such upload.</summary>
    Task<bool> TryLockAsync(Id id, Guid holder, DateTimeOffset now, DateTimeOffset until, CancellationToken cancellationToken);

    /// <summary>Notes how far an upload is, and lets go of the lock; does nothing when another holds it.</summary>
    /// <param name="id">Which.</param>
    /// <param name="holder">Who held the lock.</param>
    /// <param name="offset">Bytes that are known to be in the store.</param>
    /// <param name="image">The image that it has become; null while it hasn't.</param>
    /// <param name="cancellationToken">Ends the call.</param>
    Task UnlockAsync(Id id, Guid holder, long offset, Id? image, CancellationToken cancellationToken);

    /// <summary>Removes an upload; no error where there is none.</summary>
    Task RemoveAsync(Id id, CancellationToken cancellationToken);

    /// <summary>Uploads, the oldest first: those whose time is up by <paramref name="expiredBy"/>, or of an owner; null takes any.</summary>
    Task<IReadOnlyList<ResumableUpload>> ListAsync(DateTimeOffset? expiredBy, Id? owner, int limit, CancellationToken cancellationToken);
}

/// <summary>An upload that can be interrupted and gone on with.</summary>
public sealed record ResumableUpload
{
    /// <summary>Its id, which the image will have too; in the owner's shard.</summary>
    public required Id Id { get; init; }

    /// <summary>The member who uploads.</summary>
    public required Id OwnerId { get; init; }

    /// <summary>How many bytes there will be.</summary>
    public required long Length { get; init; }

    /// <summary>How many are known to be in the store: there may be more.</summary>
    public long Offset { get; init; }

    /// <summary>As the client called the file; null when it didn't.</summary>
    public string? FileName { get; init; }

    /// <summary>Who may see the image.</summary>
    public required Visibility Visibility { get; init; }

    /// <summary>What the client sent as <c>Upload-Metadata</c>, to be told again; at most 4,000 characters.</summary>
    public string Metadata { get; init; } = "";

    /// <summary>Until when it may be gone on with, UTC.</summary>
    public required DateTimeOffset ExpiresAt { get; init; }

    /// <summary>The image that it has become: of its own id, or the owner's image of the same bytes. Null while it hasn't.</summary>
    public Id? ImageId { get; init; }
}
