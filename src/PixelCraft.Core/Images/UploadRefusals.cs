using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using PixelCraft.Images.Contracts;

namespace PixelCraft.Images;

/// <summary>How every way to upload answers a file that is refused.</summary>
internal static class UploadRefusals
{
    /// <summary>Answers <see cref="UploadRefusedException"/> with its problem.</summary>
    public static TBuilder AnswerRefusals<TBuilder>(this TBuilder routes)
        where TBuilder : IEndpointConventionBuilder => routes.AddEndpointFilter<TBuilder, Filter>();

    private sealed class Filter : IEndpointFilter
    {
        public async ValueTask<object?> InvokeAsync(EndpointFilterInvocationContext context, EndpointFilterDelegate next)
        {
            try
            {
                return await next(context);
            }
            catch (UploadRefusedException refused)
            {
                return refused.Problem.Result(refused.Message);
            }
        }
    }
}
