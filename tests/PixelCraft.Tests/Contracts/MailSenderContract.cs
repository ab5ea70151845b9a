using MimeKit;
using PixelCraft.Ids;
using PixelCraft.Mail;
using Xunit;

namespace PixelCraft.Tests.Contracts;

/// <summary>What every <see cref="IMailSender"/> does. What has come in is read by a MIME parser, as a mail program would.</summary>
public abstract class MailSenderContract
{
    private protected const string From = "Our images <images@example.org>";

    private readonly IdGenerator _ids = new(TimeProvider.System);

    private protected static CancellationToken Cancel => TestContext.Current.CancellationToken;

    private protected MailMessage Mail(string address = "ada@example.net", string name = "Ada") => new(
        _ids.ForMember(), address, name, "Ein neues Paßwort — 🔑", "Hello,\n\n.a line that begins with a dot\n", "<p>Hello &amp; welcome</p>\n", new DateTimeOffset(2026, 5, 1, 12, 0, 0, TimeSpan.Zero));

    /// <summary>A sender that sends as <see cref="From"/>.</summary>
    protected abstract Task<IMailSender> CreateAsync();

    /// <summary>All that have been received.</summary>
    protected abstract Task<IReadOnlyList<MimeMessage>> ReceivedAsync();

    private protected async Task<MimeMessage> OnlyAsync(MailMessage mail) =>
        Assert.Single(await ReceivedAsync(), received => received.MessageId == $"{mail.Id}@example.org");

    [Fact]
    public async Task Send_AMail_ArrivesAsItWasWritten()
    {
        var mail = Mail();
        Assert.Equal(new SendResult(SendOutcome.Sent), await (await CreateAsync()).SendAsync(mail, Cancel));

        var received = await OnlyAsync(mail);
        Assert.Equal("Ein neues Paßwort — 🔑", received.Subject);
        Assert.Equal(From, Assert.Single(received.From).ToString().Replace("\"", "", StringComparison.Ordinal));
        Assert.Equal(("Ada", "ada@example.net"), (Assert.Single(received.To.Mailboxes).Name, received.To.Mailboxes.Single().Address));
        Assert.Equal(mail.Text, received.TextBody!.ReplaceLineEndings("\n"));
        Assert.Equal(mail.Html, received.HtmlBody!.ReplaceLineEndings("\n"));
        Assert.Equal(mail.At, received.Date);
        Assert.Equal("auto-generated", received.Headers["Auto-Submitted"]);
    }

    [Fact]
    public async Task Send_TheSameTwice_HasTheSameMessageId()
    {
        var (sender, mail) = (await CreateAsync(), Mail());
        await sender.SendAsync(mail, Cancel);
        await sender.SendAsync(mail, Cancel);
        Assert.All((await ReceivedAsync()).Where(received => received.MessageId!.StartsWith(mail.Id.ToString(), StringComparison.Ordinal)), received => Assert.Equal($"{mail.Id}@example.org", received.MessageId));
    }

    [Theory]
    [InlineData("Ada\r\nBcc: eve@example.com")]
    [InlineData("Ada\nX-Evil: 1")]
    [InlineData("Ada\0")]
    [InlineData("\"Ada\" <eve@example.com>, <bob@example.com>")]
    [InlineData("=?utf-8?q?Ada?= <eve@example.com>")]
    [InlineData("Ada \u2028 Bcc: eve@example.com")]
    [InlineData("名前 — <script>alert(1)</script>")]
    public async Task Send_HostileName_StaysAName(string name)
    {
        var mail = Mail(name: name);
        Assert.Equal(SendOutcome.Sent, (await (await CreateAsync()).SendAsync(mail, Cancel)).Outcome);

        var received = await OnlyAsync(mail);
        Assert.Equal("ada@example.net", Assert.Single(received.To.Mailboxes).Address);
        Assert.Empty(received.Bcc);
        Assert.Empty(received.Cc);
        Assert.DoesNotContain(received.Headers, header => header.Field is "X-Evil" or "Bcc");
        Assert.Equal(mail.Text, received.TextBody!.ReplaceLineEndings("\n"));
    }

    [Theory]
    [InlineData("")]
    [InlineData("ada")]
    [InlineData("ada@example.net\r\nRCPT TO:<eve@example.com>")]
    [InlineData("ada@example.net>\r\nDATA")]
    [InlineData("ada@example.net, eve@example.com")]
    [InlineData("ada@example.net (comment)")]
    [InlineData("Ada <ada@example.net>")]
    [InlineData("ada@example.net> SIZE=1")]
    public async Task Send_ToWhatIsNoAddress_IsRefusedForGood(string address)
    {
        var before = (await ReceivedAsync()).Count;
        var result = await (await CreateAsync()).SendAsync(Mail(address), Cancel);
        Assert.Equal(SendOutcome.Refused, result.Outcome);
        Assert.NotEmpty(result.Reason!);
        Assert.Equal(before, (await ReceivedAsync()).Count);
    }

    [Fact]
    public async Task Send_Cancelled_Ends()
    {
        using var cancelled = new CancellationTokenSource();
        await cancelled.CancelAsync();
        var (sender, mail) = (await CreateAsync(), Mail());
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => sender.SendAsync(mail, cancelled.Token));
        Assert.DoesNotContain(await ReceivedAsync(), received => received.MessageId!.StartsWith(mail.Id.ToString(), StringComparison.Ordinal));
    }

    [Fact]
    public async Task Check_SaysWhereMailsGo()
    {
        var before = (await ReceivedAsync()).Count;
        Assert.NotEmpty(await (await CreateAsync()).CheckAsync(Cancel));
        Assert.Equal(before, (await ReceivedAsync()).Count);
    }
}
