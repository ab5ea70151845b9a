using System.Reflection;

namespace PixelCraft.Web.Layout;

/// <summary>The version of the running program.</summary>
internal static class ProductVersion
{
    /// <summary>As "1.2.3"; without the commit that the build adds after a '+'.</summary>
    public static string Text { get; } = (Assembly.GetEntryAssembly() ?? typeof(ProductVersion).Assembly)
        .GetCustomAttribute<AssemblyInformationalVersionAttribute>()?.InformationalVersion.Split('+')[0] ?? "";
}
