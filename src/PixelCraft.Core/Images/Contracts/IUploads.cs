using PixelCraft.Http;
using PixelCraft.Ids;

namespace PixelCraft.Images.Contracts;

/// <summary>Takes in files.</summary>
public interface IUploads
{
    /// <summary>
    /// Takes in one file. When it returns, the file is stored, its record committed, and a worker will process it. The same
    /// bytes again by the same owner are the image that is there: taken out of the trash if it was in it, processed again if
    /// it had failed, else as it is; nothing of the second copy stays, and its name and visibility don't count.
    /// </summary>
    /// <param name="owner">Whose it will be.</param>
    /// <param name="fileName">As the client called it; folders and control characters in it are dropped. Null for none.</param>
    /// <param name="visibility">Who may see it.</param>
    /// <param name="body">The bytes, read to their end in bounded memory.</param>
    /// <param name="length">How many there will be, where the client said so: room for them is reserved before they come. Null when it didn't.</param>
    /// <param name="cancellationToken">Ends the upload; nothing of it stays.</param>
    /// <exception cref="UploadRefusedException">The file is not taken, and nothing of it stays.</exception>
    Task<ImageRecord> ReceiveAsync(Id owner, string? fileName, Visibility visibility, Stream body, long? length, CancellationToken cancellationToken);
}

/// <summary>
/// A file is not taken. An exception, since it ends the reading in the middle of an object store's work, which then
/// keeps nothing; it is caught where the upload began.
/// </summary>
/// <param name="problem">What is answered.</param>
/// <param name="detail">What in particular is wrong, or what to do.</param>
public sealed class UploadRefusedException(Problem problem, string detail) : Exception(detail)
{
    /// <summary>What is answered.</summary>
    public Problem Problem { get; } = problem;
}
