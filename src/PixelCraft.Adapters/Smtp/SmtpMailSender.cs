using System.Net.Sockets;
using MailKit;
using MailKit.Net.Smtp;
using MailKit.Security;
using Microsoft.Extensions.Options;
using PixelCraft.Mail;

namespace PixelCraft.Adapters.Smtp;

/// <summary>Hands mails to an SMTP server, over a connection for each: mails are few, and a server may close one that is idle.</summary>
internal sealed class SmtpMailSender(MimeMails mails, IOptions<SmtpOptions> options, TimeProvider time) : IMailSender
{
    private const string Name = "mail server";

    public async Task<SendResult> SendAsync(MailMessage mail, CancellationToken cancellationToken)
    {
        using var message = mails.Create(mail);
        if (message is null) return MimeMails.NoAddress;
        return await WithServerAsync(
            async (client, cancel) =>
            {
                try
                {
                    await client.SendAsync(message, cancel);
                    return new SendResult(SendOutcome.Sent);
                }
                catch (SmtpCommandException e) when (e.StatusCode is not SmtpStatusCode.ServiceNotAvailable)
                {
                    return new SendResult((int)e.StatusCode >= 500 ? SendOutcome.Refused : SendOutcome.NotNow, $"{(int)e.StatusCode} {e.Message}");
                }
            },
            cancellationToken);
    }

    public Task<string> CheckAsync(CancellationToken cancellationToken) => WithServerAsync(
        async (client, cancel) =>
        {
            await client.NoOpAsync(cancel);
            return $"{options.Value.Host}:{options.Value.Port}";
        },
        cancellationToken);

    private async Task<T> WithServerAsync<T>(Func<SmtpClient, CancellationToken, Task<T>> work, CancellationToken cancellationToken)
    {
        var server = options.Value;
        using var limit = new CancellationTokenSource(server.Timeout, time);
        using var linked = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken, limit.Token);
        // As everywhere in .NET certificates are not looked up in revocation lists, which servers of one's own seldom have.
        using var client = new SmtpClient { CheckCertificateRevocation = false };
        try
        {
            await client.ConnectAsync(server.Host, server.Port, Tls(server.Tls), linked.Token);
            if (server.User.Length > 0) await client.AuthenticateAsync(server.User, server.Password, linked.Token);
            var result = await work(client, linked.Token);
            await LeaveAsync(client, linked.Token);
            return result;
        }
        catch (OperationCanceledException e) when (!cancellationToken.IsCancellationRequested)
        {
            throw new UnavailableException(Name, new TimeoutException($"No answer within {server.Timeout.TotalSeconds:0.#} s.", e));
        }
        catch (Exception e) when (IsAway(e))
        {
            throw new UnavailableException(Name, e);
        }
    }

    /// <summary>Says goodbye. What was answered counts, whether or not the server still listens.</summary>
    private static async Task LeaveAsync(SmtpClient client, CancellationToken cancellationToken)
    {
        try
        {
            await client.DisconnectAsync(quit: true, cancellationToken);
        }
        catch (Exception e) when (IsAway(e) || e is OperationCanceledException)
        {
            // Gone already.
        }
    }

    // NotSupportedException: it doesn't offer what the configuration asks for, such as STARTTLS. For an operator to settle, and not the mail's fault.
    private static bool IsAway(Exception e) =>
        e is IOException or SocketException or ProtocolException or CommandException or ServiceNotConnectedException or ServiceNotAuthenticatedException
            or AuthenticationException or SslHandshakeException or NotSupportedException;

    private static SecureSocketOptions Tls(SmtpTls tls) => tls switch
    {
        SmtpTls.StartTls => SecureSocketOptions.StartTls,
        SmtpTls.Implicit => SecureSocketOptions.SslOnConnect,
        _ => SecureSocketOptions.None,
    };
}
