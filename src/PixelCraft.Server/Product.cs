using System.Reflection;

namespace PixelCraft.Server;

/// <summary>What the program is.</summary>
internal static class Product
{
    /// <summary>The version, as in <c>Directory.Build.props</c>, without the commit.</summary>
    public static string Version { get; } =
        typeof(Product).Assembly.GetCustomAttribute<AssemblyInformationalVersionAttribute>()!.InformationalVersion.Split('+')[0];
}
