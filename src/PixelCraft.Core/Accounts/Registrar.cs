using Microsoft.AspNetCore.Identity;
using Microsoft.Extensions.Options;
using PixelCraft.Accounts.Contracts;
using PixelCraft.Ids;

namespace PixelCraft.Accounts;

/// <summary>Makes members.</summary>
internal sealed class Registrar(
    UserManager<Member> users,
    IMemberStore members,
    IInvitationStore invitations,
    IdGenerator ids,
    TimeProvider time,
    IOptions<AccountsOptions> options) : IMemberAdmission
{
    private const int NameLength = 50;
    private static readonly Dictionary<string, string> NoErrors = [];

    /// <summary>
    /// Makes an account as <see cref="AccountsOptions.Registration"/> allows. The invitation is looked at first, so that
    /// nobody without one learns whether an address is taken, and used up last, so that a mistyped field doesn't cost it.
    /// </summary>
    public async Task<RegisterResult> RegisterAsync(Registration registration, CancellationToken cancellationToken)
    {
        var isFirst = !await members.AnyAsync(cancellationToken);
        var mode = options.Value.Registration;
        if (mode == RegistrationMode.Closed && !isFirst) return Refused(RegisterOutcome.Closed);

        Invitation? invitation = null;
        if (isFirst || mode == RegistrationMode.Invitation || !string.IsNullOrWhiteSpace(registration.Invitation))
        {
            invitation = await invitations.FindAsync(Secrets.HashCode(registration.Invitation ?? ""), cancellationToken);
            if (invitation is null || invitation.IsFirst != isFirst) return Refused(RegisterOutcome.InvitationInvalid);
        }
        return await AddAsync(registration, invitation?.IsAdministrator ?? false, invitation?.CodeHash, cancellationToken);
    }

    public Task<RegisterResult> AdmitAsync(Registration registration, bool administrator, CancellationToken cancellationToken) =>
        AddAsync(registration, administrator, invitation: null, cancellationToken);

    private async Task<RegisterResult> AddAsync(Registration registration, bool administrator, string? invitation, CancellationToken cancellationToken)
    {
        var quota = options.Value.DefaultQuotaBytes;
        var member = new Member
        {
            Id = ids.ForMember(),
            UserName = registration.Email.Trim(),
            Email = registration.Email.Trim(),
            Name = registration.Name.Trim(),
            IsAdministrator = administrator,
            QuotaBytes = quota == 0 ? null : quota,
            CreatedAt = time.GetUtcNow(),
            SecurityStamp = Secrets.NewStamp(),
            LockoutEnabled = true,
        };
        var errors = await CheckAsync(member, registration.Password);
        if (errors.Count > 0) return new RegisterResult(RegisterOutcome.Invalid, null, errors);

        await users.UpdateNormalizedEmailAsync(member);
        await users.UpdateNormalizedUserNameAsync(member);
        member.PasswordHash = users.PasswordHasher.HashPassword(member, registration.Password);
        return await members.AddAsync(member, invitation, cancellationToken) switch
        {
            AddMemberOutcome.Added => new RegisterResult(RegisterOutcome.Registered, member.Id, NoErrors),
            AddMemberOutcome.EmailTaken => new RegisterResult(
                RegisterOutcome.Invalid, null, new Dictionary<string, string> { ["email"] = users.ErrorDescriber.DuplicateEmail(member.Email).Description }),
            _ => Refused(RegisterOutcome.InvitationInvalid),
        };
    }

    private async Task<Dictionary<string, string>> CheckAsync(Member member, string password)
    {
        Dictionary<string, string> errors = [];
        if (member.Name.Length is 0 or > NameLength || member.Name.Any(char.IsControl)) errors["name"] = $"A name has 1 to {NameLength} characters.";
        if (!EmailAddress.IsOne(member.Email!)) errors["email"] = AccountErrors.NoEmail;
        else
            foreach (var validator in users.UserValidators)
                foreach (var error in (await validator.ValidateAsync(users, member)).Errors) errors.TryAdd("email", error.Description);
        if (await PasswordErrorAsync(users, member, password) is { } wrong) errors["password"] = wrong;
        return errors;
    }

    /// <summary>What is wrong with a password; null when it can be used.</summary>
    public static async Task<string?> PasswordErrorAsync(UserManager<Member> users, Member member, string password)
    {
        // Hashing takes longer the longer the password is.
        if (password.Length > PasswordLength) return $"A password has at most {PasswordLength} characters.";
        foreach (var validator in users.PasswordValidators)
            foreach (var error in (await validator.ValidateAsync(users, member, password)).Errors) return error.Description;
        return null;
    }

    /// <summary>The longest password; a longer one is never checked against a hash.</summary>
    public const int PasswordLength = 1_000;

    private static RegisterResult Refused(RegisterOutcome outcome) => new(outcome, null, NoErrors);
}
