using PixelCraft.Images.Contracts;
using PixelCraft.Web.Forms;
using PixelCraft.Web.Text;

namespace PixelCraft.Web.Viewer;

/// <summary>What comes from the form that edits an image.</summary>
public sealed class EditInput
{
    /// <summary>As typed.</summary>
    public string? Title { get; set; }

    /// <summary>As typed.</summary>
    public string? Description { get; set; }

    /// <summary>As typed, with commas between.</summary>
    public string? Tags { get; set; }

    /// <summary>"public", "unlisted" or "private".</summary>
    public string? Visibility { get; set; }

    /// <summary>The version that was shown.</summary>
    public long Version { get; set; }
}

/// <summary>The state of the form that edits an image: keeps what was typed whatever becomes of it.</summary>
public sealed class ImageEditForm
{
    private readonly EditInput _input;

    private ImageEditForm(EditInput input, bool open) => (_input, Open) = (input, open);

    /// <summary>Shown open: something was posted and is not done.</summary>
    public bool Open { get; }

    /// <summary>The version that the edit is based on.</summary>
    public long Version { get; private set; }

    /// <summary>As typed.</summary>
    public string Title => _input.Title ?? "";

    /// <summary>As typed.</summary>
    public string Description => _input.Description ?? "";

    /// <summary>As typed.</summary>
    public string Tags => _input.Tags ?? "";

    /// <summary>As chosen; private for anything else.</summary>
    public Visibility Visibility => ListContext.ParseVisibility(_input.Visibility) ?? Visibility.Private;

    /// <summary>What is wrong.</summary>
    public FormErrors Errors { get; } = new();

    /// <summary>Set when somebody else, or another window, saved first: what is saved now, to compare.</summary>
    public ImageRecord? Saved { get; private set; }

    /// <summary>The form filled from what was posted, or else from the image.</summary>
    public static ImageEditForm Of(ImageRecord image, EditInput? posted) => new(posted ?? new EditInput
    {
        Title = image.Title,
        Description = image.Description,
        Tags = string.Join(", ", image.Tags),
        Visibility = ListContext.Name(image.Visibility),
    }, posted is not null)
    { Version = posted?.Version ?? image.Version };

    /// <summary>The change that was asked for. A browser sends line ends as CR LF; they are kept as LF.</summary>
    public ImageEdit ToEdit() => new(
        Title.Trim(),
        Description.ReplaceLineEndings("\n").Trim(),
        Tags.Split(',', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries),
        Visibility);

    /// <summary>Checks the limits; false when something is wrong, and then <see cref="Errors"/> says what.</summary>
    public bool Check()
    {
        if (ToEdit().Fault() is { } fault) Errors.Add("edit-" + fault.Field, fault.Text);
        return !Errors.Any;
    }

    /// <summary>Whether an image is already as the form would make it.</summary>
    public bool IsSavedIn(ImageRecord image)
    {
        var edit = ToEdit();
        return edit.Title == image.Title && edit.Description == image.Description && edit.Visibility == image.Visibility
            && edit.Tags!.Select(tag => tag.ToLowerInvariant()).ToHashSet(StringComparer.Ordinal).SetEquals(image.Tags);
    }

    /// <summary>Shows what is saved now beside what was typed; saving again replaces it.</summary>
    public void ShowStale(ImageRecord saved)
    {
        Saved = saved;
        Version = saved.Version;
    }

    /// <summary>The hint under a field whose saved value is another one than what was typed; null when there is nothing to say.</summary>
    public string? SavedHint(Func<ImageRecord, string> field, string typed) =>
        Saved is not null && field(Saved) is var now && now != typed.ReplaceLineEndings("\n").Trim()
            ? Phrase.Fill(Texts.SavedNow, now.Length > 0 ? now : Texts.Nothing)
            : null;
}
