using PixelCraft.Accounts.Contracts;
using PixelCraft.Ids;

namespace PixelCraft.Images.Contracts;

/// <summary>
/// What the API and the pages do with images. Each method sees and changes only what the caller may: an image that may
/// not be seen is as if it were not there.
/// </summary>
public interface IImages
{
    /// <summary>A page of a list, newest first. Throws <see cref="ArgumentException"/> for a text that can't be searched for: check <see cref="SearchTerms.TryParse"/> first.</summary>
    Task<ImagePage> ListAsync(Caller caller, ImageFilter filter, CancellationToken cancellationToken);

    /// <summary>One image, also from the owner's trash; null when it is not there or may not be seen.</summary>
    Task<ImageRecord?> FindAsync(Caller caller, Id id, CancellationToken cancellationToken);

    /// <summary>Changes what the owner may change. An edit that breaks a limit throws <see cref="ArgumentException"/>: check <see cref="ImageEdit.Fault"/> first.</summary>
    /// <param name="caller">Who asks.</param>
    /// <param name="id">Which image.</param>
    /// <param name="edit">What shall be different.</param>
    /// <param name="version">The version that the edit is based on; null changes whatever is there.</param>
    /// <param name="cancellationToken">Ends the call.</param>
    Task<ChangeResult> EditAsync(Caller caller, Id id, ImageEdit edit, long? version, CancellationToken cancellationToken);

    /// <summary>Adds the keywords of the original's metadata to the tags, as many as there is room for; those that are too long are left out.</summary>
    Task<ChangeResult> TagFromKeywordsAsync(Caller caller, Id id, CancellationToken cancellationToken);

    /// <summary>Puts an image into the trash; nothing happens when it is there already.</summary>
    Task<ChangeResult> TrashAsync(Caller caller, Id id, CancellationToken cancellationToken);

    /// <summary>Takes an image out of the trash; nothing happens when it is not there.</summary>
    Task<ChangeResult> RestoreAsync(Caller caller, Id id, CancellationToken cancellationToken);

    /// <summary>Bytes of originals that the caller keeps, the trash included: what counts against the quota. 0 when not signed in.</summary>
    Task<long> UsedBytesAsync(Caller caller, CancellationToken cancellationToken);
}

/// <summary>Which images a list holds. Without an owner: the public ones that are ready.</summary>
public sealed record ImageFilter
{
    /// <summary>Only this member's: all of them for the owner, the public ones that are ready for others.</summary>
    public Id? Owner { get; init; }

    /// <summary>Only these; null for any that the caller may see.</summary>
    public Visibility? Visibility { get; init; }

    /// <summary>Only those with this tag, in any case; null for any.</summary>
    public string? Tag { get; init; }

    /// <summary>
    /// Only those that have these words: what somebody typed, a text that <see cref="SearchTerms.TryParse"/> reads. Null for any. A page may then
    /// hold fewer than <see cref="Limit"/>, or none, before the last.
    /// </summary>
    public string? Search { get; init; }

    /// <summary>The caller's own trash instead; others' is always empty.</summary>
    public bool Trash { get; init; }

    /// <summary>Only those older than this image: where the last page ended.</summary>
    public Id? After { get; init; }

    /// <summary>Only those newer than this image, the nearest to it; still newest first.</summary>
    public Id? Before { get; init; }

    /// <summary>How many at most, 1 to 100.</summary>
    public int Limit { get; init; } = 50;
}

/// <summary>A page of a list.</summary>
/// <param name="Items">Newest first.</param>
/// <param name="Next">The value for <see cref="ImageFilter.After"/> of the next page; null when this was the last.</param>
public sealed record ImagePage(IReadOnlyList<ImageRecord> Items, Id? Next);

/// <summary>What shall be different; null leaves a field as it is.</summary>
/// <param name="Title">At most 200 characters.</param>
/// <param name="Description">At most 5,000 characters.</param>
/// <param name="Tags">At most 50 of at most 50 characters; stored in lower case, sorted, none twice.</param>
/// <param name="Visibility">Who may see it.</param>
public sealed record ImageEdit(string? Title = null, string? Description = null, IReadOnlyList<string>? Tags = null, Visibility? Visibility = null)
{
    /// <summary>The most tags of an image.</summary>
    public const int MaxTags = 50;

    /// <summary>Characters of the longest tag.</summary>
    public const int MaxTagLength = 50;

    /// <summary>What breaks a limit, as field and text; null when nothing does.</summary>
    public (string Field, string Text)? Fault()
    {
        if (Title?.Length > 200) return ("title", "At most 200 characters.");
        if (Description?.Length > 5_000) return ("description", "At most 5,000 characters.");
        if (Tags?.Count > MaxTags) return ("tags", $"At most {MaxTags} tags.");
        // JSON can hold null here, and U+0000, which PostgreSQL can't keep.
        if (Tags?.Any(tag => tag is null || tag.Contains('\0')) == true) return ("tags", "A tag is a text without U+0000.");
        if (Title?.Contains('\0') == true) return ("title", "Without U+0000.");
        if (Description?.Contains('\0') == true) return ("description", "Without U+0000.");
        if (Tags?.Any(tag => tag.Trim().Length is 0 or > MaxTagLength) == true) return ("tags", $"A tag has 1 to {MaxTagLength} characters.");
        if (Visibility is { } visibility && !Enum.IsDefined(visibility)) return ("visibility", "One of public, unlisted, private.");
        return null;
    }
}

/// <summary>What became of a change.</summary>
/// <param name="Outcome">Whether it was made.</param>
/// <param name="Image">The record as it is now; null when not found.</param>
public readonly record struct ChangeResult(ChangeOutcome Outcome, ImageRecord? Image);

/// <summary>Whether a change was made.</summary>
public enum ChangeOutcome
{
    /// <summary>It was.</summary>
    Done,

    /// <summary>The record is not the version that the change is based on.</summary>
    Stale,

    /// <summary>It is not there, or the caller may not see it, or may not change it.</summary>
    NotFound,
}
