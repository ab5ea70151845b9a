using System.Reflection;
using PixelCraft.Consistency;
using Xunit;

namespace PixelCraft.Tests.Architecture;

/// <summary>Every port has one abstract contract class, and every adapter of it a test class that inherits it.</summary>
public sealed class PortTests
{
    private static readonly Type[] Adapters = typeof(PixelCraft.Adapters.Redis.RedisOptions).Assembly.GetTypes();
    private static readonly Type[] Tests = typeof(PortTests).Assembly.GetTypes();

    /// <summary>Public interfaces of Core outside the contracts that Adapters implements.</summary>
    public static TheoryData<Type> Ports => [.. from port in typeof(PixelCraft.Ids.Id).Assembly.GetExportedTypes()
                                                where port.IsInterface && !port.Namespace!.EndsWith(".Contracts", StringComparison.Ordinal)
                                                where Adapters.Any(type => Implements(type, port)) && port.Name != "IJobLease"
                                                select port];

    [Theory]
    [MemberData(nameof(Ports))]
    public void Port_HasAContractThatEveryAdapterInherits(Type port)
    {
        var contract = Tests.SingleOrDefault(type => type.IsAbstract && type.Name == $"{port.Name[1..]}Contract");
        Assert.True(contract is not null, $"{port.Name} has no contract class.");
        var adapters = Adapters.Count(type => Implements(type, port));
        var inheritors = Tests.Count(type => !type.IsAbstract && type.IsSubclassOf(contract));
        Assert.True(inheritors >= adapters, $"{port.Name} has {adapters} adapters, and its contract {inheritors} inheritors.");
    }

    [Theory]
    [MemberData(nameof(Ports))]
    public void Port_HasAtMostSixMethods(Type port) => Assert.InRange(port.GetMethods().Length, 1, 6);

    [Theory]
    [MemberData(nameof(Ports))]
    [InlineData(typeof(PixelCraft.Images.Contracts.IWithdrawals))]
    public void Port_DeclaresItsConsistency_OrWhoseItShares(Type port)
    {
        var declared = port.GetCustomAttribute<ConsistencyChoiceAttribute>();
        Assert.True(declared is not null, $"{port.Name} doesn't say what becomes of its data in a partition.");
        if (declared.Port is { } other) declared = other.GetCustomAttribute<ConsistencyChoiceAttribute>();
        Assert.Contains(ConsistencyChoices.All, kind => kind.Data == declared?.Data && kind.DuringPartition.EndsWith('.'));
    }

    [Fact]
    public void KindsOfData_AreDeclaredOnce_AndOrderedByChoice()
    {
        var kinds = ConsistencyChoices.All;
        Assert.Equal(kinds.Count, kinds.DistinctBy(kind => kind.Data).Count());
        Assert.Equal(kinds.OrderBy(kind => kind.Choice).ThenBy(kind => kind.Data, StringComparer.Ordinal), kinds);
        Assert.Contains(kinds, kind => kind is { Choice: Choice.Cp } && kind.Data.StartsWith("Image records", StringComparison.Ordinal));
        Assert.Contains(kinds, kind => kind is { Choice: Choice.Ap, Data: "Events" });
    }

    private static bool Implements(Type type, Type port) => type is { IsClass: true, IsAbstract: false } && port.IsAssignableFrom(type);
}
