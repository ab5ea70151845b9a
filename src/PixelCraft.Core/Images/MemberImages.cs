using System.Text.Json;
using PixelCraft.Accounts.Contracts;
using PixelCraft.Ids;
using PixelCraft.Images.Contracts;
using PixelCraft.Images.Resumable;
using PixelCraft.Storage;

namespace PixelCraft.Images;

/// <summary>What this module keeps of a member: for the export of all data, and for the deletion of an account.</summary>
internal sealed class MemberImages(
    ICatalogue catalogue, ImageEraser eraser, IObjectStore store, IResumableUploads uploads, UploadRemoval removal) : IMemberData
{
    private const int BatchSize = 100;

    public async Task ExportAsync(Id member, IMemberArchive archive, CancellationToken cancellationToken)
    {
        await foreach (var listed in AllAsync(member, cancellationToken))
        {
            // By itself: a list is without metadata.
            if (await catalogue.FindAsync(listed.Id, cancellationToken) is not { } image) continue;
            using (var json = new MemoryStream(JsonSerializer.SerializeToUtf8Bytes(image, ImagesJson.Default.ImageRecord)))
                await archive.AddAsync($"images/{image.Id}.json", json, cancellationToken);
            await using var original = await store.OpenAsync(ObjectKeys.Original(image.Id), null, cancellationToken);
            if (original is not null)
                await archive.AddAsync($"images/{image.Id}.{image.ContentType.Split('/')[1]}", original.Content, cancellationToken);
        }
    }

    public async Task EraseAsync(Id member, CancellationToken cancellationToken)
    {
        while (await uploads.ListAsync(null, member, BatchSize, cancellationToken) is { Count: > 0 } unfinished)
            foreach (var upload in unfinished) await removal.RemoveAsync(upload, cancellationToken);
        await foreach (var image in AllAsync(member, cancellationToken)) await eraser.EraseAsync(image, cancellationToken);
    }

    private async IAsyncEnumerable<ImageRecord> AllAsync(
        Id member, [System.Runtime.CompilerServices.EnumeratorCancellation] CancellationToken cancellationToken)
    {
        var query = new ImageQuery { Owner = member, Limit = BatchSize };
        while (true)
        {
            var images = await catalogue.ListAsync(query, cancellationToken);
            foreach (var image in images) yield return image;
            if (images.Count < BatchSize) yield break;
            query = query with { After = images[^1].Id };
        }
    }
}
