using System.ComponentModel.DataAnnotations;

namespace PixelCraft.Accounts.Contracts;

/// <summary>Section <c>Accounts</c>.</summary>
public sealed class AccountsOptions
{
    /// <summary>Who may register: <c>open</c>, <c>invitation</c> (the default) or <c>closed</c>. The first administrator's code works always.</summary>
    public RegistrationMode Registration { get; set; } = RegistrationMode.Invitation;

    /// <summary>Bytes of originals that a new member may keep. 10 GB; 0 means without limit.</summary>
    [Range(0, long.MaxValue)]
    public long DefaultQuotaBytes { get; set; } = 10_000_000_000;

    /// <summary>How long a session lives without being used. 14 days; 1 min to 365 days.</summary>
    [Range(typeof(TimeSpan), "00:01:00", "365.00:00:00")]
    public TimeSpan SessionLifetime { get; set; } = TimeSpan.FromDays(14);

    /// <summary>How long an invitation can be used. 7 days; 1 min to 365 days.</summary>
    [Range(typeof(TimeSpan), "00:01:00", "365.00:00:00")]
    public TimeSpan InvitationLifetime { get; set; } = TimeSpan.FromDays(7);

    /// <summary>
    /// Failed attempts in a row, from wherever, that lock an account. 100, which is what NIST SP 800-63B (5.2.2) allows;
    /// 3 to 1,000. Few would let anybody keep a member out; a single network is stopped by <c>Limits:Account</c> long before.
    /// </summary>
    [Range(3, 1_000)]
    public int LockoutAttempts { get; set; } = 100;

    /// <summary>How long it stays locked. 5 min; 1 s to 1 day.</summary>
    [Range(typeof(TimeSpan), "00:00:01", "1.00:00:00")]
    public TimeSpan LockoutTime { get; set; } = TimeSpan.FromMinutes(5);
}

/// <summary>Who may register.</summary>
public enum RegistrationMode
{
    /// <summary>Everybody.</summary>
    Open,

    /// <summary>Who has an invitation.</summary>
    Invitation,

    /// <summary>Nobody; <c>pixelcraft member add</c> still works.</summary>
    Closed,
}
