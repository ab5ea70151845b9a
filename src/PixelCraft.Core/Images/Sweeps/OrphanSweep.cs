using Microsoft.Extensions.Logging;
using PixelCraft.Ids;
using PixelCraft.Images.Contracts;
using PixelCraft.Storage;

namespace PixelCraft.Images.Sweeps;

/// <summary>
/// Makes object store and catalogue agree. Objects that no record speaks of are removed when they are a day old: an upload
/// that is being taken in has its object before its record. Images whose original is missing become <c>failed</c>, so that their owners know; those
/// that lack a variant are processed again.
/// </summary>
internal sealed class OrphanSweep(
    IObjectStore store, ICatalogue catalogue, ImageRecords records, IResumableUploads uploads, SweepMetrics metrics, TimeProvider time, ILogger<OrphanSweep> log)
{
    private const int Batch = 500;
    private static readonly TimeSpan Age = TimeSpan.FromDays(1);

    /// <summary>One sweep; how many objects it removed.</summary>
    public async Task<int> RunAsync(CancellationToken cancellationToken)
    {
        var removed = 0;
        foreach (var prefix in new[] { "originals/", "variants/", "transforms/" }) removed += await SweepAsync(prefix, catalogue.ExistingAsync, cancellationToken);
        removed += await SweepAsync("uploads/", UnfinishedAsync, cancellationToken);
        await JudgeMissingAsync(cancellationToken);
        if (removed > 0) log.LogInformation("Removed {Count} objects that no record spoke of.", removed);
        return removed;
    }

    private async Task<int> SweepAsync(
        string prefix, Func<IReadOnlyCollection<Id>, CancellationToken, Task<IReadOnlySet<Id>>> existing, CancellationToken cancellationToken)
    {
        var removed = 0;
        var by = time.GetUtcNow() - Age;
        var batch = new List<(string Key, Id Id)>(Batch);
        await foreach (var found in store.ListAsync(prefix, cancellationToken))
        {
            if (found.ModifiedAt > by || !Id.TryParse(found.Key.Split('/')[1], out var id)) continue;
            batch.Add((found.Key, id));
            if (batch.Count == Batch) await JudgeAsync();
        }
        await JudgeAsync();
        return removed;

        async Task JudgeAsync()
        {
            if (batch.Count == 0) return;
            var known = await existing([.. batch.Select(item => item.Id).Distinct()], cancellationToken);
            foreach (var (key, id) in batch)
            {
                if (known.Contains(id)) continue;
                await store.DeleteAsync(key, cancellationToken);
                metrics.Count("orphan", 1);
                removed++;
            }
            batch.Clear();
        }
    }

    private async Task<IReadOnlySet<Id>> UnfinishedAsync(IReadOnlyCollection<Id> ids, CancellationToken cancellationToken)
    {
        var known = new HashSet<Id>();
        foreach (var id in ids)
            if (await uploads.FindAsync(id, cancellationToken) is { ImageId: null }) known.Add(id);
        return known;
    }

    /// <summary>Asks for each object by its key: a list of what is there would have to be kept as a whole.</summary>
    private async Task JudgeMissingAsync(CancellationToken cancellationToken)
    {
        var query = new ImageQuery { Limit = Batch };
        while (true)
        {
            var images = await catalogue.ListAsync(query, cancellationToken);
            foreach (var image in images.Where(image => image.Status != ImageStatus.Failed))
            {
                if (await IsMissingAsync(ObjectKeys.Original(image.Id), cancellationToken)) await FailAsync(image, cancellationToken);
                else if (image.Status == ImageStatus.Ready && await LacksVariantAsync(image, cancellationToken)) await ProcessAgainAsync(image, cancellationToken);
            }
            if (images.Count < Batch) return;
            query = query with { After = images[^1].Id };
        }
    }

    private async Task<bool> IsMissingAsync(string key, CancellationToken cancellationToken) => await store.FindAsync(key, cancellationToken) is null;

    private async Task<bool> LacksVariantAsync(ImageRecord image, CancellationToken cancellationToken)
    {
        foreach (var variant in image.Variants)
            if (await IsMissingAsync(ObjectKeys.Variant(image.Id, variant.Size, variant.Format), cancellationToken)) return true;
        return false;
    }

    private async Task FailAsync(ImageRecord image, CancellationToken cancellationToken)
    {
        var change = await records.ChangeAsync(
            image.Id,
            now => now.Status == ImageStatus.Failed ? null : now with { Status = ImageStatus.Failed, ContentHash = ContentHash.New(now.Sha256), FailureReason = "The uploaded file is missing from the store. Upload it again." },
            image.Version,
            cancellationToken);
        if (change.Outcome != ChangeOutcome.Done) return;
        metrics.Count("original", 1);
        log.LogError("The original of image {Image} is missing from the object store.", image.Id);
    }

    /// <summary>The sweep of what is in processing queues it.</summary>
    private async Task ProcessAgainAsync(ImageRecord image, CancellationToken cancellationToken)
    {
        var change = await records.ChangeAsync(
            image.Id,
            now => now.Status != ImageStatus.Ready ? null : now with { Status = ImageStatus.Processing, Variants = [], AvifDone = false },
            image.Version,
            cancellationToken);
        if (change.Outcome != ChangeOutcome.Done) return;
        metrics.Count("variant", 1);
        log.LogError("A variant of image {Image} is missing from the object store; it is processed again.", image.Id);
    }
}
