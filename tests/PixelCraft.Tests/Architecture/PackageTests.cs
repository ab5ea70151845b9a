using System.Reflection;
using Xunit;

namespace PixelCraft.Tests.Architecture;

/// <summary>Vendor packages only in Adapters: everything else is built from the framework.</summary>
public sealed class PackageTests
{
    private static readonly HashSet<string> Framework =
    [
        .. Directory.EnumerateFiles(Path.GetDirectoryName(typeof(object).Assembly.Location)!, "*.dll").Select(file => Path.GetFileNameWithoutExtension(file)!),
        .. Directory.EnumerateFiles(Path.GetDirectoryName(typeof(Microsoft.AspNetCore.Builder.WebApplication).Assembly.Location)!, "*.dll").Select(file => Path.GetFileNameWithoutExtension(file)!),
    ];

    [Fact]
    public void Core_ReferencesOnlyTheFramework() => Assert.Empty(Vendors(typeof(PixelCraft.Ids.Id).Assembly));

    [Fact]
    public void Web_ReferencesOnlyTheFrameworkAndCore() => Assert.Equal(["PixelCraft.Core"], Vendors(typeof(PixelCraft.Web.PagesModule).Assembly));

    [Fact]
    public void Server_AddsOnlyTheParserOfItsCommandLine()
    {
        var allowed = new[] { "PixelCraft.Core", "PixelCraft.Adapters", "PixelCraft.Web", "System.CommandLine" };
        Assert.Empty(Vendors(typeof(PixelCraft.Server.Roles).Assembly).Except(allowed));
    }

    [Fact]
    public void Adapters_ReferenceVendors() =>
        // The check itself works: it does see packages where there are some.
        Assert.Contains("StackExchange.Redis", Vendors(typeof(PixelCraft.Adapters.Redis.RedisOptions).Assembly));

    private static IEnumerable<string> Vendors(Assembly assembly) =>
        assembly.GetReferencedAssemblies().Select(name => name.Name!).Where(name => !Framework.Contains(name)).Order();
}
