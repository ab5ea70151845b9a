using Microsoft.EntityFrameworkCore;
using PixelCraft.Ids;
using PixelCraft.Mail.Contracts;

namespace PixelCraft.Adapters.EntityFramework.Accounts;

/// <summary>A mail in the outbox as a row.</summary>
internal sealed class MailRow
{
    public Id Id { get; init; }

    public MailKind Kind { get; init; }

    public Id? MemberId { get; init; }

    public string? Address { get; init; }

    public DateTimeOffset CreatedAt { get; init; }

    public DateTimeOffset? ExpiresAt { get; init; }

    /// <summary>When it is to be sent, or when who has it has had time enough; null once it is given up.</summary>
    public DateTimeOffset? DueAt { get; init; }

    public OutgoingMail Mail => new(Id, Kind, MemberId, Address, CreatedAt, ExpiresAt);

    public static MailRow Of(OutgoingMail mail) => new()
    {
        Id = mail.Id,
        Kind = mail.Kind,
        MemberId = mail.MemberId,
        Address = mail.Address,
        CreatedAt = mail.CreatedAt,
        ExpiresAt = mail.ExpiresAt,
        DueAt = mail.CreatedAt,
    };

    public static void Map(ModelBuilder model) => model.Entity<MailRow>(row =>
    {
        row.ToTable("outbox");
        row.Property(mail => mail.Id).ValueGeneratedNever();
        row.Property(mail => mail.Address).HasMaxLength(OutgoingMail.AddressLength);
        row.HasIndex(mail => mail.DueAt).HasDatabaseName("ix_outbox_due");
        // A closed account takes its mails along.
        row.HasIndex(mail => mail.MemberId).HasDatabaseName("ix_outbox_member");
    });
}
