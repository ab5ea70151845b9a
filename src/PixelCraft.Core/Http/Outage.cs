using System.Globalization;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;

namespace PixelCraft.Http;

/// <summary>How a request is answered that needs what is away, or full, whoever writes the body.</summary>
public static class Outage
{
    private static readonly TimeSpan RetryAfter = TimeSpan.FromSeconds(10);

    /// <summary>Whether the same request may succeed later.</summary>
    public static bool Is(Exception exception) => exception is UnavailableException or StorageFullException;

    /// <summary>Sets the status, 503 with <c>Retry-After</c> or 507, and logs why.</summary>
    public static void Answer(HttpContext http, Exception exception)
    {
        http.Response.StatusCode = exception is StorageFullException ? StatusCodes.Status507InsufficientStorage : StatusCodes.Status503ServiceUnavailable;
        if (exception is UnavailableException) SetRetryAfter(http);
        http.RequestServices.GetRequiredService<ILoggerFactory>().CreateLogger(typeof(Outage)).LogWarning(
            exception, "{Method} {Path} answered {Status}.", http.Request.Method, http.Request.Path, http.Response.StatusCode);
    }

    /// <summary>Says when to try again.</summary>
    public static void SetRetryAfter(HttpContext http) => http.Response.Headers.RetryAfter = RetryAfter.TotalSeconds.ToString(CultureInfo.InvariantCulture);
}
