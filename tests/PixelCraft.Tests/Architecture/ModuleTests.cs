using ArchUnitNET.Domain;
using ArchUnitNET.Loader;
using Xunit;

namespace PixelCraft.Tests.Architecture;

/// <summary>Modules meet only through their public contracts, and ports are owned by the side that uses them.</summary>
public sealed class ModuleTests
{
    /// <summary>The folders of Core that are modules; the others are shared ground (ids, storage, jobs, ...).</summary>
    private static readonly string[] Modules = ["Accounts", "Images", "Delivery", "Analytics", "Live", "Mail", "Capacity"];

    private static readonly ArchUnitNET.Domain.Architecture Core = new ArchLoader()
        .LoadAssemblies(typeof(PixelCraft.Ids.Id).Assembly, typeof(PixelCraft.Web.PagesModule).Assembly)
        .Build();

    public static TheoryData<string, string> Pairs => [.. from one in Modules from other in Modules where one != other select (one, other)];

    [Theory]
    [MemberData(nameof(Pairs))]
    public void Module_UsesOfAnother_OnlyItsContracts(string module, string other)
    {
        var inner = Inner(other);
        Assert.NotEmpty(inner);
        Assert.Empty(Uses(type => IsIn(type, module), inner));
    }

    [Fact]
    public void Pages_UseOfModules_OnlyTheirContracts()
    {
        foreach (var module in Modules) Assert.Empty(Uses(type => IsIn(type, "Web"), Inner(module)));
    }

    [Fact]
    public void SharedGround_UsesNoModule()
    {
        var shared = Core.Types.Where(type => type.FullName.StartsWith("PixelCraft.", StringComparison.Ordinal)
            && !IsIn(type, "Web") && !Modules.Any(module => IsIn(type, module))).ToHashSet();
        // Rate limits are per member, and the queue is shown to administrators: the places where shared ground knows who calls.
        foreach (var module in Modules)
            Assert.Empty(Uses(type => shared.Contains(type) && !IsIn(type, "Limits") && !IsIn(type, "Jobs.Administration"), Core.Types.Where(type => IsIn(type, module)).ToHashSet()));
    }

    [Fact]
    public void Modules_AreThoseOfThisTest()
    {
        // A new folder with a Contracts folder is a module, and belongs into the list above.
        var found = Core.Types.Select(type => type.Namespace.FullName)
            .Where(name => name.EndsWith(".Contracts", StringComparison.Ordinal))
            .Select(name => name.Split('.')[1]).Distinct().Order();
        Assert.Equal(Modules.Order(), found);
    }

    private static bool IsIn(IType type, string module) =>
        type.Namespace.FullName == $"PixelCraft.{module}" || type.Namespace.FullName.StartsWith($"PixelCraft.{module}.", StringComparison.Ordinal);

    private static HashSet<IType> Inner(string module) =>
        [.. Core.Types.Where(type => IsIn(type, module) && !IsIn(type, $"{module}.Contracts"))];

    private static IEnumerable<string> Uses(Func<IType, bool> from, IReadOnlySet<IType> to) =>
        from type in Core.Types
        where @from(type)
        from target in type.Dependencies.Select(dependency => dependency.Target).Distinct()
        where to.Contains(target)
        select $"{type.FullName} uses {target.FullName}";
}
