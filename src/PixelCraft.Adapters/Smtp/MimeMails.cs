using Microsoft.Extensions.Options;
using MimeKit;
using PixelCraft.Mail;
using PixelCraft.Mail.Contracts;

namespace PixelCraft.Adapters.Smtp;

/// <summary>Makes MIME messages of mails: MimeKit encodes what is foreign in the headers, and so keeps it within them.</summary>
internal sealed class MimeMails(IOptions<MailOptions> options)
{
    private readonly MailboxAddress _from = MailboxAddress.Parse(options.Value.From);

    /// <summary>The message; null when the recipient's address is none.</summary>
    public MimeMessage? Create(MailMessage mail)
    {
        // Strictly: what would be read as a list, a comment or a second line is no address.
        if (mail.Address.Any(char.IsControl) || !MailboxAddress.TryParse(mail.Address, out var parsed) || parsed.Address != mail.Address || string.IsNullOrEmpty(parsed.Domain)) return null;
        var message = new MimeMessage
        {
            MessageId = $"{mail.Id}@{_from.Domain}",
            Date = mail.At,
            Subject = mail.Subject,
            Body = new BodyBuilder { TextBody = mail.Text, HtmlBody = mail.Html }.ToMessageBody(),
        };
        message.From.Add(_from);
        message.To.Add(new MailboxAddress(mail.Name, mail.Address));
        // No vacation notices, please (RFC 3834).
        message.Headers.Add("Auto-Submitted", "auto-generated");
        return message;
    }

    /// <summary>What is wrong with a mail that can't be made.</summary>
    public static SendResult NoAddress { get; } = new(SendOutcome.Refused, "This is not an e-mail address.");
}
