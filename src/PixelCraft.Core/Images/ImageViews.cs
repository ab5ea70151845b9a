using System.Text.Json.Serialization;
using Microsoft.AspNetCore.Mvc;
using PixelCraft.Ids;
using PixelCraft.Images.Contracts;
using PixelCraft.Images.Direct;
using PixelCraft.Images.Discussions;
using PixelCraft.Images.Fetching;
using PixelCraft.Images.Resumable;

namespace PixelCraft.Images;

/// <summary>An image as the API shows it. Metadata is null in lists; the place in it is for the owner alone.</summary>
internal sealed record ImageView(
    Id Id,
    Id OwnerId,
    string? OwnerName,
    string Title,
    string Description,
    IReadOnlyList<string> Tags,
    Visibility Visibility,
    ImageStatus Status,
    string? FailureReason,
    string FileName,
    string ContentType,
    long Bytes,
    string Sha256,
    int Width,
    int Height,
    string? ThumbHash,
    string? DominantColour,
    ImageMetadata? Metadata,
    DateTimeOffset? TakenAt,
    DateTimeOffset CreatedAt,
    DateTimeOffset UpdatedAt,
    DateTimeOffset? TrashedAt,
    long Version,
    IReadOnlyList<VariantView> Variants,
    string? OriginalUrl);

/// <summary>A variant as the API shows it. The URL of a private image's variant works without session until it expires.</summary>
internal sealed record VariantView(int Size, VariantFormat Format, int Width, int Height, long Bytes, string Url);

/// <summary>A page of a list. <paramref name="Next"/> is the value for <c>after</c> of the next page; null on the last.</summary>
internal sealed record ImageListView(IReadOnlyList<ImageView> Items, Id? Next);

/// <summary>The answer to one uploaded file.</summary>
internal sealed record UploadView(Id Id, ImageStatus Status);

/// <summary>The answer to several: one result per file, in the order in which they came.</summary>
internal sealed record UploadListView(IReadOnlyList<UploadResultView> Results);

/// <summary>One of several: either <paramref name="Id"/>, <paramref name="Location"/> and 202, or a problem.</summary>
internal sealed record UploadResultView(string FileName, int StatusCode, Id? Id, ImageStatus? Status, string? Location, ProblemDetails? Problem);

/// <summary>The JSON of this module, generated at build time.</summary>
[JsonSourceGenerationOptions(System.Text.Json.JsonSerializerDefaults.Web)]
[JsonSerializable(typeof(ImageRecord))]
[JsonSerializable(typeof(ImageView))]
[JsonSerializable(typeof(ImageListView))]
[JsonSerializable(typeof(UploadView))]
[JsonSerializable(typeof(UploadListView))]
[JsonSerializable(typeof(ResumableUploadView))]
[JsonSerializable(typeof(FetchRequest))]
[JsonSerializable(typeof(DirectUploadRequest))]
[JsonSerializable(typeof(DirectUploadView))]
[JsonSerializable(typeof(DirectCompletion))]
[JsonSerializable(typeof(ImageEdit))]
[JsonSerializable(typeof(CommentDraft))]
[JsonSerializable(typeof(CommentEdit))]
[JsonSerializable(typeof(CommentView))]
[JsonSerializable(typeof(CommentListView))]
[JsonSerializable(typeof(LikeView))]
[JsonSerializable(typeof(Comment))]
internal sealed partial class ImagesJson : JsonSerializerContext;
