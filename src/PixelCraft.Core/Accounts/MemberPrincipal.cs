using System.Security.Claims;
using Microsoft.AspNetCore.Identity;
using PixelCraft.Accounts.Contracts;
using PixelCraft.Ids;

namespace PixelCraft.Accounts;

/// <summary>Makes the principals whose claims <see cref="Caller"/> reads.</summary>
internal static class MemberPrincipal
{
    /// <summary>Carries the security stamp from Identity's sign-in to the session handler; on no request.</summary>
    public const string StampClaim = "pixelcraft:stamp";

    public static ClaimsPrincipal BySession(Id member, string name, bool isAdministrator, Id session, string scheme)
    {
        List<Claim> claims =
        [
            new(MemberClaims.Id, member.ToString()),
            new(MemberClaims.Name, name),
            new(MemberClaims.Scope, "read"),
            new(MemberClaims.Scope, "write"),
            new(MemberClaims.Session, session.ToString()),
        ];
        if (isAdministrator) claims.Add(new(MemberClaims.Administrator, "true"));
        return new ClaimsPrincipal(new ClaimsIdentity(claims, scheme));
    }

    public static ClaimsPrincipal ByToken(TokenHolder holder, string scheme)
    {
        List<Claim> claims =
        [
            new(MemberClaims.Id, holder.MemberId.ToString()),
            new(MemberClaims.Name, holder.MemberName),
            new(MemberClaims.Scope, "read"),
        ];
        if (holder.CanWrite) claims.Add(new(MemberClaims.Scope, "write"));
        return new ClaimsPrincipal(new ClaimsIdentity(claims, scheme));
    }

    /// <summary>What Identity's sign-in hands to the session handler: who, and with which stamp.</summary>
    internal sealed class Factory : IUserClaimsPrincipalFactory<Member>
    {
        public Task<ClaimsPrincipal> CreateAsync(Member user) => Task.FromResult(new ClaimsPrincipal(new ClaimsIdentity(
            [new(MemberClaims.Id, user.Id.ToString()), new(MemberClaims.Name, user.Name), new(StampClaim, user.SecurityStamp ?? "")],
            IdentityConstants.ApplicationScheme)));
    }
}
