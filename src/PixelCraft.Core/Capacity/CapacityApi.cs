using System.Globalization;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.AspNetCore.Routing;
using PixelCraft.Capacity.Contracts;
using PixelCraft.Http;
using PixelCraft.Limits;

namespace PixelCraft.Capacity;

/// <summary>Plans by HTTP.</summary>
internal static class CapacityApi
{
    private static readonly string Users = $"1 to {Inputs.MostUsers.ToString("N0", CultureInfo.InvariantCulture)}.";

    public static void Map(IEndpointRouteBuilder routes)
    {
        var api = routes.MapGroup("/api/v1/plan").WithTags("Capacity").RequireRateLimit(LimitPolicy.Api).RequireAuthorization(CapacityPolicy.See);
        api.MapGet("", Plan).Produces<CapacityPlan>().WithName("GetPlan").WithSummary("What a number of users needs, what breaks, and what it costs")
            .WithDescription("Every input of `/api/v1/plan/inputs` may be given in the query by its name, such as `uploads_per_user_per_day=2` or `web.connections_per_server=2000`. "
                + "`built_for`: the users for whom the servers were made, where that isn't `users`. `format`: json, svg, mermaid, markdown or table. `cut`: a link that the diagram shows as cut.");
        api.MapGet("/walk", Walk).Produces<Walk>().WithName("GetPlanWalk").WithSummary("What breaks on the way from one number of users to another")
            .WithDescription("`from` and `to`, 100 and 100,000,000 when they aren't given; inputs as for a plan.");
        api.MapGet("/inputs", () => TypedResults.Ok(Inputs.Shipped)).WithName("ListPlanInputs").WithSummary("List what a plan is calculated from, as shipped");
    }

    private static Results<ContentHttpResult, ProblemHttpResult> Plan(HttpContext http, string? format, string? cut, long? built_for)
    {
        var result = Read(http.Request.Query);
        if (result.Faults.Count > 0) return Faults(result.Faults);
        if (built_for is < 1 or > Inputs.MostUsers) return Problems.Field("built_for", Users);
        if (cut is not null && CutLink.All.All(link => link.Id != cut)) return Problems.Field("cut", $"one of {string.Join(", ", CutLink.All.Select(link => link.Id))}.");
        var plan = Planner.Plan(result.Inputs, built_for ?? result.Inputs.Users);
        return format switch
        {
            null or "json" => TypedResults.Text(PlanText.Json(plan), "application/json"),
            "svg" => TypedResults.Text(PlanText.Svg(plan, cut), "image/svg+xml"),
            "mermaid" => TypedResults.Text(PlanText.Mermaid(plan)),
            "markdown" => TypedResults.Text(PlanText.Markdown(plan), "text/markdown"),
            "table" => TypedResults.Text(PlanText.Table(plan)),
            _ => Problems.Field("format", "json, svg, mermaid, markdown or table."),
        };
    }

    private static Results<ContentHttpResult, ProblemHttpResult> Walk(HttpContext http, long? from, long? to)
    {
        var result = Read(http.Request.Query);
        if (result.Faults.Count > 0) return Faults(result.Faults);
        var (first, last) = (from ?? Planner.Fewest, to ?? Planner.Most);
        if (first is < 1 or > Inputs.MostUsers) return Problems.Field("from", Users);
        if (last < first || last > Inputs.MostUsers) return Problems.Field("to", $"{Users} And not below 'from'.");
        return TypedResults.Text(PlanText.Json(Planner.Walk(result.Inputs, first, last)), "application/json");
    }

    private static InputsResult Read(IQueryCollection query) => Inputs.Read(
        from pair in query
        where pair.Key is not ("format" or "cut" or "built_for" or "from" or "to")
        select KeyValuePair.Create(pair.Key, pair.Value.ToString()));

    private static ProblemHttpResult Faults(IReadOnlyList<InputFault> faults) =>
        Problems.Fields(faults.DistinctBy(fault => fault.Name).ToDictionary(fault => fault.Name, fault => fault.Text));
}
