using System.ComponentModel.DataAnnotations;

namespace PixelCraft.Limits;

/// <summary>Section <c>Limits</c>: how often somebody may do what. Each is an allowance at once, that comes back evenly over its window.</summary>
public sealed class LimitOptions : IValidatableObject
{
    /// <summary>Whether requests are limited at all. True.</summary>
    public bool Enabled { get; set; } = true;

    /// <summary>Attempts to sign in, per address, whoever as. 30 in 5 minutes.</summary>
    public LimitRule SignIn { get; set; } = new() { Permits = 30, Window = TimeSpan.FromMinutes(5) };

    /// <summary>Attempts to sign in with one e-mail address, per address. 10 in 5 minutes.</summary>
    public LimitRule Account { get; set; } = new() { Permits = 10, Window = TimeSpan.FromMinutes(5) };

    /// <summary>Attempts to register, per address. 10 an hour.</summary>
    public LimitRule Register { get; set; } = new() { Permits = 10, Window = TimeSpan.FromHours(1) };

    /// <summary>Uploads, per member. 600 an hour.</summary>
    public LimitRule Upload { get; set; } = new() { Permits = 600, Window = TimeSpan.FromHours(1) };

    /// <summary>Comments written or changed, per member. 20 a minute.</summary>
    public LimitRule Comment { get; set; } = new() { Permits = 20, Window = TimeSpan.FromMinutes(1) };

    /// <summary>Other requests to the API, per member, or per address where nobody is signed in. 600 a minute.</summary>
    public LimitRule Api { get; set; } = new() { Permits = 600, Window = TimeSpan.FromMinutes(1) };

    /// <inheritdoc/>
    public IEnumerable<ValidationResult> Validate(ValidationContext validationContext)
    {
        foreach (var (name, rule) in new[] { (nameof(SignIn), SignIn), (nameof(Account), Account), (nameof(Register), Register), (nameof(Upload), Upload), (nameof(Comment), Comment), (nameof(Api), Api) })
        {
            if (rule.Permits is < 1 or > 1_000_000)
                yield return new ValidationResult($"{name}:{nameof(LimitRule.Permits)} must be from 1 to 1,000,000.", [name]);
            if (rule.Window < TimeSpan.FromSeconds(1) || rule.Window > TimeSpan.FromDays(1))
                yield return new ValidationResult($"{name}:{nameof(LimitRule.Window)} must be from 1 second to 1 day.", [name]);
        }
    }

    internal RateLimit For(LimitPolicy policy) => (policy switch
    {
        LimitPolicy.SignIn => SignIn,
        LimitPolicy.Register => Register,
        LimitPolicy.Upload => Upload,
        LimitPolicy.Comment => Comment,
        _ => Api,
    }).Limit;
}

/// <summary>One limit.</summary>
public sealed class LimitRule
{
    /// <summary>How often, at once. 1 to 1,000,000.</summary>
    public int Permits { get; set; }

    /// <summary>The time in which all of it comes back. 1 s to 1 day.</summary>
    public TimeSpan Window { get; set; }

    internal RateLimit Limit => new(Permits, Window);
}

/// <summary>Which of the limits of <see cref="LimitOptions"/> an endpoint falls under.</summary>
public enum LimitPolicy
{
    /// <summary><see cref="LimitOptions.Api"/>.</summary>
    Api,

    /// <summary><see cref="LimitOptions.SignIn"/>.</summary>
    SignIn,

    /// <summary><see cref="LimitOptions.Register"/>.</summary>
    Register,

    /// <summary><see cref="LimitOptions.Upload"/>.</summary>
    Upload,

    /// <summary><see cref="LimitOptions.Comment"/>.</summary>
    Comment,
}
