using PixelCraft.Http;
using PixelCraft.Web.Text;

namespace PixelCraft.Web.Uploading;

/// <summary>Why the server did not take a file, in the words that the script uses too.</summary>
internal static class UploadProblems
{
    /// <summary>The text for a problem's code; null when there was none.</summary>
    public static string? Find(string? code) =>
        string.IsNullOrEmpty(code) ? null
        : code == Problems.NoFile.Code ? Texts.ErrorNoFile
        : code == Problems.TooManyFiles.Code ? Texts.ErrorTooManyFiles
        : code == Problems.TooLarge.Code ? Texts.ScriptErrorTooLarge
        : code == Problems.QuotaExceeded.Code ? Texts.ScriptErrorQuota
        : code == Problems.UnsupportedFormat.Code ? Texts.ScriptErrorNotImage
        : code == Problems.UnreadableImage.Code ? Texts.ScriptErrorUnreadable
        : code == Problems.Unavailable.Code ? Texts.UploadAway
        : code == Problems.StorageFull.Code ? Texts.ScriptErrorFull
        : Texts.ScriptErrorOther;
}
