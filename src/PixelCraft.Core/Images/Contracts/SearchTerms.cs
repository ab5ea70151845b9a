using System.Diagnostics.CodeAnalysis;

namespace PixelCraft.Images.Contracts;

/// <summary>
/// What a search asks for: images that have all these words (<see cref="SearchWords"/>), and one that begins with <paramref name="Prefix"/>.
/// </summary>
/// <param name="Words">Whole words, each once.</param>
/// <param name="Prefix">How one more word begins, as somebody types it; null where a whole word says as much.</param>
public sealed record SearchTerms(IReadOnlyList<string> Words, string? Prefix)
{
    /// <summary>Characters (UTF-16) of the longest text that is searched for.</summary>
    public const int MaxLength = 200;

    /// <summary>The most words of a search. In Chinese and Japanese each character is one.</summary>
    public const int MaxWords = 20;

    /// <summary>Reads what somebody typed: words in any order, of which the last may be the beginning of one.</summary>
    /// <param name="text">The text.</param>
    /// <param name="terms">What it asks for; null when it can't be searched for.</param>
    /// <param name="fault">What is wrong with it; null when nothing is.</param>
    public static bool TryParse(string text, [NotNullWhen(true)] out SearchTerms? terms, [NotNullWhen(false)] out SearchFault? fault)
    {
        (terms, fault) = (null, null);
        if (text.Length > MaxLength)
        {
            fault = SearchFault.TooLong;
            return false;
        }
        var words = SearchWords.Split(text).ToList();
        if (words.Count == 0)
        {
            fault = SearchFault.NoWord;
            return false;
        }
        var last = words[^1];
        var whole = words.SkipLast(1).Distinct(StringComparer.Ordinal).ToArray();
        if (whole.Length >= MaxWords)
        {
            fault = SearchFault.TooManyWords;
            return false;
        }
        terms = new SearchTerms(whole, whole.Any(word => word.StartsWith(last, StringComparison.Ordinal)) ? null : last);
        return true;
    }
}

/// <summary>Why a text can't be searched for.</summary>
public enum SearchFault
{
    /// <summary>More than <see cref="SearchTerms.MaxLength"/> characters.</summary>
    TooLong,

    /// <summary>More than <see cref="SearchTerms.MaxWords"/> words.</summary>
    TooManyWords,

    /// <summary>Nothing in it is a word: blanks, punctuation, control characters.</summary>
    NoWord,
}
