using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.AspNetCore.Routing;
using PixelCraft.Accounts.Contracts;
using PixelCraft.Http;
using PixelCraft.Limits;

namespace PixelCraft.Jobs.Administration;

/// <summary>The queue as administrators see it, by HTTP.</summary>
internal static class JobsApi
{
    public static void Map(IEndpointRouteBuilder routes)
    {
        var api = routes.MapGroup("/api/v1/jobs").WithTags("Jobs").RequireRateLimit(LimitPolicy.Api).RequireAuthorization(Policies.Administrator);
        api.MapGet("", StateAsync).WithName("GetJobs").WithSummary("How much is in the job queue");
        api.MapGet("/dead", ListAsync).WithName("ListDeadJobs").WithSummary("List the jobs that were given up, newest first");
        api.MapPost("/dead:replay", ReplayAllAsync).WithName("ReplayDeadJobs").WithSummary("Try all of them again");
        api.MapPost("/dead/{id}/replay", ReplayAsync).WithName("ReplayDeadJob").WithSummary("Try one of them again")
            .WithDescription("At once, and as if it had never failed.");
        api.MapDelete("/dead/{id}", DropAsync).WithName("DropDeadJob").WithSummary("Forget one of them");
    }

    private static async Task<Ok<QueueState>> StateAsync(IJobQueue queue, CancellationToken cancellationToken)
    {
        var depth = await queue.DepthAsync(cancellationToken);
        var kinds = await queue.DueAsync(cancellationToken);
        return TypedResults.Ok(new QueueState(
            depth.Due, depth.Delayed, depth.Taken, depth.Dead,
            [.. kinds.OrderBy(kind => kind.Kind, StringComparer.Ordinal).Select(kind => new KindState(kind.Kind, kind.Count, kind.Age.TotalSeconds))]));
    }

    private static async Task<Results<Ok<DeadJobPage>, ProblemHttpResult>> ListAsync(
        string? after, int? limit, IDeadLetters dead, CancellationToken cancellationToken)
    {
        var count = limit ?? PageLimit.Default;
        if (PageLimit.Fault(count) is { } fault) return fault;
        var letters = await dead.ListAsync(after, count, cancellationToken);
        return TypedResults.Ok(new DeadJobPage(
            [.. letters.Select(letter => new DeadJobInfo(letter.Id, letter.Job.Kind, letter.Job.Subject, letter.Faults, letter.Reason, letter.BuriedAt))],
            letters.Count == count ? letters[^1].Id : null));
    }

    private static async Task<Results<NoContent, ProblemHttpResult>> ReplayAsync(string id, IDeadLetters dead, CancellationToken cancellationToken) =>
        await dead.ReplayAsync(id, cancellationToken) switch
        {
            ReplayOutcome.Replayed => TypedResults.NoContent(),
            ReplayOutcome.Full => Problems.Busy.Result("The job queue is full. Try again when some of it is done."),
            _ => Problems.NotFound.Result(),
        };

    private static async Task<Results<Ok<Replayed>, ProblemHttpResult>> ReplayAllAsync(IDeadLetters dead, CancellationToken cancellationToken)
    {
        var (count, isFull) = await dead.ReplayAllAsync(cancellationToken);
        return isFull
            ? Problems.Busy.Result($"The job queue is full; {count} jobs were put back. Try again when some of it is done.")
            : TypedResults.Ok(new Replayed(count));
    }

    private static async Task<Results<NoContent, ProblemHttpResult>> DropAsync(string id, IDeadLetters dead, CancellationToken cancellationToken) =>
        await dead.DropAsync(id, cancellationToken) ? TypedResults.NoContent() : Problems.NotFound.Result();
}
