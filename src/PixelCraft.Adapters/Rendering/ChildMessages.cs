using System.Buffers.Binary;
using System.Text.Json;
using System.Text.Json.Serialization;
using System.Text.Json.Serialization.Metadata;
using PixelCraft.Images.Engine;

namespace PixelCraft.Adapters.Rendering;

/// <summary>
/// What a child answers. The first, when it is ready, has neither part; then one follows each request, which is an
/// <see cref="EngineRequest"/>. Both as JSON after four bytes with its length, little-endian.
/// </summary>
/// <param name="Result">What became of the request.</param>
/// <param name="Failure">Or the fault of the machine that kept the child from it.</param>
internal sealed record ChildReply(EngineResult? Result = null, ChildFailure? Failure = null);

/// <summary>An exception in the child.</summary>
/// <param name="Kind">What to throw here.</param>
/// <param name="Message">Its text, for the log.</param>
internal sealed record ChildFailure(ChildFailureKind Kind, string Message);

/// <summary>The kinds of exception that a child hands on.</summary>
internal enum ChildFailureKind
{
    /// <summary>A file can't be opened or written: <see cref="IOException"/>.</summary>
    InputOutput,

    /// <summary>The disk is full: <see cref="StorageFullException"/>.</summary>
    StorageFull,

    /// <summary>An error in the program.</summary>
    Other,
}

/// <summary>The JSON of the two, generated at build time.</summary>
[JsonSerializable(typeof(EngineRequest))]
[JsonSerializable(typeof(ChildReply))]
internal sealed partial class ChildJson : JsonSerializerContext;

/// <summary>Reads and writes messages.</summary>
internal static class ChildMessages
{
    /// <summary>Bytes of the longest message: it holds paths and numbers, never pixels.</summary>
    private const int MaxLength = 1024 * 1024;

    private const int LengthBytes = 4;

    public static async Task WriteAsync<T>(Stream stream, T message, JsonTypeInfo<T> type, CancellationToken cancellationToken)
    {
        var json = JsonSerializer.SerializeToUtf8Bytes(message, type);
        var frame = new byte[LengthBytes + json.Length];
        BinaryPrimitives.WriteInt32LittleEndian(frame, json.Length);
        json.CopyTo(frame, LengthBytes);
        await stream.WriteAsync(frame, cancellationToken);
        await stream.FlushAsync(cancellationToken);
    }

    /// <summary>The next message; null where the stream has ended.</summary>
    /// <exception cref="InvalidDataException">What came is no message.</exception>
    public static async Task<T?> ReadAsync<T>(Stream stream, JsonTypeInfo<T> type, CancellationToken cancellationToken)
        where T : class
    {
        var head = new byte[LengthBytes];
        if (await stream.ReadAtLeastAsync(head, LengthBytes, throwOnEndOfStream: false, cancellationToken) < LengthBytes) return null;
        var length = BinaryPrimitives.ReadInt32LittleEndian(head);
        if (length is < 0 or > MaxLength) throw new InvalidDataException($"A message of {length} bytes.");
        var json = new byte[length];
        if (await stream.ReadAtLeastAsync(json, length, throwOnEndOfStream: false, cancellationToken) < length) return null;
        try
        {
            return JsonSerializer.Deserialize(json, type);
        }
        catch (JsonException e)
        {
            throw new InvalidDataException("The message is no JSON.", e);
        }
    }
}
