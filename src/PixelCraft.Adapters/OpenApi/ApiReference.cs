using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.OpenApi;
using PixelCraft.Ids;
using Scalar.AspNetCore;

namespace PixelCraft.Adapters.OpenApi;

/// <summary>The API's description at <c>/openapi/v1.json</c>, readable at <c>/scalar</c>.</summary>
public static class ApiReference
{
    /// <summary>Registers the generator.</summary>
    /// <param name="services">The container.</param>
    /// <param name="version">The program's version, shown in the document.</param>
    public static IServiceCollection AddApiReference(this IServiceCollection services, string version) => services.AddOpenApi("v1", options =>
    {
        options.AddDocumentTransformer((document, _, _) =>
        {
            document.Info = new OpenApiInfo
            {
                Title = "PixelCraft",
                Version = version,
                Description = "Errors are RFC 9457 problem details with a stable `code`. Lists go on by `after`. Send an API token as `Authorization: Bearer pc_…`.",
            };
            document.Components ??= new OpenApiComponents();
            document.Components.SecuritySchemes = new Dictionary<string, IOpenApiSecurityScheme>
            {
                ["token"] = new OpenApiSecurityScheme { Type = SecuritySchemeType.Http, Scheme = "bearer", Description = "An API token, made on the account page." },
            };
            ApiDocument.Complete(document);
            document.Security = [new OpenApiSecurityRequirement { [new OpenApiSecuritySchemeReference("token", document)] = [] }];
            return Task.CompletedTask;
        });
        options.AddSchemaTransformer((schema, context, _) =>
        {
            if (context.JsonTypeInfo.Type != typeof(Id) && context.JsonTypeInfo.Type != typeof(Id?)) return Task.CompletedTask;
            schema.Type = JsonSchemaType.String;
            schema.Pattern = "^[0-7][0-9a-hjkmnp-tv-z]{25}$";
            return Task.CompletedTask;
        });
    });

    /// <summary>Maps the document and the page that shows it.</summary>
    public static void MapApiReference(this IEndpointRouteBuilder routes)
    {
        routes.MapOpenApi();
        routes.MapScalarApiReference("/scalar", options => options
            .WithTitle("PixelCraft API")
            // Nothing from elsewhere: the policy of the page allows only this site.
            .DisableDefaultFonts().DisableTelemetry().DisableAgent().DisableMcp());
    }
}
