using System.Text;
using System.Text.Encodings.Web;
using System.Text.Json;
using CsCheck;
using PixelCraft.Ids;
using PixelCraft.Images;
using PixelCraft.Images.Contracts;
using Xunit;

namespace PixelCraft.Tests.Images;

/// <summary>What is written by hand is what the serializer writes.</summary>
public sealed class ImageJsonWriterTests
{
    private static readonly IdGenerator Ids = new(TimeProvider.System);

    private static readonly Gen<string> Text = Gen.OneOf(Gen.String, Gen.OneOfConst("", "<b>\"é\\\u2028😀", "a/b+c"));
    private static readonly Gen<DateTimeOffset> Time = Gen.DateTime[new DateTime(1970, 1, 1), new DateTime(2100, 1, 1)].Select(time => new DateTimeOffset(time.Ticks, TimeSpan.Zero));

    private static readonly Gen<VariantView> Variant =
        from size in Gen.Int
        from format in Gen.Enum<VariantFormat>()
        from bytes in Gen.Long
        from url in Text
        select new VariantView(size, format, size / 2, size / 3, bytes, url);

    private static readonly Gen<ImageView> Image =
        from texts in Text.Array[9]
        from nulls in Gen.Bool.Array[8]
        from tags in Text.Array[0, 4]
        from visibility in Gen.Enum<Visibility>()
        from status in Gen.Enum<ImageStatus>()
        from number in Gen.Long
        from width in Gen.Int
        from times in Time.Array[4]
        from variants in Variant.Array[0, 5]
        select new ImageView(
            Ids.ForMember(), Ids.ForMember(), Or(nulls[0], texts[0]), texts[1], texts[2], tags, visibility, status, Or(nulls[1], texts[3]), texts[4], texts[5],
            number, texts[6], width, -width, Or(nulls[2], texts[7]), Or(nulls[3], texts[8]),
            nulls[4] ? null : new ImageMetadata { Model = texts[0], Keywords = tags }, nulls[5] ? null : times[0], times[1], times[2], nulls[6] ? null : times[3],
            number, variants, Or(nulls[7], texts[1]));

    [Fact]
    public void Write_AnyImage_IsWhatTheSerializerWrites() => Image.Sample(image =>
        Assert.Equal(JsonSerializer.Serialize(image, Serializer(ImagesJson.Default.ImageView)), Written(json => ImageJsonWriter.Write(json, image))));

    [Fact]
    public void Write_AnyList_IsWhatTheSerializerWrites() => Gen.Select(Image.Array[0, 3], Gen.Bool).Sample((images, isLast) =>
    {
        var list = new ImageListView(images, isLast ? null : Ids.ForMember());
        Assert.Equal(JsonSerializer.Serialize(list, Serializer(ImagesJson.Default.ImageListView)), Written(json => ImageJsonWriter.Write(json, list)));
    });

    private static System.Text.Json.Serialization.Metadata.JsonTypeInfo<T> Serializer<T>(System.Text.Json.Serialization.Metadata.JsonTypeInfo<T> type) =>
        (System.Text.Json.Serialization.Metadata.JsonTypeInfo<T>)new JsonSerializerOptions(JsonSerializerDefaults.Web)
        {
            TypeInfoResolver = ImagesJson.Default,
            Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping,
        }.GetTypeInfo(type.Type);

    private static string Written(Action<Utf8JsonWriter> write)
    {
        using var bytes = new MemoryStream();
        using (var json = new Utf8JsonWriter(bytes, new JsonWriterOptions { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping, SkipValidation = true })) write(json);
        return Encoding.UTF8.GetString(bytes.ToArray());
    }

    private static string? Or(bool isNull, string text) => isNull ? null : text;
}
