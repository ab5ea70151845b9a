using Microsoft.Extensions.Logging;
using PixelCraft.Ids;
using PixelCraft.Jobs;
using PixelCraft.Mail.Contracts;

namespace PixelCraft.Mail;

/// <summary>Puts mails into the outbox and tells the workers. Without a sender no mail is sent.</summary>
internal sealed class Mails(IMailOutbox outbox, IJobQueue jobs, IdGenerator ids, TimeProvider time, ILogger<Mails> log, IMailSender? sender = null) : IMails
{
    public bool IsOn => sender is not null;

    public OutgoingMail ToMember(MailKind kind, Id member) => new(ids.For(member), kind, member, Address: null, time.GetUtcNow(), ExpiresAt: null);

    public OutgoingMail ToAddress(MailKind kind, string address, TimeSpan lifetime)
    {
        ArgumentOutOfRangeException.ThrowIfGreaterThan(address.Length, OutgoingMail.AddressLength, nameof(address));
        var now = time.GetUtcNow();
        return new(ids.ForMember(), kind, MemberId: null, address, now, now + lifetime);
    }

    public async Task AddAsync(OutgoingMail mail, CancellationToken cancellationToken)
    {
        await outbox.AddAsync(mail, cancellationToken);
        await CommittedAsync(mail);
    }

    public async Task CommittedAsync(OutgoingMail mail)
    {
        try
        {
            // Not the request's token: the mail is there, whether or not anybody waits for the answer.
            await jobs.EnqueueAsync(SendMail.For(mail.Id), TimeSpan.Zero, CancellationToken.None);
        }
        catch (UnavailableException e)
        {
            log.LogInformation("The mail {Mail} waits for the next sweep: {Reason}", mail.Id, e.Message);
        }
    }
}
