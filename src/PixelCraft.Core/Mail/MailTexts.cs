using System.Globalization;
using System.Text;
using System.Text.Encodings.Web;
using Microsoft.Extensions.Options;
using PixelCraft.Mail.Contracts;

namespace PixelCraft.Mail;

/// <summary>
/// Fills the texts of <c>MailWords.resx</c>. Each is written once, as plain text; the HTML part is the same, paragraph by paragraph. What members have
/// entered stays one line of text in both.
/// </summary>
internal sealed class MailTexts(IOptions<MailOptions> options)
{
    private readonly string _site = options.Value.Site.TrimEnd('/');

    public MailMessage Render(OutgoingMail mail, MailContent content)
    {
        var (subject, body) = mail.Kind switch
        {
            MailKind.PasswordReset => (MailWords.PasswordResetSubject, MailWords.PasswordReset),
            MailKind.PasswordChanged => (MailWords.PasswordChangedSubject, MailWords.PasswordChanged),
            MailKind.Invitation => (MailWords.InvitationSubject, MailWords.Invitation),
            MailKind.AdministratorInvitation => (MailWords.InvitationSubject, MailWords.AdministratorInvitation),
            _ => throw new ArgumentOutOfRangeException(nameof(mail), mail.Kind, "There is no text for this kind of mail."),
        };
        var name = OneLine(content.Name);
        var link = _site + content.Path;
        var until = content.Until?.UtcDateTime.ToString("HH:mm 'UTC on' d MMMM yyyy", CultureInfo.InvariantCulture) ?? "";
        string Fill(string text, Func<string, string> encode) =>
            string.Format(CultureInfo.InvariantCulture, text, encode(name), encode(link), encode(until), encode(_site));

        var paragraphs = body.ReplaceLineEndings("\n").Trim().Split("\n\n");
        var text = string.Join("\n\n", paragraphs.Select(paragraph => Fill(paragraph, value => value))) + "\n";
        return new MailMessage(mail.Id, content.Address, name, Fill(subject, value => value), text, Html(paragraphs, link, Fill), mail.CreatedAt);
    }

    private static string Html(string[] paragraphs, string link, Func<string, Func<string, string>, string> fill)
    {
        var html = new StringBuilder("<!DOCTYPE html>\n<html lang=\"en\"><head><meta charset=\"utf-8\"><title>PixelCraft</title></head>\n<body>\n");
        var encoded = HtmlEncoder.Default.Encode(link);
        foreach (var paragraph in paragraphs)
        {
            // The link stands alone.
            var inner = paragraph == "{1}" ? $"<a href=\"{encoded}\">{encoded}</a>" : fill(HtmlEncoder.Default.Encode(paragraph), HtmlEncoder.Default.Encode);
            html.Append("<p>").Append(inner).Append("</p>\n");
        }
        return html.Append("</body></html>\n").ToString();
    }

    private static string OneLine(string text) => string.Concat(text.Select(c =>
        char.GetUnicodeCategory(c) is UnicodeCategory.Control or UnicodeCategory.LineSeparator or UnicodeCategory.ParagraphSeparator ? ' ' : c));
}
