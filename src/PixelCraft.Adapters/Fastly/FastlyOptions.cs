using System.ComponentModel.DataAnnotations;

namespace PixelCraft.Adapters.Fastly;

/// <summary>Section <c>Fastly</c>: the CDN in front. The service and the token are given both or none; none, the default: no CDN that is to be told of changes.</summary>
public sealed class FastlyOptions : IValidatableObject
{
    /// <summary>The id of the service.</summary>
    public string Service { get; set; } = "";

    /// <summary>An API token with the scope <c>purge_select</c> for that service, and to read it.</summary>
    [Secret]
    public string Token { get; set; } = "";

    /// <summary>The URL of the API. <c>https://api.fastly.com</c>.</summary>
    [Required]
    public string Endpoint { get; set; } = "https://api.fastly.com";

    /// <inheritdoc/>
    public IEnumerable<ValidationResult> Validate(ValidationContext validationContext)
    {
        if (!(Uri.TryCreate(Endpoint, UriKind.Absolute, out var url) && url.Scheme is "http" or "https"))
            yield return new ValidationResult("not an http or https URL.", [nameof(Endpoint)]);
        if (Service.Length > 0 != Token.Length > 0)
            yield return new ValidationResult("missing, since the other one of Fastly:Service and Fastly:Token is given.", [Service.Length == 0 ? nameof(Service) : nameof(Token)]);
    }
}
