using PixelCraft.Consistency;
using PixelCraft.Ids;
using PixelCraft.Images.Contracts;

namespace PixelCraft.Images;

/// <summary>
/// What is known of resumable uploads, shared by all servers; their bytes are in the object store, which is the truth about
/// how many there are. Also the lock that lets one request at a time write to an upload. Failures are
/// <see cref="UnavailableException"/> and <see cref="StorageFullException"/>.
/// </summary>
[ConsistencyChoice(typeof(ICatalogue))]
public interface IResumableUploads
{
    /// <summary>Adds an upload.</summary>
    Task AddAsync(ResumableUpload upload, CancellationToken cancellationToken);

    /// <summary>An upload by its id; null where there is none.</summary>
    Task<ResumableUpload?> FindAsync(Id id, CancellationToken cancellationToken);

    /// <summary>Takes the lock for this holder until then, or holds it for longer. False when another has it at <paramref name="now"/>, or there is no such upload.</summary>
    Task<bool> TryLockAsync(Id id, Guid holder, DateTimeOffset now, DateTimeOffset until, CancellationToken cancellationToken);

    /// <summary>Notes how far an upload is. False, and nothing is changed, when another holds the lock or there is no such upload.</summary>
    /// <param name="id">Which.</param>
    /// <param name="holder">Who holds the lock.</param>
    /// <param name="progress">How far it is; null: as it was.</param>
    /// <param name="unlock">Whether to let go of the lock.</param>
    /// <param name="cancellationToken">Ends the call.</param>
    Task<bool> SaveAsync(Id id, Guid holder, UploadProgress? progress, bool unlock, CancellationToken cancellationToken);

    /// <summary>Removes an upload; no error where there is none.</summary>
    Task RemoveAsync(Id id, CancellationToken cancellationToken);

    /// <summary>Uploads, the oldest first: those whose time is up by <paramref name="expiredBy"/>, or of an owner; null takes any.</summary>
    Task<IReadOnlyList<ResumableUpload>> ListAsync(DateTimeOffset? expiredBy, Id? owner, int limit, CancellationToken cancellationToken);
}

/// <summary>What changes of an upload; see the properties of the same names.</summary>
public readonly record struct UploadProgress(long? Length, long Offset, Id? ImageId);

/// <summary>An upload of several requests: by tus, or as parts that the client puts into the object store itself.</summary>
public sealed record ResumableUpload
{
    /// <summary>Its id, which the image will have too; in the owner's shard.</summary>
    public required Id Id { get; init; }

    /// <summary>The member who uploads.</summary>
    public required Id OwnerId { get; init; }

    /// <summary>How many bytes there will be; null while the client hasn't said so.</summary>
    public required long? Length { get; init; }

    /// <summary>How many are known to be in the store: there may be more.</summary>
    public long Offset { get; init; }

    /// <summary>As the client called the file; null when it didn't.</summary>
    public string? FileName { get; init; }

    /// <summary>Who may see the image.</summary>
    public required Visibility Visibility { get; init; }

    /// <summary>What the client sent as <c>Upload-Metadata</c>, to be told again; at most 4,000 characters.</summary>
    public string Metadata { get; init; } = "";

    /// <summary>What the client sent as <c>Upload-Concat</c>: <c>partial</c>, or <c>final;</c> and the partial uploads; at most 4,000 characters, none for neither.</summary>
    public string Concatenation { get; init; } = "";

    /// <summary>Of an upload directly to the object store: the store's own name for it, at most 1,000 characters. Null for tus.</summary>
    public string? StoreUpload { get; init; }

    /// <summary>Of an upload directly to the object store: the media type that the file must have; null for any.</summary>
    public string? ContentType { get; init; }

    /// <summary>Of an upload directly to the object store: the SHA-256 that the file must have, as 64 lower-case hexadecimal digits; null for any.</summary>
    public string? Sha256 { get; init; }

    /// <summary>Until when it may be gone on with, UTC.</summary>
    public required DateTimeOffset ExpiresAt { get; init; }

    /// <summary>The image that it has become: of its own id, or the owner's image of the same bytes. Null while it hasn't.</summary>
    public Id? ImageId { get; init; }
}
