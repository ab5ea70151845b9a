using PixelCraft.Storage;

namespace PixelCraft.Images.Contracts;

/// <summary>
/// Variants on demand. Each is made once and stored; equal requests that come meanwhile wait for the same one. How many
/// are made and wait at a time is bounded, and so is the time, by <see cref="TransformOptions"/>. Who may see it is the caller's to decide.
/// </summary>
public interface ITransforms
{
    /// <summary>The stored result, made when it is not there yet.</summary>
    /// <param name="image">The image, ready.</param>
    /// <param name="transform">What to make; without a fault.</param>
    /// <param name="format">In which format.</param>
    /// <param name="cancellationToken">Ends the wait. What others wait for is made all the same.</param>
    Task<TransformAnswer> GetAsync(ImageRecord image, Transform transform, TransformFormat format, CancellationToken cancellationToken);
}

/// <summary>What became of a request for a variant on demand.</summary>
/// <param name="Outcome">Whether it is there.</param>
/// <param name="Stored">The object; null unless made.</param>
/// <param name="Reason">Why it can't be made, a sentence; null unless refused.</param>
public readonly record struct TransformAnswer(TransformOutcome Outcome, StoredObject? Stored = null, string? Reason = null);

/// <summary>Whether a variant on demand is there.</summary>
public enum TransformOutcome
{
    /// <summary>It is.</summary>
    Made,

    /// <summary>Too many are being made, or this one took too long: try again later.</summary>
    Busy,

    /// <summary>The image is gone.</summary>
    NotFound,

    /// <summary>It can't be made of this image, however often it is tried.</summary>
    Refused,
}
