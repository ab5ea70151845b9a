using System.Text.Json.Nodes;
using Microsoft.OpenApi;
using Xunit;
using static PixelCraft.Tests.Http.EmbeddedServer;

namespace PixelCraft.Tests.Http;

/// <summary>The description of the API: valid, complete, and readable under the site's own policy.</summary>
public sealed class ApiReferenceTests(EmbeddedServer server) : IClassFixture<EmbeddedServer>
{
    [Fact]
    public async Task Document_IsValid_AndEveryOperationHasNameSummaryAndErrors()
    {
        using var client = server.Client();
        var read = OpenApiDocument.Parse(await client.GetStringAsync("/openapi/v1.json", Cancel), "json");
        Assert.Empty(read.Diagnostic!.Errors);
        var operations = read.Document!.Paths.SelectMany(path => path.Value.Operations!.Select(operation => (path.Key, operation.Value))).ToList();
        Assert.InRange(operations.Count, 20, 100);
        Assert.All(operations, one =>
        {
            var (path, operation) = one;
            Assert.False(string.IsNullOrEmpty(operation.OperationId), path);
            Assert.False(string.IsNullOrEmpty(operation.Summary), operation.OperationId);
            Assert.Contains("application/problem+json", operation.Responses!["default"].Content!.Keys);
            Assert.Contains(operation.Responses.Keys, status => status.StartsWith('2'));
        });
        Assert.Equal(operations.Count, operations.Select(one => one.Value.OperationId).Distinct().Count());
        var upload = operations.Single(one => one.Value.OperationId == "UploadImages").Value;
        Assert.Contains("multipart/form-data", upload.RequestBody!.Content!.Keys);
        var edit = operations.Single(one => one.Value.OperationId == "EditImage").Value;
        Assert.Contains(edit.Parameters!, parameter => parameter is { Name: "If-Match", Required: true });
        var transform = operations.Single(one => one.Value.OperationId == "GetTransform").Value;
        Assert.Contains(transform.Parameters!, parameter => parameter is { Name: "Accept", In: ParameterLocation.Header });
        Assert.Equal(["image/avif", "image/jpeg", "image/webp"], transform.Responses!["200"].Content!.Keys.Order());
    }

    [Fact]
    public async Task Example_OfATransform_IsWhatItsSchemaHas()
    {
        using var client = server.Client();
        var read = OpenApiDocument.Parse(await client.GetStringAsync("/openapi/v1.json", Cancel), "json");
        var sign = read.Document!.Paths["/api/v1/images/{id}/transforms"].Operations![HttpMethod.Post].RequestBody!.Content!["application/json"];
        var example = Assert.IsType<JsonObject>(sign.Example);
        Assert.NotEmpty(example);
        Assert.All(example, field => Assert.Contains(field.Key, sign.Schema!.Properties!.Keys));
    }

    [Fact]
    public async Task Page_AsksNothingOfOtherSites()
    {
        using var client = server.Client();
        var page = await client.GetStringAsync("/scalar/", Cancel);
        Assert.DoesNotContain("http", page.Replace(server.Url.AbsoluteUri, "", StringComparison.Ordinal), StringComparison.Ordinal);
        Assert.Contains("\"withDefaultFonts\":false", page, StringComparison.Ordinal);
        Assert.Contains("\"telemetry\":false", page, StringComparison.Ordinal);
    }
}
