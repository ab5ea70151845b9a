using System.Net;
using System.Net.Sockets;
using Microsoft.Extensions.Options;
using MimeKit;
using PixelCraft.Adapters.Smtp;
using PixelCraft.Cluster;
using PixelCraft.Mail;
using PixelCraft.Mail.Contracts;
using PixelCraft.Tests.Contracts;
using Xunit;

namespace PixelCraft.Tests.Adapters.Smtp;

public sealed class SmtpMailSenderTests(Servers servers) : MailSenderContract
{
    [Theory]
    [InlineData("bounce@example.net", SendOutcome.Refused, "550 5.1.1 no such user")]
    [InlineData("defer@example.net", SendOutcome.NotNow, "451 4.3.0 try later")]
    public async Task Send_WhatTheServerRefuses_IsToldInItsWords(string address, SendOutcome outcome, string reason) =>
        Assert.Equal(new SendResult(outcome, reason), await (await CreateAsync()).SendAsync(Mail(address), Cancel));

    [Fact]
    public async Task Send_ManyAtOnce_AllArrive()
    {
        var sender = await CreateAsync();
        var mails = Enumerable.Range(0, 20).Select(_ => Mail()).ToList();
        await Task.WhenAll(mails.Select(mail => sender.SendAsync(mail, Cancel)));
        foreach (var mail in mails) await OnlyAsync(mail);
    }

    [Fact]
    public async Task Send_NobodyListens_IsUnavailable()
    {
        await using var sink = await Servers.SkipIfMissingAsync(() => SmtpSink.StartAsync(Cancel));
        var sender = Create(sink.Address, sink.Port);
        sink.Kill();
        await Assert.ThrowsAsync<UnavailableException>(() => sender.SendAsync(Mail(), Cancel));
        await Assert.ThrowsAsync<UnavailableException>(() => sender.CheckAsync(Cancel));

        await sink.RestartAsync(Cancel);
        Assert.Equal(SendOutcome.Sent, (await sender.SendAsync(Mail(), Cancel)).Outcome);
    }

    [Fact]
    public async Task Send_ServerStandsStill_IsUnavailableWhenTimeIsUp()
    {
        await using var sink = await Servers.SkipIfMissingAsync(() => SmtpSink.StartAsync(Cancel));
        var sender = Create(sink.Address, sink.Port, options => options.Timeout = TimeSpan.FromSeconds(1));
        sink.Pause();
        var away = await Assert.ThrowsAsync<UnavailableException>(() => sender.SendAsync(Mail(), Cancel));
        Assert.IsType<TimeoutException>(away.InnerException);
    }

    [Theory]
    [InlineData(SmtpTls.StartTls)]
    [InlineData(SmtpTls.Implicit)]
    public async Task Send_ServerWithoutTheTlsThatIsAskedFor_GetsNoMail(SmtpTls tls)
    {
        var sink = await servers.SmtpAsync();
        var (sender, mail) = (Create(sink.Address, sink.Port, options => (options.Tls, options.Timeout) = (tls, TimeSpan.FromSeconds(5))), Mail());
        await Assert.ThrowsAsync<UnavailableException>(() => sender.SendAsync(mail, Cancel));
        Assert.DoesNotContain(await ReceivedAsync(), received => received.MessageId!.StartsWith(mail.Id.ToString(), StringComparison.Ordinal));
    }

    [Fact]
    public async Task Send_ServerThatLetsNobodySignIn_IsUnavailable()
    {
        var sink = await servers.SmtpAsync();
        var sender = Create(sink.Address, sink.Port, options => (options.User, options.Password) = ("ada", "secret"));
        await Assert.ThrowsAsync<UnavailableException>(() => sender.SendAsync(Mail(), Cancel));
    }

    [Theory]
    [InlineData("421 4.3.2 shutting down\r\n")]
    [InlineData("554 5.3.2 no service\r\n")]
    [InlineData("what?\r\n")]
    [InlineData("")]
    public async Task Send_ServerThatTakesNobody_IsUnavailable(string greeting)
    {
        using var listener = new TcpListener(IPAddress.Loopback, 0);
        listener.Start();
        var serving = Task.Run(
            async () =>
            {
                using var client = await listener.AcceptTcpClientAsync(Cancel);
                await client.GetStream().WriteAsync(System.Text.Encoding.ASCII.GetBytes(greeting), Cancel);
            },
            Cancel);
        await Assert.ThrowsAsync<UnavailableException>(() => Create("127.0.0.1", ((IPEndPoint)listener.LocalEndpoint).Port).SendAsync(Mail(), Cancel));
        await serving;
    }

    protected override async Task<IMailSender> CreateAsync()
    {
        var sink = await servers.SmtpAsync();
        return Create(sink.Address, sink.Port);
    }

    protected override async Task<IReadOnlyList<MimeMessage>> ReceivedAsync() =>
        await Task.WhenAll((await servers.SmtpAsync()).Mails.Select(file => MimeMessage.LoadAsync(file, Cancel)));

    private static SmtpMailSender Create(string host, int port, Action<SmtpOptions>? change = null)
    {
        var options = new SmtpOptions { Host = host, Port = port, Tls = SmtpTls.None };
        change?.Invoke(options);
        return new SmtpMailSender(new MimeMails(Options.Create(new MailOptions { From = From })), Options.Create(options), TimeProvider.System);
    }
}
