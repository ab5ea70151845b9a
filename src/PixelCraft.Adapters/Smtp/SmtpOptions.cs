using System.ComponentModel.DataAnnotations;

namespace PixelCraft.Adapters.Smtp;

/// <summary>Section <c>Mail:Smtp</c>: the server that takes mails. Without <see cref="Host"/>, the default, there is none.</summary>
public sealed class SmtpOptions : IValidatableObject
{
    /// <summary>Its name or address.</summary>
    public string Host { get; set; } = "";

    /// <summary>Its port: 587, the default, is for submission (RFC 6409), 465 for submission over TLS from the start, 25 for relays.</summary>
    [Range(1, 65_535)]
    public int Port { get; set; } = 587;

    /// <summary>Whom to sign in as; empty, the default: nobody.</summary>
    public string User { get; set; } = "";

    /// <summary>The password that belongs to it.</summary>
    [Secret]
    public string Password { get; set; } = "";

    /// <summary>How the connection is kept secret. <c>starttls</c>, the default, <c>implicit</c>, or <c>none</c>, with which nobody can sign in.</summary>
    public SmtpTls Tls { get; set; } = SmtpTls.StartTls;

    /// <summary>For a whole mail, from connecting to the server's answer. 30 s; 1 s to 45 s.</summary>
    [Range(typeof(TimeSpan), "00:00:01", "00:00:45")]
    public TimeSpan Timeout { get; set; } = TimeSpan.FromSeconds(30);

    /// <inheritdoc/>
    public IEnumerable<ValidationResult> Validate(ValidationContext validationContext)
    {
        if (Host.Length == 0)
        {
            if (User.Length + Password.Length > 0 || Port != 587 || Tls != SmtpTls.StartTls)
                yield return new ValidationResult("missing, since other settings of Mail:Smtp are given.", [nameof(Host)]);
            yield break;
        }
        if (User.Length > 0 && Password.Length == 0) yield return new ValidationResult("missing, since Mail:Smtp:User is given.", [nameof(Password)]);
        if (User.Length == 0 && Password.Length > 0) yield return new ValidationResult("missing, since Mail:Smtp:Password is given.", [nameof(User)]);
        if (User.Length > 0 && Tls == SmtpTls.None)
            yield return new ValidationResult("none, with which the password would travel in the clear; choose starttls or implicit.", [nameof(Tls)]);
    }
}

/// <summary>How the connection to a mail server is kept secret. In each case the server's certificate must be for its name.</summary>
public enum SmtpTls
{
    /// <summary>Not at all: for a server on the same machine or network.</summary>
    None,

    /// <summary>Begun in the clear and then encrypted (RFC 3207); a server that doesn't offer it gets no mail.</summary>
    StartTls,

    /// <summary>Encrypted from the start (RFC 8314).</summary>
    Implicit,
}
