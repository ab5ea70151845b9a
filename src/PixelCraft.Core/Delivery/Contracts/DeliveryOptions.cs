using System.ComponentModel.DataAnnotations;

namespace PixelCraft.Delivery.Contracts;

/// <summary>Section <c>Delivery</c>.</summary>
public sealed class DeliveryOptions : IValidatableObject
{
    private const int MinKeyLength = 32;

    /// <summary>How long a signed URL of a private image works. 1 h; 1 s to 7 days.</summary>
    [Range(typeof(TimeSpan), "00:00:01", "7.00:00:00")]
    public TimeSpan LinkLifetime { get; set; } = TimeSpan.FromHours(1);

    /// <summary>
    /// Keys that sign the URLs of variants on demand, by comma, each at least 32 characters: the first signs, all are
    /// believed. Empty: derived from the keys that the program makes and rotates by itself.
    /// </summary>
    [Secret]
    public string SigningKeys { get; set; } = "";

    /// <summary><see cref="SigningKeys"/>, one by one.</summary>
    internal string[] Keys() => SigningKeys.Split(',', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries);

    /// <inheritdoc/>
    public IEnumerable<ValidationResult> Validate(ValidationContext validationContext)
    {
        if (Keys().Any(key => key.Length < MinKeyLength))
            yield return new ValidationResult($"each key must have at least {MinKeyLength} characters.", [nameof(SigningKeys)]);
    }
}
