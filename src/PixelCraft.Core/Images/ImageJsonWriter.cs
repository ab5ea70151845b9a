using System.Text.Json;
using PixelCraft.Ids;
using PixelCraft.Images.Contracts;

namespace PixelCraft.Images;

/// <summary>
/// Writes images as <see cref="ImagesJson"/> would, property by property: for lists, where the serializer took as long as the
/// database (bench/README.md). A test compares the two.
/// </summary>
internal static class ImageJsonWriter
{
    private static readonly JsonEncodedText Items = Name("items"), Next = Name("next"), IdName = Name("id"), OwnerId = Name("ownerId"), OwnerName = Name("ownerName"),
        Title = Name("title"), Description = Name("description"), Tags = Name("tags"), VisibilityName = Name("visibility"), Status = Name("status"),
        FailureReason = Name("failureReason"), FileName = Name("fileName"), ContentType = Name("contentType"), Bytes = Name("bytes"), Sha256 = Name("sha256"),
        Width = Name("width"), Height = Name("height"), ThumbHash = Name("thumbHash"), DominantColour = Name("dominantColour"), Metadata = Name("metadata"),
        TakenAt = Name("takenAt"), CreatedAt = Name("createdAt"), UpdatedAt = Name("updatedAt"), TrashedAt = Name("trashedAt"), Version = Name("version"),
        Variants = Name("variants"), OriginalUrl = Name("originalUrl"), Size = Name("size"), Format = Name("format"), Url = Name("url");

    private static readonly JsonEncodedText[] Visibilities = Names<Visibility>(), Statuses = Names<ImageStatus>(), Formats = Names<VariantFormat>();

    public static void Write(Utf8JsonWriter json, ImageListView list)
    {
        json.WriteStartObject();
        json.WriteStartArray(Items);
        foreach (var image in list.Items) Write(json, image);
        json.WriteEndArray();
        Write(json, Next, list.Next);
        json.WriteEndObject();
    }

    public static void Write(Utf8JsonWriter json, ImageView image)
    {
        json.WriteStartObject();
        Write(json, IdName, image.Id);
        Write(json, OwnerId, image.OwnerId);
        json.WriteString(OwnerName, image.OwnerName);
        json.WriteString(Title, image.Title);
        json.WriteString(Description, image.Description);
        json.WriteStartArray(Tags);
        foreach (var tag in image.Tags) json.WriteStringValue(tag);
        json.WriteEndArray();
        json.WriteString(VisibilityName, Visibilities[(int)image.Visibility]);
        json.WriteString(Status, Statuses[(int)image.Status]);
        json.WriteString(FailureReason, image.FailureReason);
        json.WriteString(FileName, image.FileName);
        json.WriteString(ContentType, image.ContentType);
        json.WriteNumber(Bytes, image.Bytes);
        json.WriteString(Sha256, image.Sha256);
        json.WriteNumber(Width, image.Width);
        json.WriteNumber(Height, image.Height);
        json.WriteString(ThumbHash, image.ThumbHash);
        json.WriteString(DominantColour, image.DominantColour);
        if (image.Metadata is { } metadata)
        {
            json.WritePropertyName(Metadata);
            JsonSerializer.Serialize(json, metadata, ImagesJson.Default.ImageMetadata);
        }
        else
        {
            json.WriteNull(Metadata);
        }
        Write(json, TakenAt, image.TakenAt);
        json.WriteString(CreatedAt, image.CreatedAt);
        json.WriteString(UpdatedAt, image.UpdatedAt);
        Write(json, TrashedAt, image.TrashedAt);
        json.WriteNumber(Version, image.Version);
        json.WriteStartArray(Variants);
        foreach (var variant in image.Variants) Write(json, variant);
        json.WriteEndArray();
        json.WriteString(OriginalUrl, image.OriginalUrl);
        json.WriteEndObject();
    }

    private static void Write(Utf8JsonWriter json, VariantView variant)
    {
        json.WriteStartObject();
        json.WriteNumber(Size, variant.Size);
        json.WriteString(Format, Formats[(int)variant.Format]);
        json.WriteNumber(Width, variant.Width);
        json.WriteNumber(Height, variant.Height);
        json.WriteNumber(Bytes, variant.Bytes);
        json.WriteString(Url, variant.Url);
        json.WriteEndObject();
    }

    private static void Write(Utf8JsonWriter json, JsonEncodedText name, Id? id)
    {
        if (id is not { } value)
        {
            json.WriteNull(name);
            return;
        }
        Span<char> text = stackalloc char[Id.TextLength];
        value.TryFormat(text, out _, default, null);
        json.WriteString(name, text);
    }

    private static void Write(Utf8JsonWriter json, JsonEncodedText name, DateTimeOffset? time)
    {
        if (time is { } value) json.WriteString(name, value);
        else json.WriteNull(name);
    }

    private static JsonEncodedText Name(string name) => JsonEncodedText.Encode(name);

    /// <summary>By their numbers, which are 0, 1, 2, …</summary>
    private static JsonEncodedText[] Names<T>()
        where T : struct, Enum => [.. Enum.GetNames<T>().Select(name => Name(JsonNamingPolicy.CamelCase.ConvertName(name)))];
}
