using System.Collections.Concurrent;
using System.Reflection;
using Microsoft.Extensions.DependencyInjection;
using PixelCraft.Tests;
using Xunit;
using Xunit.v3;

[assembly: EndsTestServices]

namespace PixelCraft.Tests;

/// <summary>
/// Services that a test makes for itself, which end with it: who has replicas or shards to look after goes on asking PostgreSQL every second, and
/// hundreds of them leave a machine no time for the tests.
/// </summary>
internal static class TestServices
{
    private static readonly ConcurrentDictionary<string, ConcurrentBag<ServiceProvider>> Made = new();

    /// <summary>Ends them after the running test; what a fixture makes is the fixture's to end.</summary>
    public static ServiceProvider OfTest(ServiceProvider services)
    {
        if (TestContext.Current.Test is { } test) Made.GetOrAdd(test.UniqueID, _ => []).Add(services);
        return services;
    }

    public static void End(string test)
    {
        if (!Made.TryRemove(test, out var made)) return;
        foreach (var services in made) services.Dispose();
    }
}

/// <summary>Ends each test's services.</summary>
[AttributeUsage(AttributeTargets.Assembly)]
internal sealed class EndsTestServicesAttribute : BeforeAfterTestAttribute
{
    public override void After(MethodInfo methodUnderTest, IXunitTest test) => TestServices.End(test.UniqueID);
}
