using Microsoft.Extensions.Time.Testing;
using PixelCraft.Accounts;
using PixelCraft.Ids;
using PixelCraft.Mail;
using Xunit;

namespace PixelCraft.Tests.Contracts;

/// <summary>The stores of accounts that one database serves together.</summary>
public sealed record AccountStores(IMemberStore Members, IClosedAccounts Closed, IInvitationStore Invitations, ITokenStore Tokens)
{
    public required IMemberView View { get; init; }

    public required IPasswordStore Passwords { get; init; }

    public required IMailOutbox Outbox { get; init; }
}

/// <summary>Makes empty accounts databases of one kind.</summary>
public interface IAccountsDatabases
{
    /// <summary>Empty stores that read this clock.</summary>
    Task<AccountStores> CreateAsync(TimeProvider time);
}

/// <summary>What the contracts of the accounts' stores share: they need one another's records.</summary>
public abstract class AccountStoresContract(IAccountsDatabases databases)
{
    private protected FakeTimeProvider Time { get; } = new(new DateTimeOffset(2026, 5, 1, 12, 0, 0, TimeSpan.Zero));

    private protected IdGenerator Ids => field ??= new IdGenerator(Time);

    private protected static CancellationToken Cancel => TestContext.Current.CancellationToken;

    private protected Task<AccountStores> CreateAsync() => databases.CreateAsync(Time);

    private protected Member New(string name)
    {
        Time.Advance(TimeSpan.FromMilliseconds(1)); // so that ids sort as they were made
        var email = $"{name}@example.org";
        return new Member
        {
            Id = Ids.ForMember(),
            Name = name,
            Email = email,
            UserName = email,
            NormalizedEmail = email.ToUpperInvariant(),
            NormalizedUserName = email.ToUpperInvariant(),
            PasswordHash = "hash",
            SecurityStamp = "STAMP",
            CreatedAt = Time.GetUtcNow(),
        };
    }

    private protected Invitation Invite(string code, bool isFirst = false) => new(Secrets.HashCode(code), IsAdministrator: isFirst, isFirst, Time.GetUtcNow().AddDays(7));
}
