using System.ComponentModel.DataAnnotations;
using System.Net.Mail;

namespace PixelCraft.Mail.Contracts;

/// <summary>Section <c>Mail</c>: what every mail says. The server that takes them is in <c>Mail:Smtp</c>.</summary>
public sealed class MailOptions : IValidatableObject
{
    /// <summary>Whom mails are from: <c>images@example.org</c>, or <c>Our images &lt;images@example.org&gt;</c>. Needed with a server; without, any will do.</summary>
    public string From { get; set; } = "";

    /// <summary>
    /// Where members reach this installation, such as <c>https://images.example.org</c>: links in mails begin with it, as what a request calls
    /// the host may be anybody's invention. Needed with a server; without, it is the address that is listened on.
    /// </summary>
    public string Site { get; set; } = "";

    /// <inheritdoc/>
    public IEnumerable<ValidationResult> Validate(ValidationContext validationContext)
    {
        if (From.Length > 0 && !(MailAddress.TryCreate(From, out _) && !From.Any(char.IsControl)))
            yield return new ValidationResult("not an e-mail address such as images@example.org.", [nameof(From)]);
        if (Site.Length > 0 && !(Uri.TryCreate(Site, UriKind.Absolute, out var url) && url.Scheme is "http" or "https" && url.Query.Length + url.Fragment.Length == 0))
            yield return new ValidationResult("not an address such as https://images.example.org.", [nameof(Site)]);
    }
}
