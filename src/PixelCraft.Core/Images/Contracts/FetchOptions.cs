using System.ComponentModel.DataAnnotations;
using System.Net;

namespace PixelCraft.Images.Contracts;

/// <summary>Section <c>Fetch</c>: images that the server gets from a URL which a member names.</summary>
public sealed class FetchOptions : IValidatableObject
{
    /// <summary>Whether members may do that at all. True.</summary>
    public bool Enabled { get; set; } = true;

    /// <summary>How long it may take in all. 1 min; 1 s to 1 hour.</summary>
    [Range(typeof(TimeSpan), "00:00:01", "01:00:00")]
    public TimeSpan Time { get; set; } = TimeSpan.FromMinutes(1);

    /// <summary>Ports that may be asked, by comma. 80 and 443.</summary>
    [Required]
    public string Ports { get; set; } = "80,443";

    /// <summary>
    /// Networks (CIDR), by comma, that may be asked although they are not the public internet. None. Whoever may upload can reach every
    /// server in them.
    /// </summary>
    public string AllowNetworks { get; set; } = "";

    internal IReadOnlyList<IPNetwork> Networks() => [.. Split(AllowNetworks).Select(text => IPNetwork.Parse(text))];

    internal IReadOnlySet<int> PortSet() => Split(Ports).Select(text => int.Parse(text, System.Globalization.CultureInfo.InvariantCulture)).ToHashSet();

    /// <inheritdoc/>
    public IEnumerable<ValidationResult> Validate(ValidationContext validationContext)
    {
        foreach (var text in Split(Ports))
            if (!ushort.TryParse(text, System.Globalization.CultureInfo.InvariantCulture, out var port) || port == 0) yield return new ValidationResult($"'{text}' is not a port.", [nameof(Ports)]);
        foreach (var text in Split(AllowNetworks))
            if (!IPNetwork.TryParse(text, out _)) yield return new ValidationResult($"'{text}' is not a network such as 10.0.0.0/8.", [nameof(AllowNetworks)]);
    }

    private static string[] Split(string list) => list.Split(',', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries);
}
