using System.IO.Compression;
using Microsoft.AspNetCore.Identity;
using Microsoft.Extensions.Logging;
using PixelCraft.Accounts.Contracts;
using PixelCraft.Accounts.Removal;
using PixelCraft.Accounts.Sessions;
using PixelCraft.Ids;
using PixelCraft.Jobs;

namespace PixelCraft.Accounts;

/// <summary>What a member does with the own account.</summary>
internal sealed class OwnAccount(
    SignIn signIn,
    UserManager<Member> users,
    IMemberView view,
    MemberNames names,
    IClosedAccounts closed,
    ISessionStore sessionStore,
    SessionService sessions,
    ITokenStore tokens,
    IEnumerable<IMemberData> data,
    IJobQueue jobs,
    IdGenerator ids,
    TimeProvider time,
    ILogger<OwnAccount> log) : IOwnAccount
{
    public Task<MemberProfile?> FindAsync(Id member, CancellationToken cancellationToken) => view.ProfileAsync(member, cancellationToken);

    public async Task<IReadOnlyList<SessionInfo>> SessionsAsync(Id member, CancellationToken cancellationToken) =>
        [.. (await sessionStore.ListAsync(member, cancellationToken))
            .Select(session => new SessionInfo(session.Id, session.CreatedAt, session.Use.At, session.Use.Address, session.UserAgent))];

    public Task<bool> RevokeSessionAsync(Id member, Id session, CancellationToken cancellationToken) =>
        sessions.EndAsync(member, session, cancellationToken);

    public async Task<IReadOnlyList<TokenInfo>> TokensAsync(Id member, CancellationToken cancellationToken) =>
        [.. (await tokens.ListAsync(member, cancellationToken)).Select(Info)];

    public async Task<NewToken> CreateTokenAsync(Id member, string name, bool canWrite, CancellationToken cancellationToken)
    {
        ArgumentOutOfRangeException.ThrowIfZero(name.Length, nameof(name));
        ArgumentOutOfRangeException.ThrowIfGreaterThan(name.Length, TokenNameLength, nameof(name));
        var text = Secrets.NewToken();
        var token = new ApiToken(ids.For(member), member, Secrets.Hash(text), name, canWrite, time.GetUtcNow());
        await tokens.AddAsync(token, cancellationToken);
        return new NewToken(Info(token), text);
    }

    public Task<bool> RevokeTokenAsync(Id member, Id token, CancellationToken cancellationToken) =>
        tokens.RemoveAsync(member, token, cancellationToken);

    public async Task ExportAsync(Id member, Stream zip, CancellationToken cancellationToken)
    {
        await using var target = new HoldingStream(zip);
        await using (var archive = await ZipArchive.CreateAsync(target, ZipArchiveMode.Create, leaveOpen: true, entryNameEncoding: null, cancellationToken))
        {
            var files = new MemberArchive(archive, time);
            if (await FindAsync(member, cancellationToken) is { } profile)
                await files.AddJsonAsync("account.json", profile, AccountsJson.Default.MemberProfile, cancellationToken);
            await files.AddJsonAsync(
                "sessions.json", await SessionsAsync(member, cancellationToken), AccountsJson.Default.IReadOnlyListSessionInfo, cancellationToken);
            await files.AddJsonAsync("tokens.json", await TokensAsync(member, cancellationToken), AccountsJson.Default.IReadOnlyListTokenInfo, cancellationToken);
            foreach (var module in data) await module.ExportAsync(member, files, cancellationToken);
        }
        await target.FlushAsync(cancellationToken);
    }

    public async Task<bool> DeleteAsync(Id member, string password, CancellationToken cancellationToken)
    {
        if (await users.FindByIdAsync(member.ToString()) is not { DeletedAt: null } user || !await signIn.IsPasswordAsync(user, password)) return false;
        await closed.CloseAsync(member, time.GetUtcNow(), Secrets.NewStamp(), cancellationToken);
        names.Forget(member);

        // The account is closed now. What follows is done again by the job, and the job is found again by the sweep:
        // their being away must not tell the member that nothing happened.
        try
        {
            await sessions.EndAllAsync(member, cancellationToken);
            await jobs.EnqueueAsync(EraseMember.For(member), TimeSpan.Zero, cancellationToken);
        }
        catch (UnavailableException e)
        {
            log.LogWarning(e, "Member {Member} is closed; erasing starts later.", member);
        }
        return true;
    }

    /// <summary>Characters that a token's name may have.</summary>
    public const int TokenNameLength = 100;

    private static TokenInfo Info(ApiToken token) => new(token.Id, token.Name, token.CanWrite, token.CreatedAt);
}
