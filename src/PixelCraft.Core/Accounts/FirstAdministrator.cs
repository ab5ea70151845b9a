using Microsoft.AspNetCore.Hosting.Server;
using Microsoft.AspNetCore.Hosting.Server.Features;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;
using PixelCraft.Accounts.Contracts;

namespace PixelCraft.Accounts;

/// <summary>
/// While there is no member, makes the code with which the first one registers, as administrator, and writes it to the
/// log. Each server that starts makes one; all end with the first member.
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
    private static readonly TimeSpan RetryInterval = TimeSpan.FromSeconds(5);

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        // Only then the server knows its address.
        await StartedAsync(stoppingToken);
        while (true)
        {
            try
            {
                await OfferAsync(stoppingToken);
                return;
            }
            catch (UnavailableException e)
            {
                log.LogWarning(e, "Whether there is a member could not be read; trying again in {Interval}.", RetryInterval);
                await Task.Delay(RetryInterval, time, stoppingToken);
            }
        }
    }

    private async Task OfferAsync(CancellationToken cancellationToken)
    {
        if (await members.AnyAsync(cancellationToken)) return;
        var code = Secrets.NewCode();
        var expires = time.GetUtcNow() + options.Value.InvitationLifetime;
        await invitations.AddAsync(new Invitation(Secrets.HashCode(code), IsAdministrator: true, IsFirst: true, expires), cancellationToken);
        log.LogInformation(
            """
            Nobody has registered yet. Open this address to become the administrator:

                {Address}/register?invitation={Code}

            """,
            Address(), code);
    }

    private string Address()
    {
        var address = services.GetService<IServer>()?.Features.Get<IServerAddressesFeature>()?.Addresses.FirstOrDefault() ?? "http://localhost";
        foreach (var any in new[] { "//[::]", "//0.0.0.0", "//+", "//*" }) address = address.Replace(any, "//localhost", StringComparison.Ordinal);
        return address.TrimEnd('/');
    }

    private async Task StartedAsync(CancellationToken cancellationToken)
    {
        var started = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        await using var onStart = lifetime.ApplicationStarted.Register(started.SetResult);
        await started.Task.WaitAsync(cancellationToken);
    }
}
