using System.Text.Json.Nodes;
using Microsoft.OpenApi;

namespace PixelCraft.Adapters.OpenApi;

/// <summary>What of the API can't be seen in the signatures of its handlers.</summary>
internal static class ApiDocument
{
    private const string ProblemSchema = "Problem";

    public static void Complete(OpenApiDocument document)
    {
        document.Components ??= new OpenApiComponents();
        document.Components.Schemas ??= new Dictionary<string, IOpenApiSchema>();
        document.Components.Schemas[ProblemSchema] = Problem();
        foreach (var path in document.Paths.Values)
        {
            if (path.Operations is not { } operations) continue;
            // HEAD is wherever GET is; described it would only double the names.
            operations.Remove(HttpMethod.Head);
            foreach (var operation in operations.Values) Complete(operation, document);
        }
    }

    private static void Complete(OpenApiOperation operation, OpenApiDocument document)
    {
        operation.Responses ??= [];
        foreach (var status in new[] { "413", "415", "422" }) operation.Responses.Remove(status);
        operation.Responses["default"] = new OpenApiResponse
        {
            Description = "What went wrong, with a stable `code`. 429 and 503 have `Retry-After`.",
            Content = new Dictionary<string, OpenApiMediaType>
            {
                ["application/problem+json"] = new() { Schema = new OpenApiSchemaReference(ProblemSchema, document) },
            },
        };
        switch (operation.OperationId)
        {
            case "EditImage":
                Add(operation, "If-Match", ParameterLocation.Header, "The `ETag` of the version that the change is based on, or `*`.", required: true);
                break;
            case "GetImage" or "GetVariant" or "GetPrivateVariant" or "GetOriginal" or "GetTransform":
                Add(operation, "If-None-Match", ParameterLocation.Header, "The `ETag` of what is there already: 304 when it is still that.");
                operation.Responses["304"] = new OpenApiResponse { Description = "Still what the client has." };
                if (operation.OperationId == "GetOriginal") Add(operation, "Range", ParameterLocation.Header, "One range of bytes: 206.");
                if (operation.OperationId is "GetVariant" or "GetPrivateVariant") operation.Responses["200"] = Bytes("image/webp", "image/avif");
                if (operation.OperationId == "GetTransform") operation.Responses["200"] = Bytes("image/jpeg", "image/webp", "image/avif");
                if (operation.OperationId == "GetTransform")
                    Add(operation, "Accept", ParameterLocation.Header, "With `.auto`: the one of `image/avif`, `image/webp` and `image/jpeg` that it names with the highest weight; JPEG where it names none. The answer has `Vary: Accept`.");
                break;
            case "SignTransform":
                operation.RequestBody!.Content!["application/json"].Example = JsonNode.Parse("""{ "width": 300, "height": 200, "mode": "crop", "gravity": "attention", "quality": 60 }""");
                operation.Responses["200"].Content!["application/json"].Example = JsonNode.Parse("""{ "url": "/t/{signature}/w300.h200.crop-attention.q60/{id}.auto" }""");
                break;
            case "UploadImages":
                Add(operation, "visibility", ParameterLocation.Query, "`public`, `unlisted` or `private`, which is the default.");
                Add(operation, "fileName", ParameterLocation.Query, "Of a raw body.");
                operation.RequestBody = Upload();
                break;
        }
    }

    private static void Add(OpenApiOperation operation, string name, ParameterLocation place, string description, bool required = false)
    {
        operation.Parameters ??= [];
        operation.Parameters.Add(new OpenApiParameter { Name = name, In = place, Description = description, Required = required, Schema = Text() });
    }

    private static OpenApiResponse Bytes(params string[] types) => new()
    {
        Description = "The bytes.",
        Content = types.ToDictionary(type => type, _ => new OpenApiMediaType { Schema = Binary() }),
    };

    private static OpenApiRequestBody Upload() => new()
    {
        Required = true,
        Content = new Dictionary<string, OpenApiMediaType>
        {
            ["image/*"] = new() { Schema = Binary() },
            ["multipart/form-data"] = new()
            {
                Schema = new OpenApiSchema
                {
                    Type = JsonSchemaType.Object,
                    Properties = new Dictionary<string, IOpenApiSchema>
                    {
                        ["visibility"] = Text(),
                        ["file"] = new OpenApiSchema { Type = JsonSchemaType.Array, Items = Binary() },
                    },
                },
            },
        },
    };

    private static OpenApiSchema Problem() => new()
    {
        Type = JsonSchemaType.Object,
        Description = "Problem details, RFC 9457.",
        Required = new HashSet<string> { "type", "title", "status", "code" },
        Properties = new Dictionary<string, IOpenApiSchema>
        {
            ["type"] = Text(),
            ["title"] = Text(),
            ["status"] = new OpenApiSchema { Type = JsonSchemaType.Integer },
            ["detail"] = Text(),
            ["code"] = new OpenApiSchema { Type = JsonSchemaType.String, Description = "Stable: " + string.Join(", ", Codes()) + "." },
            ["errors"] = new OpenApiSchema { Type = JsonSchemaType.Object, Description = "With `invalid-field`: what is wrong, by field.", AdditionalProperties = Text() },
            ["traceId"] = Text(),
        },
    };

    private static IEnumerable<string> Codes() => typeof(Http.Problems).GetFields()
        .Select(field => field.GetValue(null)).OfType<Http.Problem>().Select(problem => $"`{problem.Code}`");

    private static OpenApiSchema Text() => new() { Type = JsonSchemaType.String };

    private static OpenApiSchema Binary() => new() { Type = JsonSchemaType.String, Format = "binary" };
}
