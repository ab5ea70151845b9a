using System.Buffers;
using System.Reflection;
using System.Text.Encodings.Web;
using System.Text.Json;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Metadata;

namespace PixelCraft.Http;

/// <summary>
/// 200 with a value as JSON, for the hot paths: into one buffer, so that the answer has its length and goes out in one piece, by a
/// function that writes the same text as the serializer would.
/// </summary>
/// <param name="value">What to write.</param>
/// <param name="write">Writes it.</param>
internal sealed class WrittenJson<T>(T value, Action<Utf8JsonWriter, T> write) : IResult, IEndpointMetadataProvider
{
    private const int MostKept = 256 * 1024;

    // As the framework writes for programs, whose answers no page embeds.
    private static readonly JsonWriterOptions Options = new() { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping, SkipValidation = true };

    [ThreadStatic]
    private static ArrayBufferWriter<byte>? _buffer;

    [ThreadStatic]
    private static Utf8JsonWriter? _writer;

    public Task ExecuteAsync(HttpContext httpContext)
    {
        var buffer = _buffer ??= new ArrayBufferWriter<byte>(4096);
        var writer = _writer ??= new Utf8JsonWriter(buffer, Options);
        try
        {
            buffer.ResetWrittenCount();
            writer.Reset(buffer);
            write(writer, value);
            writer.Flush();
            var response = httpContext.Response;
            response.ContentType = "application/json; charset=utf-8";
            response.ContentLength = buffer.WrittenCount;
            response.BodyWriter.Write(buffer.WrittenSpan); // copied: the buffer is free again
        }
        finally
        {
            if (buffer.Capacity > MostKept) (_buffer, _writer) = (null, null);
        }
        return httpContext.Response.BodyWriter.FlushAsync(httpContext.RequestAborted).AsTask();
    }

    /// <summary>For the API's description.</summary>
    public static void PopulateMetadata(MethodInfo method, EndpointBuilder builder) =>
        builder.Metadata.Add(new ProducesResponseTypeMetadata(StatusCodes.Status200OK, typeof(T), ["application/json"]));
}
