using System.Collections;
using System.Globalization;
using System.Text.Json;
using Microsoft.AspNetCore.Components;

namespace PixelCraft.Web.Text;

/// <summary>The texts that the script shows, as a JSON object for a data block.</summary>
internal static class ScriptTexts
{
    private const string Prefix = "Script";

    /// <summary>Those of every page: their names begin with "Script", and go without it.</summary>
    public static MarkupString Json() => Json(Prefix, Prefix.Length);

    /// <summary>Those of one part, whose names begin with the part's.</summary>
    public static MarkupString Json(string part) => Json(part, 0);

    // The serializer escapes '<', so nothing in it can end the block.
    private static MarkupString Json(string prefix, int without)
    {
        var texts = new SortedDictionary<string, string>(StringComparer.Ordinal);
        foreach (DictionaryEntry entry in Texts.ResourceManager.GetResourceSet(CultureInfo.CurrentUICulture, createIfNotExists: true, tryParents: true)!)
            if (entry.Key is string key && key.StartsWith(prefix, StringComparison.Ordinal))
                texts[char.ToLowerInvariant(key[without]) + key[(without + 1)..]] = (string)entry.Value!;
        return new MarkupString(JsonSerializer.Serialize(texts));
    }
}
