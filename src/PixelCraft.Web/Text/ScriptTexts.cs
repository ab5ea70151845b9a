using System.Collections;
using System.Globalization;
using System.Text.Json;
using Microsoft.AspNetCore.Components;

namespace PixelCraft.Web.Text;

/// <summary>The texts that the script shows: those whose names begin with "Script", as a JSON object for a data block.</summary>
internal static class ScriptTexts
{
    private const string Prefix = "Script";

    /// <summary>The object. The serializer escapes '&lt;', so nothing in it can end the block.</summary>
    public static MarkupString Json()
    {
        var texts = new SortedDictionary<string, string>(StringComparer.Ordinal);
        foreach (DictionaryEntry entry in Texts.ResourceManager.GetResourceSet(CultureInfo.CurrentUICulture, createIfNotExists: true, tryParents: true)!)
            if (entry.Key is string key && key.StartsWith(Prefix, StringComparison.Ordinal))
                texts[char.ToLowerInvariant(key[Prefix.Length]) + key[(Prefix.Length + 1)..]] = (string)entry.Value!;
        return new MarkupString(JsonSerializer.Serialize(texts));
    }
}
