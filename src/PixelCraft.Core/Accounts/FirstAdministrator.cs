using Microsoft.AspNetCore.Hosting.Server;
using Microsoft.AspNetCore.Hosting.Server.Features;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;
using PixelCraft.Accounts.Contracts;
using PixelCraft.Http;

namespace PixelCraft.Accounts;

/// <summary>
/// While there is no member, makes the code with which the first one registers, as administrator, and writes it to the
/// log: at the start, when the last member has gone, and when the code has expired. Each server makes one; all end with the
/// first member.
/// </summary>
internal sealed class FirstAdministrator(
    IMemberStore members,
    IInvitationStore invitations,
    IServiceProvider services,
    IHostApplicationLifetime lifetime,
    TimeProvider time,
    IOptions<AccountsOptions> options,
    ILogger<FirstAdministrator> log) : BackgroundService
{
    private static readonly TimeSpan Interval = TimeSpan.FromMinutes(1);

    /// <summary>Until the first answer: somebody may be waiting for the code.</summary>
    private static readonly TimeSpan RetryInterval = TimeSpan.FromSeconds(5);

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        // Only then the server knows its address.
        await StartedAsync(stoppingToken);
        string? offered = null;
        var wait = RetryInterval;
        while (true)
        {
            try
            {
                // Used up or expired: the first member may have come and gone between two looks.
                var isOpen = offered is not null && await invitations.FindAsync(offered, stoppingToken) is not null;
                if (!isOpen && !await members.AnyAsync(stoppingToken)) offered = await OfferAsync(stoppingToken);
                wait = Interval;
            }
            catch (UnavailableException e)
            {
                log.LogWarning("Whether there is a member could not be read; trying again in {Interval}: {Reason}", wait, e.Message);
            }
            await Task.Delay(wait, time, stoppingToken);
        }
    }

    /// <summary>Makes a code and tells it; returns its hash.</summary>
    private async Task<string> OfferAsync(CancellationToken cancellationToken)
    {
        var code = Secrets.NewCode();
        var expires = time.GetUtcNow() + options.Value.InvitationLifetime;
        var hash = Secrets.HashCode(code);
        await invitations.AddAsync(new Invitation(hash, IsAdministrator: true, IsFirst: true, expires), cancellationToken);
        log.LogInformation(
            """
            Nobody has registered yet. Open this address to become the administrator:

                {Address}/register?invitation={Code}

            """,
            Address(), code);
        return hash;
    }

    private string Address() => ListenAddress.OnThisMachine(
        services.GetService<IServer>()?.Features.Get<IServerAddressesFeature>()?.Addresses.FirstOrDefault() ?? "http://localhost");

    private async Task StartedAsync(CancellationToken cancellationToken)
    {
        var started = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        await using var onStart = lifetime.ApplicationStarted.Register(started.SetResult);
        await started.Task.WaitAsync(cancellationToken);
    }
}
