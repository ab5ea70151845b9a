using Microsoft.AspNetCore.Http.HttpResults;
using PixelCraft.Consistency;
using PixelCraft.Health;
using PixelCraft.Http;
using PixelCraft.Limits;

namespace PixelCraft.Server.Health;

/// <summary>
/// <c>/api/v1/status</c>, what the page <c>/status</c> shows, for anybody: what is there, what takes changes, and what becomes of each kind of data in a
/// partition. It answers while everything else is away.
/// </summary>
internal static class StatusApi
{
    public static void Map(WebApplication app) => app.MapGet("/api/v1/status", AnswerAsync)
        .WithTags("Status").WithName("GetStatus").WithSummary("Whether everything works, as the server that answers sees it")
        .WithDescription("`checks`: what the installation depends on. `writes`: whether accounts and images take changes, a few seconds old at most. `consistency`: what becomes of each kind of data while parts of the installation can't reach one another.")
        .WithMetadata(new DuringOutagesAttribute())
        .RequireRateLimit(LimitPolicy.Api);

    private static async Task<Ok<Status>> AnswerAsync(IHealth health, WriteStatus writes, CancellationToken cancellationToken)
    {
        var checks = await health.LookAsync(cancellationToken);
        return TypedResults.Ok(new Status(
            checks.All(check => check.Ok) && writes is { Accounts: true, Images: true },
            checks,
            new StatusOfWrites(writes.Accounts, writes.Images),
            ConsistencyChoices.All));
    }
}

/// <summary>The state of the installation.</summary>
/// <param name="Ok">Whether everything is there and takes changes.</param>
/// <param name="Checks">What it depends on.</param>
/// <param name="Writes">What takes changes.</param>
/// <param name="Consistency">What becomes of each kind of data in a partition.</param>
internal sealed record Status(bool Ok, IReadOnlyList<HealthCheck> Checks, StatusOfWrites Writes, IReadOnlyList<DataConsistency> Consistency);

/// <summary>Whether changes are taken.</summary>
/// <param name="Accounts">Of accounts.</param>
/// <param name="Images">Of images.</param>
internal sealed record StatusOfWrites(bool Accounts, bool Images);
