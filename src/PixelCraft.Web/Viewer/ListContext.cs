using PixelCraft.Accounts.Contracts;
using PixelCraft.Ids;
using PixelCraft.Images.Contracts;

namespace PixelCraft.Web.Viewer;

/// <summary>The list in which an image is looked at: what is to its left and right, and where closing leads.</summary>
/// <param name="Path">The list's page.</param>
/// <param name="Query">What links to its images carry, beginning with '?'; empty for the gallery.</param>
/// <param name="Filter">Its images.</param>
public sealed record ListContext(string Path, string Query, ImageFilter Filter)
{
    /// <summary>
    /// Reads it from the query. An owner who comes from nowhere stands in their own list if the gallery doesn't have the image. What can't be searched for
    /// is as if it were not asked.
    /// </summary>
    public static ListContext Of(Caller caller, ImageRecord image, string? from, string? visibility, string? search)
    {
        var own = caller.Is(image.OwnerId);
        if (own && (from == "trash" || image.TrashedAt is not null))
            return new("/trash", "?from=trash", new ImageFilter { Owner = caller.MemberId, Trash = true });
        var asked = search is not null && SearchTerms.TryParse(search, out _, out _) ? search : null;
        if (own && (from == "mine" || image.Visibility is not Visibility.Public))
        {
            var only = ParseVisibility(visibility);
            return new(Address("/mine", only, asked), Address("?from=mine", only, asked), new ImageFilter { Owner = caller.MemberId, Visibility = only, Search = asked });
        }
        return new(Address("/", null, asked), Address("", null, asked), new ImageFilter { Search = asked });
    }

    /// <summary>The address of a list, or the query of a link to one of its images.</summary>
    /// <param name="path">How it begins.</param>
    /// <param name="visibility">Only these; null for any.</param>
    /// <param name="search">What is searched for; null for nothing.</param>
    /// <param name="after">Where the page begins; null for the first one.</param>
    public static string Address(string path, Visibility? visibility, string? search, Id? after = null)
    {
        var address = path;
        if (after is { } id) Add("after", id.ToString());
        if (visibility is { } only) Add("visibility", Name(only));
        if (search is not null) Add("q", Uri.EscapeDataString(search));
        return address;

        void Add(string name, string value) => address += $"{(address.Contains('?', StringComparison.Ordinal) ? '&' : '?')}{name}={value}";
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
