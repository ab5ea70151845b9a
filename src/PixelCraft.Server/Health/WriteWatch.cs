using PixelCraft.Adapters.EntityFramework;
using PixelCraft.Adapters.EntityFramework.Accounts;
using PixelCraft.Adapters.EntityFramework.Catalogue;
using PixelCraft.Consistency;
using PixelCraft.Http;

namespace PixelCraft.Server.Health;

/// <summary>Tries every two seconds whether accounts and images take changes, so that no request has to ask.</summary>
internal sealed class WriteWatch(IEnumerable<IModuleDatabase> databases, WriteStatus status, TimeProvider time, ILogger<WriteWatch> log) : BackgroundService
{
    private static readonly TimeSpan Interval = TimeSpan.FromSeconds(2);

    /// <summary>Far longer than a commit takes, and shorter than a member likes to wait.</summary>
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(3);

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        using var timer = new PeriodicTimer(Interval, time);
        do
        {
            var (accounts, images) = (TakesWritesAsync(AccountsServices.Name, stoppingToken), TakesWritesAsync(CatalogueServices.Name, stoppingToken));
            Tell("Accounts", status.Accounts, status.Accounts = await accounts);
            Tell("Images", status.Images, status.Images = await images);
        }
        while (await timer.WaitForNextTickAsync(stoppingToken));
    }

    /// <summary>Whether all databases of a module do.</summary>
    private async Task<bool> TakesWritesAsync(string module, CancellationToken stoppingToken)
    {
        using var limit = CancellationTokenSource.CreateLinkedTokenSource(stoppingToken);
        limit.CancelAfter(Patience);
        try
        {
            // A server that is frozen doesn't notice that it is asked to stop either.
            await Task.WhenAll(databases.Where(database => database.ModuleName == module).Select(database => database.TryToWriteAsync(limit.Token))).WaitAsync(limit.Token);
            return true;
        }
        catch (Exception e) when (!stoppingToken.IsCancellationRequested)
        {
            log.LogDebug(e, "Whether {Module} takes changes:", module);
            // Anything else, such as a right that the program's role doesn't have for this, says nothing of other changes.
            return !(Outage.Is(e) || e is OperationCanceledException);
        }
    }

    private void Tell(string what, bool before, bool now)
    {
        if (before && !now) log.LogWarning("{What} take no changes: members are told that they are read-only.", what);
        if (!before && now) log.LogInformation("{What} take changes again.", what);
    }
}
