using Microsoft.AspNetCore.Http.HttpResults;
using PixelCraft.Health;
using PixelCraft.Http;

namespace PixelCraft.Server.Health;

/// <summary>
/// <c>/health/live</c>: the process answers. <c>/health/ready</c>: a load balancer may send requests here. A dependency
/// that is away makes a server degraded and not unready: it is away for every server alike, and what doesn't need it
/// goes on. Unready is a server that is stopping.
/// </summary>
internal static class HealthApi
{
    public static void Map(WebApplication app)
    {
        app.MapGet("/health/live", () => TypedResults.Text("live")).ExcludeFromDescription();
        app.MapGet("/health/ready", (Readiness readiness, CancellationToken cancellationToken) => readiness.AnswerAsync(cancellationToken)).ExcludeFromDescription();
    }
}

/// <summary>Whether this server may get requests, and what of its dependencies is there.</summary>
internal sealed class Readiness(Dependencies dependencies, TimeProvider time, IHostApplicationLifetime lifetime) : IHealth, IDisposable
{
    private static readonly TimeSpan KeepAnswer = TimeSpan.FromSeconds(2);

    private readonly SemaphoreSlim _one = new(1, 1);
    private IReadOnlyList<HealthCheck>? _checks;
    private long _askedAt;

    public async Task<Results<Ok<Answer>, ProblemHttpResult>> AnswerAsync(CancellationToken cancellationToken)
    {
        if (lifetime.ApplicationStopping.IsCancellationRequested) return Problems.Unavailable.Result("This server is stopping.");
        var checks = await LookAsync(cancellationToken);
        return TypedResults.Ok(new Answer(checks.All(check => check.Ok) ? "ready" : "degraded", checks));
    }

    /// <summary>Asked at most every 2 s, however many load balancers ask.</summary>
    public async Task<IReadOnlyList<HealthCheck>> LookAsync(CancellationToken cancellationToken)
    {
        await _one.WaitAsync(cancellationToken);
        try
        {
            if (_checks is null || time.GetElapsedTime(_askedAt) > KeepAnswer)
            {
                _checks = await Task.WhenAll(dependencies.All.Select(async dependency =>
                    new HealthCheck(dependency.Name, (await Dependencies.AskAsync(dependency, cancellationToken)).IsThere)));
                _askedAt = time.GetTimestamp();
            }
            return _checks;
        }
        finally
        {
            _one.Release();
        }
    }

    public void Dispose() => _one.Dispose();

    internal sealed record Answer(string Status, IReadOnlyList<HealthCheck> Checks);
}
