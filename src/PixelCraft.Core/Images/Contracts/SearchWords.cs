using System.Globalization;
using System.Text;

namespace PixelCraft.Images.Contracts;

/// <summary>
/// The words of a text, as images are found by them: runs of letters and digits, in lower case and without accents. Where words are written
/// without blanks (Chinese, Japanese, Thai, …) every character is a word, as is every emoji. What writes the index and what asks it go by this alone.
/// </summary>
public static class SearchWords
{
    /// <summary>Characters (UTF-16) of a word that count; what is longer is cut, when it is stored and when it is asked for.</summary>
    public const int MaxLength = 40;

    /// <summary>The most words by which one image is found; the first ones count, in the order of <see cref="Of"/>.</summary>
    public const int MaxOfImage = 300;

    /// <summary>Letters that Unicode doesn't take apart, but people do.</summary>
    private static readonly Dictionary<int, string> Folded = new()
    {
        ['ß'] = "ss",
        ['æ'] = "ae",
        ['œ'] = "oe",
        ['ø'] = "o",
        ['ł'] = "l",
        ['đ'] = "d",
        ['ð'] = "d",
        ['þ'] = "th",
        ['ħ'] = "h",
        ['ŧ'] = "t",
        ['ı'] = "i",
        ['ς'] = "σ",
    };

    /// <summary>Scripts without blanks between words, from and to: Thai and Lao, Myanmar, Khmer, radicals to kana, Han, and the planes of Han and old kana.</summary>
    private static readonly (int First, int Last)[] Unspaced =
        [(0x0E00, 0x0EFF), (0x1000, 0x109F), (0x1780, 0x17FF), (0x2E80, 0x312F), (0x31A0, 0x9FFF), (0xF900, 0xFAFF), (0x1B000, 0x1B16F), (0x20000, 0x3FFFF)];

    /// <summary>The words of an image, each once: of its title, tags and file name, of its camera, and of the title, the keywords and the descriptions.</summary>
    public static IReadOnlySet<string> Of(ImageRecord image)
    {
        var words = new HashSet<string>(StringComparer.Ordinal);
        IEnumerable<string?> texts =
        [
            image.Title, .. image.Tags, image.FileName, image.Metadata?.Make, image.Metadata?.Model, image.Metadata?.Lens, image.Metadata?.Title,
            .. image.Metadata?.Keywords ?? [], image.Description, image.Metadata?.Description,
        ];
        foreach (var word in texts.SelectMany(text => Split(text ?? "")).TakeWhile(_ => words.Count < MaxOfImage)) words.Add(word);
        return words;
    }

    /// <summary>The words of a text, in its order.</summary>
    public static IEnumerable<string> Split(string text)
    {
        var word = new StringBuilder();
        foreach (var rune in Fold(text).EnumerateRunes())
        {
            var kind = Rune.GetUnicodeCategory(rune);
            if (kind is UnicodeCategory.Format) continue; // invisible: direction marks, joiners, soft hyphens
            var isMark = kind is UnicodeCategory.NonSpacingMark or UnicodeCategory.SpacingCombiningMark or UnicodeCategory.EnclosingMark;
            if (isMark && word.Length == 0) continue; // of an emoji, or of a letter that is a word by itself
            var isAlone = (kind is UnicodeCategory.OtherSymbol && rune != Rune.ReplacementChar) || (IsOfWord(kind) && IsUnspaced(rune.Value));
            if (!isAlone && (isMark || IsOfWord(kind)))
            {
                word.Append(rune.ToString());
                continue;
            }
            if (word.Length > 0) yield return Cut(word);
            word.Clear();
            if (isAlone) yield return rune.ToString();
        }
        if (word.Length > 0) yield return Cut(word);
    }

    /// <summary>Lower case without accents: taken apart, the accents left out, put together again.</summary>
    private static string Fold(string text)
    {
        var folded = new StringBuilder(text.Length);
        foreach (var rune in WithoutHalves(text).Normalize(NormalizationForm.FormKD).EnumerateRunes())
        {
            if (IsAccent(rune.Value)) continue;
            var lower = Rune.ToLowerInvariant(rune);
            folded.Append(Folded.GetValueOrDefault(lower.Value) ?? lower.ToString());
        }
        return folded.ToString().Normalize(NormalizationForm.FormC);
    }

    /// <summary>Half a surrogate pair can't be normalised; it becomes U+FFFD.</summary>
    private static string WithoutHalves(string text) => string.Concat(text.EnumerateRunes().Select(rune => rune.ToString()));

    /// <summary>Accents of European letters, the points of Hebrew and Arabic (and the stroke that only lengthens a word), and how an emoji is to be drawn.</summary>
    private static bool IsAccent(int rune) =>
        rune is (>= 0x0300 and <= 0x036F) or (>= 0x0591 and <= 0x05C7) or (>= 0x064B and <= 0x065F) or 0x0670 or 0x0640
            or (>= 0x1AB0 and <= 0x1AFF) or (>= 0x1DC0 and <= 0x1DFF) or (>= 0x20D0 and <= 0x20FF) or (>= 0xFE00 and <= 0xFE0F);

    private static bool IsOfWord(UnicodeCategory kind) => kind <= UnicodeCategory.OtherLetter || kind is UnicodeCategory.DecimalDigitNumber or UnicodeCategory.LetterNumber or UnicodeCategory.OtherNumber;

    private static bool IsUnspaced(int rune) => Unspaced.Any(range => rune >= range.First && rune <= range.Last);

    private static string Cut(StringBuilder word)
    {
        if (word.Length <= MaxLength) return word.ToString();
        return word.ToString(0, char.IsHighSurrogate(word[MaxLength - 1]) ? MaxLength - 1 : MaxLength);
    }
}
