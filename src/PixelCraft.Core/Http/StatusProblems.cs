using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;

namespace PixelCraft.Http;

/// <summary>What the framework refuses by a status alone (no such path, another method, a body of another type) as problem details.</summary>
public static class StatusProblems
{
    /// <summary>Gives every error without a body one from the table; for programs' paths.</summary>
    public static IApplicationBuilder UseStatusProblems(this IApplicationBuilder app) => app.UseStatusCodePages(new StatusCodePagesOptions
    {
        HandleAsync = context => Of(context.HttpContext.Response.StatusCode).Result().ExecuteAsync(context.HttpContext),
    });

    internal static Problem Of(int status) => status switch
    {
        StatusCodes.Status401Unauthorized => Problems.SignInNeeded,
        StatusCodes.Status403Forbidden => Problems.Forbidden,
        StatusCodes.Status404NotFound => Problems.NotFound,
        StatusCodes.Status405MethodNotAllowed => Problems.WrongMethod,
        StatusCodes.Status413PayloadTooLarge => Problems.BodyTooLarge,
        StatusCodes.Status415UnsupportedMediaType => Problems.WrongBody,
        StatusCodes.Status416RangeNotSatisfiable => Problems.WrongRange,
        StatusCodes.Status429TooManyRequests => Problems.TooMany,
        StatusCodes.Status503ServiceUnavailable => Problems.Unavailable,
        >= 500 => Problems.Internal with { Status = status },
        _ => Problems.Invalid with { Status = status },
    };
}
