using System.Text.RegularExpressions;

namespace PixelCraft.Web.Viewer;

/// <summary>A piece of a comment's text.</summary>
/// <param name="Text">As typed.</param>
/// <param name="IsLink">It is an address, and becomes a link.</param>
/// <param name="IsMention">It names a member.</param>
internal readonly record struct CommentWord(string Text, bool IsLink = false, bool IsMention = false);

/// <summary>Splits a comment's text into what becomes a link, what mentions somebody, and the rest, as Client/src/discussion/words.ts does.</summary>
internal static partial class CommentWords
{
    /// <summary>The pieces, in order; together they are the text.</summary>
    /// <param name="text">The comment's.</param>
    /// <param name="names">Of those whom it mentions.</param>
    public static IEnumerable<CommentWord> Of(string text, IReadOnlyCollection<string> names)
    {
        var end = 0;
        foreach (Match match in Address().Matches(text))
        {
            var address = Trimmed(match.Value);
            if (!Uri.TryCreate(address, UriKind.Absolute, out _)) continue;
            foreach (var word in Names(text[end..match.Index], names)) yield return word;
            yield return new CommentWord(address, IsLink: true);
            end = match.Index + address.Length;
        }
        foreach (var word in Names(text[end..], names)) yield return word;
    }

    /// <summary>Without what belongs to the sentence around it: a full stop, a closing bracket that was not opened.</summary>
    private static string Trimmed(string address)
    {
        while (".,;:!?'*".Contains(address[^1], StringComparison.Ordinal)
            || (address[^1] == ')' && !address.Contains('(', StringComparison.Ordinal))
            || (address[^1] == ']' && !address.Contains('[', StringComparison.Ordinal)))
        {
            address = address[..^1];
        }
        return address;
    }

    private static IEnumerable<CommentWord> Names(string text, IReadOnlyCollection<string> names)
    {
        var end = 0;
        for (var at = text.IndexOf('@', StringComparison.Ordinal); at >= 0; at = at + 1 < text.Length ? text.IndexOf('@', at + 1) : -1)
        {
            // The longest first: "@Anna Maria" is not "@Anna".
            var name = names.Where(name => text.AsSpan(at + 1).StartsWith(name, StringComparison.OrdinalIgnoreCase)).MaxBy(name => name.Length);
            if (string.IsNullOrEmpty(name)) continue;
            if (at > end) yield return new CommentWord(text[end..at]);
            end = at + 1 + name.Length;
            yield return new CommentWord(text[at..end], IsMention: true);
            at = end - 1;
        }
        if (end < text.Length) yield return new CommentWord(text[end..]);
    }

    [GeneratedRegex("""https?://[^\s<>"]+""", RegexOptions.CultureInvariant)]
    private static partial Regex Address();
}
