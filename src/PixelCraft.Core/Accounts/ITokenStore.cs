using PixelCraft.Consistency;
using PixelCraft.Ids;

namespace PixelCraft.Accounts;

/// <summary>API tokens. Failures are <see cref="UnavailableException"/> and <see cref="StorageFullException"/>.</summary>
[ConsistencyChoice(typeof(IMemberStore))]
public interface ITokenStore
{
    /// <summary>Adds a token.</summary>
    Task AddAsync(ApiToken token, CancellationToken cancellationToken);

    /// <summary>The token with this hash and its member; null when there is none, or the member is suspended or gone.</summary>
    Task<TokenHolder?> FindAsync(string tokenHash, CancellationToken cancellationToken);

    /// <summary>A member's tokens, newest first.</summary>
    Task<IReadOnlyList<ApiToken>> ListAsync(Id member, CancellationToken cancellationToken);

    /// <summary>Removes a token of a member; false when the member has none with this id.</summary>
    Task<bool> RemoveAsync(Id member, Id token, CancellationToken cancellationToken);
}

/// <summary>An API token as it is stored.</summary>
/// <param name="Id">To name it by; in the member's shard.</param>
/// <param name="MemberId">Whose.</param>
/// <param name="TokenHash">SHA-256 of its text, as 64 lower-case hexadecimal digits.</param>
/// <param name="Name">As the member named it; 1 to 100 characters.</param>
/// <param name="CanWrite">Has the scope <c>write</c> besides <c>read</c>.</param>
/// <param name="CreatedAt">When made, UTC.</param>
public sealed record ApiToken(Id Id, Id MemberId, string TokenHash, string Name, bool CanWrite, DateTimeOffset CreatedAt);

/// <summary>A valid token with what a request needs to know of its member.</summary>
public readonly record struct TokenHolder(Id MemberId, string MemberName, bool CanWrite);
