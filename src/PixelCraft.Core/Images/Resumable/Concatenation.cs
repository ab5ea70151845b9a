using PixelCraft.Ids;

namespace PixelCraft.Images.Resumable;

/// <summary>
/// What <c>Upload-Concat</c> says: that an upload is a part of another one (<c>partial</c>), or is made of such parts
/// (<c>final;</c> and their URLs, by spaces). Only the last segment of a URL counts, whatever proxy the client sees it through.
/// </summary>
/// <param name="Text">The header as it came; empty for none.</param>
/// <param name="IsPartial">Whether the upload is a part: it becomes no image.</param>
/// <param name="Parts">The uploads that it is made of; empty when it isn't.</param>
internal sealed record Concatenation(string Text, bool IsPartial, IReadOnlyList<Id> Parts)
{
    private const int MaxLength = 4_000;
    private const string Final = "final;";

    /// <summary>Whether the upload is made of others.</summary>
    public bool IsFinal => Parts.Count > 0;

    /// <summary>Reads the header; null when it can't be read.</summary>
    public static Concatenation? Parse(string header)
    {
        if (header is "" or "partial") return new Concatenation(header, header.Length > 0, []);
        if (header.Length > MaxLength || !header.StartsWith(Final, StringComparison.Ordinal)) return null;
        var parts = new List<Id>();
        foreach (var url in header[Final.Length..].Split(' ', StringSplitOptions.RemoveEmptyEntries))
        {
            if (!Id.TryParse(url.Split('/')[^1], out var id) || parts.Contains(id)) return null;
            parts.Add(id);
        }
        return parts.Count > 0 ? new Concatenation(header, false, parts) : null;
    }

    /// <summary>Of an upload that is there.</summary>
    public static Concatenation Of(ResumableUpload upload) => Parse(upload.Concatenation) ?? throw new InvalidOperationException($"The upload {upload.Id} is '{upload.Concatenation}'.");
}
