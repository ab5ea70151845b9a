using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.HttpResults;

namespace PixelCraft.Http;

/// <summary>One row of the table of errors: what the API answers when it refuses.</summary>
/// <param name="Code">Stable; programs may depend on it.</param>
/// <param name="Status">The HTTP status.</param>
/// <param name="Title">What happened, for people, in English.</param>
public sealed record Problem(string Code, int Status, string Title)
{
    /// <summary>The answer as RFC 9457 problem details.</summary>
    /// <param name="detail">What to do about it, or what in particular is wrong; null adds nothing.</param>
    public ProblemHttpResult Result(string? detail = null) => TypedResults.Problem(Details(detail));

    /// <summary>The body of that answer.</summary>
    public Microsoft.AspNetCore.Mvc.ProblemDetails Details(string? detail = null) => new()
    {
        Type = $"urn:pixelcraft:problem:{Code}",
        Title = Title,
        Status = Status,
        Detail = detail,
        Extensions = { ["code"] = Code },
    };
}

/// <summary>Every error of the API, once.</summary>
public static class Problems
{
    /// <summary>The answer where one field of a body, or one parameter, can be read but not be used.</summary>
    /// <param name="name">Its name.</param>
    /// <param name="text">What is wrong, or what it may be.</param>
    public static ProblemHttpResult Field(string name, string text) => Fields(new Dictionary<string, string> { [name] = text });

    /// <summary>The same of several, by their names.</summary>
    public static ProblemHttpResult Fields(IReadOnlyDictionary<string, string> errors)
    {
        var details = InvalidField.Details(string.Join('\n', errors.Select(error => $"{error.Key}: {error.Value}")));
        details.Extensions["errors"] = errors;
        return TypedResults.Problem(details);
    }

    // requests in general
    /// <summary>The body or a parameter can't be read.</summary>
    public static readonly Problem Invalid = new("invalid-request", StatusCodes.Status400BadRequest, "The request can't be understood.");

    /// <summary>No session or token, or one that isn't valid any more.</summary>
    public static readonly Problem SignInNeeded = new("sign-in-needed", StatusCodes.Status401Unauthorized, "Sign in first.");

    /// <summary>Signed in, but not allowed.</summary>
    public static readonly Problem Forbidden = new("forbidden", StatusCodes.Status403Forbidden, "You are not allowed to do this.");

    /// <summary>A page of another site sent this with the member's cookie.</summary>
    public static readonly Problem CrossSite = new("cross-site", StatusCodes.Status403Forbidden, "This request came from another site.");

    /// <summary>There is nothing here, or nothing that the caller may see: both in the same words.</summary>
    public static readonly Problem NotFound = new("not-found", StatusCodes.Status404NotFound, "There is nothing here.");

    /// <summary>The path is there, but not with this method; <c>Allow</c> names those that are.</summary>
    public static readonly Problem WrongMethod = new("method-not-allowed", StatusCodes.Status405MethodNotAllowed, "This can't be done here.");

    /// <summary>The body is of another type than the one that is read here, mostly <c>application/json</c>.</summary>
    public static readonly Problem WrongBody = new("unsupported-media-type", StatusCodes.Status415UnsupportedMediaType, "A body of this type is not read here.");

    /// <summary>More bytes than a request may have, where it is no upload.</summary>
    public static readonly Problem BodyTooLarge = new("request-too-large", StatusCodes.Status413PayloadTooLarge, "The request is too large.");

    /// <summary>A range that begins behind the end; <c>Content-Range</c> tells the size.</summary>
    public static readonly Problem WrongRange = new("range-not-satisfiable", StatusCodes.Status416RangeNotSatisfiable, "There are no such bytes.");

    /// <summary>A change without the version that it is based on.</summary>
    public static readonly Problem VersionNeeded = new("version-needed", StatusCodes.Status428PreconditionRequired, "Say which version you change.");

    /// <summary>Somebody else changed the record first.</summary>
    public static readonly Problem Stale = new("stale", StatusCodes.Status412PreconditionFailed, "This was changed in the meantime.");

    /// <summary>Over the allowance.</summary>
    public static readonly Problem TooMany = new("too-many-requests", StatusCodes.Status429TooManyRequests, "Too many requests.");

    /// <summary>A dependency is away.</summary>
    public static readonly Problem Unavailable = new("unavailable", StatusCodes.Status503ServiceUnavailable, "Part of PixelCraft is not available right now.");

    /// <summary>More work than can be done now.</summary>
    public static readonly Problem Busy = new("busy", StatusCodes.Status503ServiceUnavailable, "The server has too much to do right now.");

    /// <summary>No room left in the store.</summary>
    public static readonly Problem StorageFull = new("storage-full", StatusCodes.Status507InsufficientStorage, "There is no room left on the server.");

    /// <summary>A fault of the program's own.</summary>
    public static readonly Problem Internal = new("internal-error", StatusCodes.Status500InternalServerError, "Something went wrong on the server.");

    // accounts
    /// <summary>Name or password is wrong; it doesn't say which.</summary>
    public static readonly Problem SignInFailed = new("sign-in-failed", StatusCodes.Status401Unauthorized, "That e-mail address and password don't match.");

    /// <summary>Too many attempts to sign in with one e-mail address, whether or not it is a member's.</summary>
    public static readonly Problem LockedOut = new("locked-out", StatusCodes.Status429TooManyRequests, "Too many attempts with this e-mail address.");

    /// <summary>An administrator has suspended the account.</summary>
    public static readonly Problem Suspended = new("suspended", StatusCodes.Status401Unauthorized, "This account is suspended.");

    /// <summary>Nobody may register, or only with an invitation.</summary>
    public static readonly Problem RegistrationClosed = new("registration-closed", StatusCodes.Status403Forbidden, "Registration is not open.");

    /// <summary>The invitation is unknown, used or expired.</summary>
    public static readonly Problem InvitationInvalid = new("invitation-invalid", StatusCodes.Status403Forbidden, "That invitation can't be used.");

    /// <summary>The link to choose a new password by can't be used.</summary>
    public static readonly Problem LinkGone = new("link-gone", StatusCodes.Status410Gone, "That link is unknown, used or too old.");

    /// <summary>Without a mail server nothing can be mailed.</summary>
    public static readonly Problem NoMail = new("no-mail", StatusCodes.Status404NotFound, "This installation sends no mail.");

    /// <summary>A field is wrong; the extension <c>errors</c> says which. Answered by <see cref="Field"/> and <see cref="Fields"/>.</summary>
    public static readonly Problem InvalidField = new("invalid-field", StatusCodes.Status422UnprocessableEntity, "Some of what you entered can't be used.");

    // variants on demand
    /// <summary>The options in the path can't be read.</summary>
    public static readonly Problem InvalidTransform = new("invalid-transform", StatusCodes.Status400BadRequest, "There is no such variant.");

    /// <summary>The image is fine, but this can't be made of it.</summary>
    public static readonly Problem TransformRefused = new("transform-refused", StatusCodes.Status422UnprocessableEntity, "This variant can't be made of this image.");

    // uploads
    /// <summary>No file came.</summary>
    public static readonly Problem NoFile = new("no-file", StatusCodes.Status422UnprocessableEntity, "No file was sent.");

    /// <summary>More bytes than a file may have.</summary>
    public static readonly Problem TooLarge = new("file-too-large", StatusCodes.Status413PayloadTooLarge, "This file is too large.");

    /// <summary>More files than a request may have.</summary>
    public static readonly Problem TooManyFiles = new("too-many-files", StatusCodes.Status413PayloadTooLarge, "Too many files in one request.");

    /// <summary>The member's quota is used up.</summary>
    public static readonly Problem QuotaExceeded = new("quota-exceeded", StatusCodes.Status413PayloadTooLarge, "Your storage is full.");

    /// <summary>Not a format that is known, whatever its name says.</summary>
    public static readonly Problem UnsupportedFormat = new("unsupported-format", StatusCodes.Status415UnsupportedMediaType, "This is not an image that PixelCraft can read.");

    /// <summary>A known format, but damaged or beyond the limits.</summary>
    public static readonly Problem UnreadableImage = new("unreadable-image", StatusCodes.Status422UnprocessableEntity, "This image can't be read.");

    /// <summary>The client stopped in the middle.</summary>
    public static readonly Problem Incomplete = new("incomplete-upload", StatusCodes.Status400BadRequest, "The upload ended before the file did.");

    /// <summary>A request with the same idempotency key is under way.</summary>
    public static readonly Problem KeyInProgress = new("idempotency-key-in-progress", StatusCodes.Status409Conflict, "A request with this key is still being carried out.");

    /// <summary>The idempotency key was used for another request.</summary>
    public static readonly Problem KeyReused = new("idempotency-key-reused", StatusCodes.Status422UnprocessableEntity, "This key was used for another request.");

    /// <summary>The file could not be had from where the member said.</summary>
    public static readonly Problem NotFetched = new("fetch-failed", StatusCodes.Status422UnprocessableEntity, "The image could not be fetched.");

    // comments
    /// <summary>The image has as many comments as it may have.</summary>
    public static readonly Problem CommentsFull = new("comments-full", StatusCodes.Status409Conflict, "This image has as many comments as an image can have.");

    // uploads directly to the object store
    /// <summary>This installation's object store can't take uploads from clients.</summary>
    public static readonly Problem NoDirectUploads = new("no-direct-uploads", StatusCodes.Status404NotFound, "This installation has no direct uploads.");

    /// <summary>The parts that are to make up the file are not those in the store.</summary>
    public static readonly Problem WrongParts = new("wrong-parts", StatusCodes.Status422UnprocessableEntity, "These are not the parts of the file.");

    /// <summary>Size, type or checksum differ from what the client said.</summary>
    public static readonly Problem NotAsAnnounced = new("not-as-announced", StatusCodes.Status422UnprocessableEntity, "The file is not the one that was announced.");

    // resumable uploads (tus)
    /// <summary>Another version of the protocol.</summary>
    public static readonly Problem TusVersion = new("tus-version", StatusCodes.Status412PreconditionFailed, "This version of the tus protocol is not spoken here.");

    /// <summary>The upload was not finished in time.</summary>
    public static readonly Problem UploadExpired = new("upload-expired", StatusCodes.Status410Gone, "This upload was not finished in time.");

    /// <summary>Another request is writing to the upload.</summary>
    public static readonly Problem UploadLocked = new("upload-locked", StatusCodes.Status423Locked, "Another request is writing to this upload.");

    /// <summary>The client would go on from another byte than the server.</summary>
    public static readonly Problem OffsetConflict = new("offset-conflict", StatusCodes.Status409Conflict, "The upload goes on from another offset.");

    /// <summary>An upload made of others takes no bytes itself.</summary>
    public static readonly Problem FinalUpload = new("final-upload", StatusCodes.Status403Forbidden, "This upload is made of others, and takes no bytes itself.");

    /// <summary>An upload is to be made of something that is no finished partial upload.</summary>
    public static readonly Problem NotPartial = new("not-a-finished-partial-upload", StatusCodes.Status400BadRequest, "An upload can be made of finished partial uploads only.");

    /// <summary>The bytes are not those of the checksum.</summary>
    public static readonly Problem ChecksumMismatch = new("checksum-mismatch", 460, "The bytes don't match their checksum.");

    /// <summary>The body is not of the type that the protocol wants.</summary>
    public static readonly Problem NotOffsetStream = new("not-an-offset-stream", StatusCodes.Status415UnsupportedMediaType, "Send the bytes as application/offset+octet-stream.");
}
