using System.Text.RegularExpressions;
using Xunit;

namespace PixelCraft.Tests.Architecture;

/// <summary>Rules that can be seen only in the text of the sources.</summary>
public sealed partial class SourceTests
{
    private static readonly string Root = PixelCraft.Cluster.Repository.Root;

    [Fact]
    public void ProcessRoles_AreNamedOnlyInRoles()
    {
        var roles = string.Join('|', PixelCraft.Server.Roles.Table.Keys.Where(role => role is not ("accounts" or "images" or "analytics")));
        var offenders = Sources("*.cs")
            .Where(file => Path.GetFileName(file) is not ("Roles.cs" or "ServerOptions.cs"))
            // A plan counts servers of each role; it knows of none in which it runs.
            .Where(file => !file.Contains("/PixelCraft.Core/Capacity/", StringComparison.Ordinal))
            .Where(file => Regex.IsMatch(File.ReadAllText(file), $"\"({roles})\""))
            .Select(file => Path.GetRelativePath(Root, file));
        Assert.Empty(offenders);
    }

    [Fact]
    public void Clock_IsReadThroughTimeProvider()
    {
        var offenders = Sources("*.cs").Where(file => SystemClock().IsMatch(File.ReadAllText(file))).Select(file => Path.GetRelativePath(Root, file));
        Assert.Empty(offenders);
    }

    [Fact]
    public void Migrations_OnlyExpand()
    {
        // A column that an old server still uses can't go while it runs: what shrinks the schema needs a version in between,
        // and says so by a line "// contract: no server before VERSION uses this".
        var offenders = Sources("*.cs").Where(file => file.Contains("Migrations", StringComparison.Ordinal) && !file.EndsWith(".Designer.cs", StringComparison.Ordinal))
            .Where(file => Shrinks().IsMatch(UpOf(File.ReadAllText(file))) && !File.ReadAllText(file).Contains("// contract: ", StringComparison.Ordinal))
            .Select(file => Path.GetRelativePath(Root, file));
        Assert.Empty(offenders);
    }

    private static string UpOf(string migration)
    {
        var down = migration.IndexOf("protected override void Down", StringComparison.Ordinal);
        return down < 0 ? migration : migration[..down];
    }

    private static IEnumerable<string> Sources(string pattern) => Directory.EnumerateFiles(Path.Combine(Root, "src"), pattern, SearchOption.AllDirectories)
        .Where(file => !file.Contains("/obj/", StringComparison.Ordinal) && !file.Contains("/bin/", StringComparison.Ordinal) && !file.Contains("/node_modules/", StringComparison.Ordinal));

    [GeneratedRegex(@"DateTime(Offset)?\.(Utc)?Now|Stopwatch\.(StartNew|GetTimestamp)|Environment\.TickCount")]
    private static partial Regex SystemClock();

    [GeneratedRegex(@"\.(Drop|Rename|AlterColumn)")]
    private static partial Regex Shrinks();
}
