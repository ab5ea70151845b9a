using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Options;
using PixelCraft.Limits;

namespace PixelCraft.Accounts;

/// <summary>
/// The attempts that a network has with an e-mail address, a member's or not. So who guesses locks out the own network and not the member.
/// </summary>
internal sealed class AttemptLimit(IRateLimiter limiter, IOptions<LimitOptions> limits)
{
    /// <summary>Takes one of the attempts; where there is none, <c>Retry-After</c> is set.</summary>
    public async Task<bool> MayTryAsync(HttpContext http, string email)
    {
        if (!limits.Value.Enabled) return true;
        var account = Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(email.Trim().ToUpperInvariant())));
        var decision = await limiter.TakeAsync($"account:{account}:{EndpointLimiter.Key(http, LimitPolicy.SignIn)}", limits.Value.Account.Limit, http.RequestAborted);
        if (!decision.Allowed) http.Response.Headers.RetryAfter = EndpointLimiter.Seconds(decision.RetryAfter).ToString(CultureInfo.InvariantCulture);
        return decision.Allowed;
    }
}
