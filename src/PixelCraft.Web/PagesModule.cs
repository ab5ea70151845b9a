using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.DependencyInjection;
using PixelCraft.Web.Actions;

namespace PixelCraft.Web;

/// <summary>The pages, and the files that they need.</summary>
public static class PagesModule
{
    /// <summary>Adds what the pages need. They use the contracts of Accounts, Images and Delivery, which others add.</summary>
    public static IServiceCollection AddPages(this IServiceCollection services)
    {
        services.AddRazorComponents();
        services.AddAntiforgery(options =>
        {
            options.FormFieldName = "antiforgery";
            options.Cookie.Name = "antiforgery";
            options.Cookie.SameSite = SameSiteMode.Strict;
            options.Cookie.HttpOnly = true;
            options.Cookie.SecurePolicy = CookieSecurePolicy.SameAsRequest;
        });
        return services;
    }

    /// <summary>
    /// Maps the pages, what their forms post to, and the static files (so nobody else may map these). Needs
    /// <c>UseAntiforgery</c> after authentication and authorization.
    /// </summary>
    public static void MapPages(this IEndpointRouteBuilder endpoints)
    {
        endpoints.MapStaticAssets().Add(StaticFiles.KeepFonts);
        endpoints.MapRazorComponents<App>();
        // A refused POST is answered by the page of its error too; a page by itself takes only the forms that it has.
        endpoints.Map("/errors/{code:int}", (Delegate)ShowError).WithOrder(-1).DisableAntiforgery().ExcludeFromDescription();
        endpoints.MapPageActions();
    }

    private static IResult ShowError(HttpContext http)
    {
        // A page that found nothing has set it, and the framework would add it again and fail.
        http.Response.Headers.Remove("blazor-enhanced-nav");
        return new RazorComponentResult<App>();
    }
}
