using PixelCraft.Accounts.Contracts;
using PixelCraft.Images.Contracts;

namespace PixelCraft.Web.Viewer;

/// <summary>The list in which an image is looked at: what is to its left and right, and where closing leads.</summary>
/// <param name="Path">The list's page.</param>
/// <param name="Query">What links to its images carry, beginning with '?'; empty for the gallery.</param>
/// <param name="Filter">Its images.</param>
public sealed record ListContext(string Path, string Query, ImageFilter Filter)
{
    /// <summary>Reads it from the query. An owner who comes from nowhere stands in their own list if the gallery doesn't have the image.</summary>
    public static ListContext Of(Caller caller, ImageRecord image, string? from, string? visibility)
    {
        var own = caller.Is(image.OwnerId);
        if (own && (from == "trash" || image.TrashedAt is not null))
            return new("/trash", "?from=trash", new ImageFilter { Owner = caller.MemberId, Trash = true });
        if (own && (from == "mine" || image.Visibility is not Visibility.Public))
        {
            return ParseVisibility(visibility) is { } only
                ? new($"/mine?visibility={Name(only)}", $"?from=mine&visibility={Name(only)}", new ImageFilter { Owner = caller.MemberId, Visibility = only })
                : new("/mine", "?from=mine", new ImageFilter { Owner = caller.MemberId });
        }
        return new("/", "", new ImageFilter());
    }

    /// <summary>The name of a visibility in addresses.</summary>
    public static string Name(Visibility visibility) => visibility switch
    {
        Visibility.Public => "public",
        Visibility.Unlisted => "unlisted",
        _ => "private",
    };

    /// <summary>Reads such a name; null for anything else.</summary>
    public static Visibility? ParseVisibility(string? name) => name switch
    {
        "public" => Visibility.Public,
        "unlisted" => Visibility.Unlisted,
        "private" => Visibility.Private,
        _ => null,
    };
}
