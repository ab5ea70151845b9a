using Microsoft.Extensions.Options;
using PixelCraft.Ids;
using PixelCraft.Mail;
using PixelCraft.Mail.Contracts;
using Xunit;

namespace PixelCraft.Tests.Mail;

public sealed class MailTextsTests
{
    private static readonly DateTimeOffset Now = new(2026, 5, 1, 12, 0, 0, TimeSpan.Zero);

    private static MailMessage Render(MailKind kind, string name, string path = "/there?token=abc&x=1") =>
        new MailTexts(Options.Create(new MailOptions { Site = "https://images.example.org/" })).Render(
            new OutgoingMail(new IdGenerator(TimeProvider.System).ForMember(), kind, null, null, Now, null), new MailContent("ada@example.org", name, path, Now.AddHours(1)));

    public static TheoryData<MailKind> Kinds => [.. Enum.GetValues<MailKind>()];

    [Theory]
    [MemberData(nameof(Kinds))]
    public void Render_OfEveryKind_HasTheLinkInBothParts_AndNothingUnfilled(MailKind kind)
    {
        var mail = Render(kind, "Ada");
        Assert.Contains("\n\nhttps://images.example.org/there?token=abc&x=1\n\n", mail.Text, StringComparison.Ordinal);
        Assert.Contains("<a href=\"https://images.example.org/there?token=abc&amp;x=1\">", mail.Html, StringComparison.Ordinal);
        Assert.DoesNotContain('{', mail.Subject + mail.Text + mail.Html);
        Assert.Equal(kind is MailKind.PasswordReset or MailKind.Invitation or MailKind.AdministratorInvitation, mail.Text.Contains("13:00 UTC on 1 May 2026", StringComparison.Ordinal));
    }

    [Theory]
    [InlineData("<script>alert(1)</script>")]
    [InlineData("<img src=x onerror=alert(1)>")]
    [InlineData("\"><a href=\"https://evil.example\">")]
    [InlineData("{0} {1} {99}")]
    public void Render_HostileName_IsText(string name)
    {
        var mail = Render(MailKind.PasswordReset, name);
        Assert.Contains($"Hello {name},", mail.Text, StringComparison.Ordinal);
        Assert.DoesNotContain(name.StartsWith('{') ? "<script" : name, mail.Html, StringComparison.Ordinal);
        Assert.Contains(System.Text.Encodings.Web.HtmlEncoder.Default.Encode(name), mail.Html, StringComparison.Ordinal);
        Assert.Equal(1, mail.Html.Split("<a ").Length - 1);
    }

    [Theory]
    [InlineData("Ada\r\nBcc: eve@example.com")]
    [InlineData("Ada\u2028\u2029\u0085\0x")]
    public void Render_NameOfSeveralLines_IsOne(string name)
    {
        var mail = Render(MailKind.PasswordReset, name);
        Assert.DoesNotContain(mail.Name, char.IsControl);
        Assert.StartsWith($"Hello {mail.Name},\n", mail.Text, StringComparison.Ordinal);
        Assert.DoesNotContain("\nBcc", mail.Text, StringComparison.Ordinal);
    }
}
