using System.Text.Json;
using Microsoft.AspNetCore.Diagnostics;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Logging;

namespace PixelCraft.Http;

/// <summary>
/// Answers exceptions: an outage is 503 with <c>Retry-After</c>, a full disk 507, a request that can't be read its own
/// status, anything else 500. Programs get problem details; for a page only the status is set, and the status pages do the rest.
/// </summary>
internal sealed class FailureHandler(ILogger<FailureHandler> log) : IExceptionHandler
{
    public async ValueTask<bool> TryHandleAsync(HttpContext httpContext, Exception exception, CancellationToken cancellationToken)
    {
        if (exception is OperationCanceledException && httpContext.RequestAborted.IsCancellationRequested)
        {
            httpContext.Response.StatusCode = StatusCodes.Status499ClientClosedRequest;
            return true;
        }
        var (problem, detail) = Explain(exception);
        httpContext.Response.StatusCode = problem.Status;
        if (Outage.Is(exception)) Outage.Answer(httpContext, exception);
        else if (problem.Status >= 500) log.LogError(exception, "{Method} {Path} answered {Status}.", httpContext.Request.Method, httpContext.Request.Path, problem.Status);
        if (ApiPaths.IsApi(httpContext)) await problem.Result(detail).ExecuteAsync(httpContext);
        return true;
    }

    private static (Problem Problem, string? Detail) Explain(Exception exception) => exception switch
    {
        UnavailableException away => (Problems.Unavailable, $"The {away.Dependency} can't be reached. Try again in a few seconds."),
        StorageFullException => (Problems.StorageFull, "Tell an administrator."),
        BadHttpRequestException { InnerException: JsonException { Path: { Length: > 0 } path } } => (Problems.Invalid, $"The JSON can't be read at {path}."),
        BadHttpRequestException bad => (StatusProblems.Of(bad.StatusCode), "A part of the request has the wrong form."),
        _ => (Problems.Internal, "It is in the server's log. Try again, or tell an administrator."),
    };
}

/// <summary>Which requests come from programs and which from people.</summary>
public static class ApiPaths
{
    /// <summary>Whether the answer to a failure is problem details (API, delivery, health) or a page.</summary>
    public static bool IsApi(HttpContext http) =>
        http.Request.Path.StartsWithSegments("/api", StringComparison.OrdinalIgnoreCase)
        || http.Request.Path.StartsWithSegments("/i", StringComparison.OrdinalIgnoreCase)
        || http.Request.Path.StartsWithSegments("/p", StringComparison.OrdinalIgnoreCase)
        || http.Request.Path.StartsWithSegments("/t", StringComparison.OrdinalIgnoreCase)
        || http.Request.Path.StartsWithSegments("/health", StringComparison.OrdinalIgnoreCase)
        || http.Request.Path.StartsWithSegments("/metrics", StringComparison.OrdinalIgnoreCase)
        || http.Request.Path.StartsWithSegments("/openapi", StringComparison.OrdinalIgnoreCase);
}
