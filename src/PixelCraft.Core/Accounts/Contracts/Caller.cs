using System.Security.Claims;
using PixelCraft.Ids;

namespace PixelCraft.Accounts.Contracts;

/// <summary>Who makes a request: a member by session or API token, or somebody not signed in (default).</summary>
/// <param name="MemberId">Null when not signed in.</param>
/// <param name="IsAdministrator">Has an administrator's rights; never by an API token.</param>
/// <param name="CanWrite">Signed in by a session, or by a token with the scope <c>write</c>.</param>
public readonly record struct Caller(Id? MemberId, bool IsAdministrator, bool CanWrite)
{
    /// <summary>Reads the claims that the session and token handlers set.</summary>
    public static Caller From(ClaimsPrincipal user) =>
        Id.TryParse(user.FindFirstValue(MemberClaims.Id), null, out var id)
            ? new Caller(id, user.HasClaim(MemberClaims.Administrator, "true"), user.HasClaim(MemberClaims.Scope, "write"))
            : default;

    /// <summary>Whether the caller is this member.</summary>
    public bool Is(Id member) => MemberId == member;
}

/// <summary>The types of the claims on a signed-in request.</summary>
public static class MemberClaims
{
    /// <summary>The member's <see cref="Ids.Id"/>.</summary>
    public const string Id = ClaimTypes.NameIdentifier;

    /// <summary>The name that others see.</summary>
    public const string Name = ClaimTypes.Name;

    /// <summary>"true" for administrators signed in by a session.</summary>
    public const string Administrator = "pixelcraft:administrator";

    /// <summary>"read" or "write"; a session has both.</summary>
    public const string Scope = "pixelcraft:scope";

    /// <summary>The id of the session, for sessions only.</summary>
    public const string Session = "pixelcraft:session";
}

/// <summary>Names of the authorization policies.</summary>
public static class Policies
{
    /// <summary>Any member, by session or token with the scope <c>read</c>.</summary>
    public const string Read = "read";

    /// <summary>Any member, by session or token with the scope <c>write</c>.</summary>
    public const string Write = "write";

    /// <summary>A member by session: what a token may not do, such as making tokens.</summary>
    public const string Session = "session";

    /// <summary>An administrator by session.</summary>
    public const string Administrator = "administrator";
}
