using Microsoft.AspNetCore.Authorization;
using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Options;
using PixelCraft.Accounts.Contracts;
using PixelCraft.Capacity.Contracts;

namespace PixelCraft.Capacity;

/// <summary>The Capacity module: load model, bottlenecks, server counts, cost. It keeps nothing and asks no store.</summary>
public static class CapacityModule
{
    /// <summary>Registers what the API and the page need: who may see plans, and what this process carries.</summary>
    public static IServiceCollection AddCapacity(this IServiceCollection services)
    {
        services.AddSingleton<RunningLoad>().AddHostedService(provider => provider.GetRequiredService<RunningLoad>());
        services.AddOptions<AuthorizationOptions>().Configure<IOptions<CapacityOptions>>((authorization, capacity) => authorization.AddPolicy(CapacityPolicy.See, policy =>
        {
            if (capacity.Value.Public) policy.RequireAssertion(_ => true);
            else policy.RequireAuthenticatedUser().RequireClaim(MemberClaims.Administrator, "true");
        }));
        return services.ConfigureHttpJsonOptions(json =>
        {
            json.SerializerOptions.TypeInfoResolverChain.Insert(0, PlanJson.Default);
            json.SerializerOptions.TypeInfoResolverChain.Insert(0, FigureJson.Default);
        });
    }

    /// <summary>Maps <c>/api/v1/plan</c>.</summary>
    public static void MapCapacity(this IEndpointRouteBuilder routes) => CapacityApi.Map(routes);
}
