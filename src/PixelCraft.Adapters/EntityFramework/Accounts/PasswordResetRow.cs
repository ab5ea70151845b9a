using Microsoft.EntityFrameworkCore;
using PixelCraft.Accounts;
using PixelCraft.Ids;

namespace PixelCraft.Adapters.EntityFramework.Accounts;

/// <summary>A link to choose a new password by, as a row.</summary>
internal sealed class PasswordResetRow
{
    public required string TokenHash { get; init; }

    public Id MemberId { get; init; }

    public Id MailId { get; init; }

    public DateTimeOffset ExpiresAt { get; init; }

    public static void Map(ModelBuilder model) => model.Entity<PasswordResetRow>(row =>
    {
        row.ToTable("password_resets");
        row.HasKey(reset => reset.TokenHash);
        row.Property(reset => reset.TokenHash).HasMaxLength(64);
        row.HasOne<Member>().WithMany().HasForeignKey(reset => reset.MemberId).OnDelete(DeleteBehavior.Cascade);
        row.HasIndex(reset => reset.ExpiresAt).HasDatabaseName("ix_password_resets_expires");
    });
}
