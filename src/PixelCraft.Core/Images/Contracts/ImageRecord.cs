using System.Text.Json.Serialization;
using PixelCraft.Accounts.Contracts;
using PixelCraft.Http;
using PixelCraft.Ids;

namespace PixelCraft.Images.Contracts;

/// <summary>An image's record in the catalogue. The truth about the image; the queue and the caches are hints.</summary>
public sealed record ImageRecord
{
    /// <summary>Its id, in the owner's shard.</summary>
    public required Id Id { get; init; }

    /// <summary>The member who uploaded it.</summary>
    public required Id OwnerId { get; init; }

    /// <summary>At most 200 characters; empty when not given.</summary>
    public string Title { get; init; } = "";

    /// <summary>At most 5,000 characters; empty when not given.</summary>
    public string Description { get; init; } = "";

    /// <summary>At most 50, each 1 to 50 characters, in lower case, sorted, none twice.</summary>
    public IReadOnlyList<string> Tags { get; init; } = [];

    /// <summary>Who may see it.</summary>
    public required Visibility Visibility { get; init; }

    /// <summary>Where processing stands.</summary>
    public required ImageStatus Status { get; init; }

    /// <summary>Why processing failed, in words for the owner; null unless <see cref="Status"/> is failed.</summary>
    public string? FailureReason { get; init; }

    /// <summary>The name of the uploaded file without folders, at most 255 characters; a user's text.</summary>
    public required string FileName { get; init; }

    /// <summary>The media type, decided by the bytes.</summary>
    public required string ContentType { get; init; }

    /// <summary>Size of the original in bytes.</summary>
    public required long Bytes { get; init; }

    /// <summary>SHA-256 of the original, 64 lower-case hexadecimal digits.</summary>
    public required string Sha256 { get; init; }

    /// <summary>Pixels across, as seen (orientation applied) once <c>ready</c>; before that as the file's header says.</summary>
    public required int Width { get; init; }

    /// <summary>Pixels down, as <see cref="Width"/>.</summary>
    public required int Height { get; init; }

    /// <summary>The ThumbHash, 5 to 25 bytes in base 64; null until <c>ready</c>.</summary>
    public string? ThumbHash { get; init; }

    /// <summary>The colour that most of it has, as <c>#rrggbb</c>; null until <c>ready</c>.</summary>
    public string? DominantColour { get; init; }

    /// <summary>
    /// The part of a public URL that changes when who may see the image changes, 16 characters of base 32: a hash of the
    /// content and a salt, so that knowing the bytes is not enough to know the URL. Whatever makes public URLs die changes it: visibility,
    /// the trash, a failure. An edge goes by that.
    /// </summary>
    public required string ContentHash { get; init; }

    /// <summary>The stored variants: the WebP ones, smallest first, then those of other formats, likewise; empty until <c>ready</c>.</summary>
    public IReadOnlyList<Variant> Variants { get; init; } = [];

    /// <summary>
    /// Whether no AVIF variants need to be made any more: they are there, can't be made of this file, or are not for it (an animation).
    /// </summary>
    public bool AvifDone { get; init; }

    /// <summary>What the original says about itself; null until <c>ready</c>, or when that is nothing.</summary>
    public ImageMetadata? Metadata { get; init; }

    /// <summary>When it was taken, as the original says, UTC; a time without zone is taken as UTC. Null when not known.</summary>
    public DateTimeOffset? TakenAt { get; init; }

    /// <summary>When it was uploaded, UTC.</summary>
    public required DateTimeOffset CreatedAt { get; init; }

    /// <summary>When the record last changed, UTC.</summary>
    public required DateTimeOffset UpdatedAt { get; init; }

    /// <summary>When it was put into the trash, UTC; null when it is not there.</summary>
    public DateTimeOffset? TrashedAt { get; init; }

    /// <summary>Counts the changes, from 1; what <c>ETag</c> and <c>If-Match</c> carry.</summary>
    public long Version { get; init; } = 1;

    /// <summary>The stored variants of a format, smallest first.</summary>
    public IEnumerable<Variant> VariantsOf(VariantFormat format) => Variants.Where(variant => variant.Format == format);

    /// <summary>The WebP variant to show in a box of this many pixels: the smallest that fills it, else the largest; null when there is none.</summary>
    public Variant? VariantFor(int pixels)
    {
        Variant? largest = null;
        foreach (var variant in VariantsOf(VariantFormat.WebP))
        {
            largest = variant;
            if (variant.Size >= pixels) break;
        }
        return largest;
    }

    /// <summary>Whether somebody may see it: its owner always, others what is ready, not private and not in the trash.</summary>
    public bool MayBeSeenBy(Caller caller) =>
        caller.Is(OwnerId) || this is { TrashedAt: null, Status: ImageStatus.Ready, Visibility: not Visibility.Private };
}

/// <summary>A stored variant.</summary>
/// <param name="Size">The box it was fitted into, in pixels: 200, 400, 800, 1600 or 2560. Its name in URLs.</param>
/// <param name="Width">Pixels across; never more than the original's.</param>
/// <param name="Height">Pixels down.</param>
/// <param name="Bytes">Its size.</param>
/// <param name="Format">Its format, the end of its name in URLs.</param>
public sealed record Variant(int Size, int Width, int Height, long Bytes, VariantFormat Format = VariantFormat.WebP);

/// <summary>Who may see an image.</summary>
[JsonConverter(typeof(CamelCaseEnumConverter<Visibility>))]
public enum Visibility
{
    /// <summary>The owner only.</summary>
    Private = 0,

    /// <summary>Whoever has the link; it is in no list but the owner's.</summary>
    Unlisted = 1,

    /// <summary>Everybody; it is in the gallery.</summary>
    Public = 2,
}

/// <summary>Where processing stands.</summary>
[JsonConverter(typeof(CamelCaseEnumConverter<ImageStatus>))]
public enum ImageStatus
{
    /// <summary>Stored; a worker will make the variants.</summary>
    Processing = 0,

    /// <summary>The variants are there.</summary>
    Ready = 1,

    /// <summary>The file can't be processed.</summary>
    Failed = 2,
}

/// <summary>Where an image's bytes are in the object store.</summary>
public static class ObjectKeys
{
    /// <summary>The original.</summary>
    public static string Original(Id image) => $"originals/{image}";

    /// <summary>A variant, by the size of its box.</summary>
    public static string Variant(Id image, int size, VariantFormat format) => $"variants/{image}/{size}.{format.Extension()}";

    /// <summary>A variant on demand, by its name: the transform, a dot, and the extension.</summary>
    public static string Transform(Id image, string name) => $"transforms/{image}/{name}";
}
