using System.ComponentModel.DataAnnotations;

namespace PixelCraft.Adapters.S3;

/// <summary>Section <c>S3</c>: an object store that speaks S3. The first four are given all or none; none, the default: no S3.</summary>
public sealed class S3Options : IValidatableObject
{
    /// <summary>The URL of the service, such as <c>https://s3.eu-central-1.amazonaws.com</c>.</summary>
    public string Endpoint { get; set; } = "";

    /// <summary>
    /// Host and port of the gateways behind <see cref="Endpoint"/>, by comma: connections are shared out, and one that can't be reached is
    /// passed over. Empty, the default: as the endpoint's name resolves.
    /// </summary>
    public string Gateways { get; set; } = "";

    /// <summary>The URL under which clients reach the service, for uploads directly to it. Empty, the default: the same as <see cref="Endpoint"/>.</summary>
    public string PublicEndpoint { get; set; } = "";

    /// <summary>The bucket; it must exist.</summary>
    public string Bucket { get; set; } = "";

    /// <summary>The access key.</summary>
    [Secret]
    public string AccessKey { get; set; } = "";

    /// <summary>The secret that belongs to it.</summary>
    [Secret]
    public string SecretKey { get; set; } = "";

    /// <summary>The region that requests are signed for. <c>us-east-1</c>, which most services that are not Amazon's expect.</summary>
    [Required]
    public string Region { get; set; } = "us-east-1";

    /// <summary>Whether the bucket's name goes into the path and not into the host name. True.</summary>
    public bool ForcePathStyle { get; set; } = true;

    /// <summary>
    /// The folder for parts on their way: up to 8 MiB for each upload that runs. Null, the default, is the system's temporary
    /// folder; name another when that one is kept in memory.
    /// </summary>
    public string? SpoolFolder { get; set; }

    /// <inheritdoc/>
    public IEnumerable<ValidationResult> Validate(ValidationContext validationContext)
    {
        (string Name, string Value)[] needed =
            [(nameof(Endpoint), Endpoint), (nameof(Bucket), Bucket), (nameof(AccessKey), AccessKey), (nameof(SecretKey), SecretKey)];
        foreach (var (name, value) in new[] { (nameof(Endpoint), Endpoint), (nameof(PublicEndpoint), PublicEndpoint) })
            if (value.Length > 0 && !(Uri.TryCreate(value, UriKind.Absolute, out var url) && url.Scheme is "http" or "https"))
                yield return new ValidationResult("not an http or https URL.", [name]);
        if (Gateways.Length > 0 && S3Connections.TryParse(Gateways) is null) yield return new ValidationResult("not a list such as 10.0.0.1:7480,10.0.0.2:7480.", [nameof(Gateways)]);
        if (needed.All(setting => setting.Value.Length == 0)) yield break;
        foreach (var (name, value) in needed)
            if (value.Length == 0) yield return new ValidationResult("missing, since other settings of S3 are given.", [name]);
    }
}
