using System.Text;
using PixelCraft.Images.Contracts;

namespace PixelCraft.Images.Resumable;

/// <summary>What a client says of a file with <c>Upload-Metadata</c>.</summary>
/// <param name="Text">The header as it came; empty for none.</param>
/// <param name="FileName">From <c>filename</c>, else <c>name</c>; null for none.</param>
/// <param name="Visibility">From <c>visibility</c>; private when it isn't given.</param>
internal sealed record UploadMetadata(string Text, string? FileName, Visibility Visibility)
{
    private const int MaxLength = 4_000;

    /// <summary>Reads the header: pairs of a key and a value in base 64, by comma. Null, with the reason, when it can't be read.</summary>
    public static UploadMetadata? Parse(string header, out string? fault)
    {
        fault = null;
        if (header.Length > MaxLength)
        {
            fault = $"Upload-Metadata: at most {MaxLength} characters.";
            return null;
        }
        // It is told again in a header, which can't have more than that.
        if (header.Any(c => c is < ' ' or > '~'))
        {
            fault = "Upload-Metadata: ASCII; values in base 64.";
            return null;
        }
        var values = new Dictionary<string, string>(StringComparer.Ordinal);
        foreach (var pair in header.Split(',', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries))
        {
            var words = pair.Split(' ');
            var bytes = new byte[pair.Length];
            if (words.Length > 2 || !Convert.TryFromBase64String(words.ElementAtOrDefault(1) ?? "", bytes, out var length) || !values.TryAdd(words[0], Encoding.UTF8.GetString(bytes, 0, length)))
            {
                fault = "Upload-Metadata: unique keys, each with a value in base 64, by comma.";
                return null;
            }
        }
        if (!Visibilities.TryParse(values.GetValueOrDefault("visibility"), out var visibility))
        {
            fault = Visibilities.Rule;
            return null;
        }
        return new UploadMetadata(header, values.GetValueOrDefault("filename") ?? values.GetValueOrDefault("name"), visibility);
    }
}
