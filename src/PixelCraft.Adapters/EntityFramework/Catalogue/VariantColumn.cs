using System.Text;
using System.Text.Json;
using PixelCraft.Images.Contracts;

namespace PixelCraft.Adapters.EntityFramework.Catalogue;

/// <summary>
/// Reads the column of variants, JSON as EF Core's converter writes it. By hand, since a list of images has hundreds of them, and
/// the serializer, which calls the record's constructor with boxed values, took a quarter of a list's time (bench/README.md).
/// </summary>
internal static class VariantColumn
{
    private const int MostOnStack = 2048;

    /// <exception cref="JsonException">It is something else.</exception>
    public static Variant[] Read(string json)
    {
        if (json == "[]") return [];
        var most = Encoding.UTF8.GetMaxByteCount(json.Length);
        Span<byte> bytes = most <= MostOnStack ? stackalloc byte[MostOnStack] : new byte[most];
        var reader = new Utf8JsonReader(bytes[..Encoding.UTF8.GetBytes(json, bytes)]);
        Expect(ref reader, JsonTokenType.StartArray);
        var variants = new List<Variant>(8);
        while (reader.Read() && reader.TokenType == JsonTokenType.StartObject) variants.Add(ReadOne(ref reader));
        return reader.TokenType == JsonTokenType.EndArray ? [.. variants] : throw new JsonException("The column of variants can't be read.");
    }

    private static Variant ReadOne(ref Utf8JsonReader reader)
    {
        int size = 0, width = 0, height = 0;
        long bytes = 0;
        var format = VariantFormat.WebP;
        while (reader.Read() && reader.TokenType == JsonTokenType.PropertyName)
        {
            var name = reader.ValueSpan;
            if (name.SequenceEqual("size"u8)) size = Number(ref reader);
            else if (name.SequenceEqual("width"u8)) width = Number(ref reader);
            else if (name.SequenceEqual("height"u8)) height = Number(ref reader);
            else if (name.SequenceEqual("bytes"u8)) bytes = LongNumber(ref reader);
            else if (name.SequenceEqual("format"u8)) format = Format(ref reader);
            else reader.Skip(); // a newer version's
        }
        return new Variant(size, width, height, bytes, format);
    }

    private static int Number(ref Utf8JsonReader reader) => checked((int)LongNumber(ref reader));

    private static long LongNumber(ref Utf8JsonReader reader)
    {
        Expect(ref reader, JsonTokenType.Number);
        return reader.GetInt64();
    }

    private static VariantFormat Format(ref Utf8JsonReader reader)
    {
        Expect(ref reader, JsonTokenType.String);
        return reader.ValueSpan.SequenceEqual("webP"u8) ? VariantFormat.WebP
            : reader.ValueSpan.SequenceEqual("avif"u8) ? VariantFormat.Avif
            : throw new JsonException($"'{reader.GetString()}' is not a format of variants.");
    }

    private static void Expect(ref Utf8JsonReader reader, JsonTokenType type)
    {
        if (!reader.Read() || reader.TokenType != type) throw new JsonException("The column of variants can't be read.");
    }
}
