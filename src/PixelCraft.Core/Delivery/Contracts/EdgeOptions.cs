using System.ComponentModel.DataAnnotations;

namespace PixelCraft.Delivery.Contracts;

/// <summary>Section <c>Edge</c>: nginx edges as in <c>deploy/nginx/edge.conf.template</c>. Both of the first two are given or none; none, the default: no such edges.</summary>
public sealed class EdgeOptions : IValidatableObject
{
    private const int MinSecretLength = 32;

    /// <summary>The URLs at which the edges take purges, by comma, such as <c>http://edge1:8090,http://edge2:8090</c>.</summary>
    public string Addresses { get; set; } = "";

    /// <summary>What edges and servers know one another by, at least 32 characters: who has it may purge, and gets temporary URLs of public objects in the store.</summary>
    [Secret]
    public string Secret { get; set; } = "";

    /// <summary>
    /// How long an edge may fetch a variant from the object store after a server has allowed it. 2 days; 1 h to 7 days. More than
    /// the time for which edges keep that permission, 1 h, by as long as they shall go on while no server answers.
    /// </summary>
    [Range(typeof(TimeSpan), "01:00:00", "7.00:00:00")]
    public TimeSpan FetchTime { get; set; } = TimeSpan.FromDays(2);

    /// <summary><see cref="Addresses"/>, one by one.</summary>
    public IReadOnlyList<string> All() => Addresses.Split(',', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries);

    /// <inheritdoc/>
    public IEnumerable<ValidationResult> Validate(ValidationContext validationContext)
    {
        foreach (var address in All())
            if (!(Uri.TryCreate(address, UriKind.Absolute, out var url) && url.Scheme is "http" or "https"))
                yield return new ValidationResult($"'{address}' is not an http or https URL.", [nameof(Addresses)]);
        if (Addresses.Length > 0 && Secret.Length < MinSecretLength)
            yield return new ValidationResult($"must have at least {MinSecretLength} characters, since Edge:Addresses is given.", [nameof(Secret)]);
        if (Secret.Length > 0 && Addresses.Length == 0)
            yield return new ValidationResult("missing, since Edge:Secret is given: edges that are not told of withdrawn images would keep them.", [nameof(Addresses)]);
    }
}
