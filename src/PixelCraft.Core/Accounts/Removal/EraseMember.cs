using PixelCraft.Accounts.Contracts;
using PixelCraft.Accounts.Sessions;
using PixelCraft.Ids;
using PixelCraft.Jobs;

namespace PixelCraft.Accounts.Removal;

/// <summary>
/// Erases what every module keeps of a member who closed the account, and then the account itself. Interrupted, it
/// starts over: modules go on where they stopped, and the row goes last, so that the sweep finds it until then.
/// </summary>
internal sealed class EraseMember(IClosedAccounts closed, SessionService sessions, IEnumerable<IMemberData> data) : IJobHandler
{
    private const string JobKind = "erase-member";

    public string Kind => JobKind;

    public static Job For(Id member) => new(JobKind, member.ToString());

    public async Task<JobResult> HandleAsync(Job job, int faults, CancellationToken cancellationToken)
    {
        if (!Id.TryParse(job.Subject, out var member)) return JobResult.GiveUp("The subject is not a member's id.");
        await sessions.EndAllAsync(member, cancellationToken);
        foreach (var module in data) await module.EraseAsync(member, cancellationToken);
        await closed.RemoveAsync(member, cancellationToken);
        return JobResult.Done;
    }
}
