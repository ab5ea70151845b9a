using System.Text.Json;
using System.Text.RegularExpressions;
using PixelCraft.Web.Text;
using Xunit;

namespace PixelCraft.Tests.Web.Text;

public partial class ScriptTextsTests
{
    [Fact]
    public void Json_Texts_HasThoseOfTheScriptOnly()
    {
        var texts = JsonSerializer.Deserialize<Dictionary<string, string>>(ScriptTexts.Json().Value)!;
        Assert.Equal(Texts.ScriptUndo, texts["undo"]);
        Assert.DoesNotContain("signIn", texts.Keys);
        Assert.DoesNotContain("<", ScriptTexts.Json().Value, StringComparison.Ordinal);
    }

    [Fact]
    public void Json_OfAPart_HasItsTextsByTheirWholeNames()
    {
        var texts = JsonSerializer.Deserialize<Dictionary<string, string>>(ScriptTexts.Json("Discussion").Value)!;
        Assert.Equal(Texts.DiscussionReply, texts["discussionReply"]);
        Assert.All(texts.Keys, name => Assert.StartsWith("discussion", name, StringComparison.Ordinal));
    }

    [Fact]
    public void Texts_ThatTheScriptNames_AreThere()
    {
        var known = new[] { ScriptTexts.Json(), ScriptTexts.Json("Discussion") }.SelectMany(json => JsonSerializer.Deserialize<Dictionary<string, string>>(json.Value)!.Keys).ToHashSet();
        var sources = Directory.EnumerateFiles(Path.Combine(PixelCraft.Cluster.Repository.Root, "src/PixelCraft.Web/Client/src"), "*.ts", SearchOption.AllDirectories);
        var named = sources.SelectMany(file => Call().Matches(File.ReadAllText(file))).SelectMany(call => Name().Matches(call.Groups[1].Value)).Select(name => name.Groups[1].Value).ToHashSet();
        Assert.True(named.Count > 50, $"Only {named.Count} names were found.");
        Assert.Empty(named.Except(known));
    }

    // The first argument: a name, or a choice between two.
    [GeneratedRegex("""\btext\(([^(),]*)""")]
    private static partial Regex Call();

    [GeneratedRegex("""(?:^|[?:]\s*)"(\w+)(?=")""")]
    private static partial Regex Name();
}
