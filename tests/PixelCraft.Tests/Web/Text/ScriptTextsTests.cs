using System.Text.Json;
using PixelCraft.Web.Text;
using Xunit;

namespace PixelCraft.Tests.Web.Text;

public class ScriptTextsTests
{
    [Fact]
    public void Json_Texts_HasThoseOfTheScriptOnly()
    {
        var texts = JsonSerializer.Deserialize<Dictionary<string, string>>(ScriptTexts.Json().Value)!;
        Assert.Equal(Texts.ScriptUndo, texts["undo"]);
        Assert.DoesNotContain("signIn", texts.Keys);
        Assert.DoesNotContain("<", ScriptTexts.Json().Value, StringComparison.Ordinal);
    }
}
