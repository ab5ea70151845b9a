using PixelCraft.Jobs;

namespace PixelCraft.Tests.Jobs;

internal static class JobQueueExtensions
{
    /// <summary>Takes one job; null when none came.</summary>
    public static async Task<IJobLease?> TakeAsync(this IJobQueue queue, TimeSpan wait, CancellationToken cancellationToken) =>
        (await queue.TakeAsync(1, wait, cancellationToken)).SingleOrDefault();
}
