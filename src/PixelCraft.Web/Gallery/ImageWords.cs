using PixelCraft.Images.Contracts;
using PixelCraft.Web.Text;

namespace PixelCraft.Web.Gallery;

/// <summary>An image in words.</summary>
internal static class ImageWords
{
    /// <summary>The title; the name of the file for want of one.</summary>
    public static string Title(ImageRecord image) => image.Title.Length > 0 ? image.Title : image.FileName;

    /// <summary>What to read out in place of the image.</summary>
    public static string Alternative(ImageRecord image, string? owner) =>
        owner is null ? Title(image) : Phrase.Fill(Texts.TitleByOwner, Title(image), owner);

    /// <summary>Who may see it.</summary>
    public static string Of(Visibility visibility) => visibility switch
    {
        Visibility.Public => Texts.Public,
        Visibility.Unlisted => Texts.Unlisted,
        _ => Texts.Private,
    };

    /// <summary>What that means.</summary>
    public static string Meaning(Visibility visibility) => visibility switch
    {
        Visibility.Public => Texts.PublicMeaning,
        Visibility.Unlisted => Texts.UnlistedMeaning,
        _ => Texts.PrivateMeaning,
    };

    /// <summary>The icon for it.</summary>
    public static string Icon(Visibility visibility) => visibility switch
    {
        Visibility.Public => "globe",
        Visibility.Unlisted => "link",
        _ => "lock",
    };
}
