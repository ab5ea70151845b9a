using System.Text.Json.Serialization;
using PixelCraft.Accounts.Contracts;
using PixelCraft.Ids;

namespace PixelCraft.Accounts;

/// <summary>Signing in.</summary>
internal sealed record SignInRequest(string Email, string Password);

/// <summary>Changing the password.</summary>
internal sealed record PasswordRequest(string Current, string Password);

/// <summary>Closing the account.</summary>
internal sealed record DeleteRequest(string Password);

/// <summary>A forgotten password.</summary>
internal sealed record ResetRequest(string Email);

/// <summary>A new password in place of a forgotten one.</summary>
internal sealed record NewPasswordRequest(string Token, string Password);

/// <summary>A new member's id.</summary>
internal sealed record RegisteredResponse(Id Id);

/// <summary>A token to be made.</summary>
internal sealed record TokenRequest(string Name, bool CanWrite = false);

/// <summary>What to change of a member; what is null stays. A quota of 0 means without limit.</summary>
internal sealed record MemberChange(bool? Suspended = null, long? QuotaBytes = null);

/// <summary>An invitation to be made.</summary>
/// <param name="Administrator">Whether the new member will be an administrator.</param>
/// <param name="Email">Where its link is mailed; null: nowhere, the code is in the answer.</param>
internal sealed record InvitationRequest(bool Administrator = false, string? Email = null);

/// <summary>A page of members, newest first.</summary>
/// <param name="Items">The members.</param>
/// <param name="Next">To be given as <c>after</c> for the next page; null on the last.</param>
internal sealed record MemberPage(IReadOnlyList<MemberProfile> Items, Id? Next);

[JsonSourceGenerationOptions(System.Text.Json.JsonSerializerDefaults.Web)]
[JsonSerializable(typeof(Registration))]
[JsonSerializable(typeof(SignInRequest))]
[JsonSerializable(typeof(PasswordRequest))]
[JsonSerializable(typeof(DeleteRequest))]
[JsonSerializable(typeof(ResetRequest))]
[JsonSerializable(typeof(NewPasswordRequest))]
[JsonSerializable(typeof(TokenRequest))]
[JsonSerializable(typeof(MemberChange))]
[JsonSerializable(typeof(InvitationRequest))]
[JsonSerializable(typeof(RegisteredResponse))]
[JsonSerializable(typeof(MemberProfile))]
[JsonSerializable(typeof(MemberPage))]
[JsonSerializable(typeof(NewToken))]
[JsonSerializable(typeof(NewInvitation))]
[JsonSerializable(typeof(IReadOnlyList<SessionInfo>))]
[JsonSerializable(typeof(IReadOnlyList<TokenInfo>))]
internal sealed partial class AccountsJson : JsonSerializerContext;
