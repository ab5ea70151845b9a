using System.Globalization;
using System.Net;
using System.Net.Sockets;
using System.Threading.RateLimiting;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Options;
using PixelCraft.Accounts.Contracts;

namespace PixelCraft.Limits;

/// <summary>Says which limit an endpoint, or a page, falls under.</summary>
/// <param name="policy">The limit.</param>
[AttributeUsage(AttributeTargets.Class)]
public sealed class LimitAttribute(LimitPolicy policy) : Attribute
{
    /// <summary>The limit.</summary>
    public LimitPolicy Policy => policy;

    /// <summary>The only method that counts, where one endpoint has several: a page's form and the page. Null: all of them.</summary>
    public string? Method { get; init; }
}

/// <summary>
/// The limit of an endpoint, for the framework's rate limiter middleware. The middleware rather than an endpoint filter:
/// filters run after the body was read and bound, and not for pages and sockets; and the framework's metrics come with it.
/// As its global limiter rather than a policy: a policy makes and keeps a limiter object per key, while here all state is
/// in the <see cref="IRateLimiter"/>.
/// The header fields are those of draft-ietf-httpapi-ratelimit-headers-11: <c>RateLimit-Policy: "upload";q=600;w=3600</c> and
/// <c>RateLimit: "upload";r=599</c>, with <c>t</c>, the seconds without a permit, when refused.
/// </summary>
internal sealed class EndpointLimiter(IRateLimiter limiter, IOptions<LimitOptions> options) : PartitionedRateLimiter<HttpContext>
{
    public override RateLimiterStatistics? GetStatistics(HttpContext resource) => null;

    internal static long Seconds(TimeSpan time) => (long)Math.Ceiling(time.TotalSeconds);

    // The middleware asks this first, and goes on to wait when it is refused. Redis can only be waited for; what needs no
    // permit is let through here.
    protected override RateLimitLease AttemptAcquireCore(HttpContext resource, int permitCount) =>
        PolicyOf(resource) is null ? Lease.Given : Lease.Refused(TimeSpan.Zero);

    protected override async ValueTask<RateLimitLease> AcquireAsyncCore(HttpContext resource, int permitCount, CancellationToken cancellationToken)
    {
        if (PolicyOf(resource) is not { } policy)
            return Lease.Given;
        var limit = options.Value.For(policy);
        var name = policy.ToString().ToLowerInvariant();
        var decision = await limiter.TakeAsync($"{name}:{Key(resource, policy)}", limit, cancellationToken);

        var headers = resource.Response.Headers;
        headers["RateLimit-Policy"] = string.Create(CultureInfo.InvariantCulture, $"\"{name}\";q={limit.Permits};w={Seconds(limit.Window)}");
        headers["RateLimit"] = decision.Allowed
            ? string.Create(CultureInfo.InvariantCulture, $"\"{name}\";r={decision.Remaining}")
            : string.Create(CultureInfo.InvariantCulture, $"\"{name}\";r=0;t={Seconds(decision.RetryAfter)}");
        return decision.Allowed ? Lease.Given : Lease.Refused(decision.RetryAfter);
    }

    /// <summary>Whose allowance it is: the member's, or the address's where nobody is signed in or signing in is what is limited.</summary>
    internal static string Key(HttpContext context, LimitPolicy policy) =>
        policy is LimitPolicy.Api or LimitPolicy.Upload && Caller.From(context.User).MemberId is { } member
            ? $"member:{member}"
            : $"address:{Network(context.Connection.RemoteIpAddress)}";

    /// <summary>An IPv4 address, or the /64 of an IPv6 address: whoever has one of these has all 2^64 of it.</summary>
    private static string Network(IPAddress? address)
    {
        if (address is null)
            return "none";
        if (address.IsIPv4MappedToIPv6)
            address = address.MapToIPv4();
        if (address.AddressFamily != AddressFamily.InterNetworkV6)
            return address.ToString();
        Span<byte> bytes = stackalloc byte[16];
        address.TryWriteBytes(bytes, out _);
        bytes[8..].Clear();
        return new IPAddress(bytes).ToString();
    }

    private LimitPolicy? PolicyOf(HttpContext context) =>
        options.Value.Enabled
        && context.GetEndpoint()?.Metadata.GetMetadata<LimitAttribute>() is { } limit
        && (limit.Method is null || HttpMethods.Equals(limit.Method, context.Request.Method)) ? limit.Policy : null;

    private sealed class Lease(bool acquired, TimeSpan retryAfter) : RateLimitLease
    {
        public static readonly Lease Given = new(true, TimeSpan.Zero);

        public override bool IsAcquired => acquired;

        public override IEnumerable<string> MetadataNames => acquired ? [] : [MetadataName.RetryAfter.Name];

        public static Lease Refused(TimeSpan retryAfter) => new(false, retryAfter);

        public override bool TryGetMetadata(string metadataName, out object? metadata)
        {
            metadata = retryAfter;
            return !acquired && metadataName == MetadataName.RetryAfter.Name;
        }
    }
}
