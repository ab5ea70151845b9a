using Microsoft.EntityFrameworkCore;
using PixelCraft.Ids;
using PixelCraft.Images;

namespace PixelCraft.Adapters.EntityFramework.Catalogue;

/// <summary>The index of variants on demand on SQLite or PostgreSQL.</summary>
internal sealed class EfTransformIndex(IDbContextFactory<CatalogueDbContext> factory, IConfirmation confirmation) : ITransformIndex
{
    public async Task AddAsync(Id image, string name, DateTimeOffset madeAt, CancellationToken cancellationToken)
    {
        await using var db = await factory.CreateDbContextAsync(cancellationToken);
        db.Transforms.Add(new StoredTransform(image, name, madeAt));
        try
        {
            await db.SaveChangesAsync(cancellationToken);
        }
        catch (DbUpdateException e) when (e.IsDuplicate())
        {
            // It is noted already, which is what was asked for.
            await confirmation.ConfirmAsync(image, cancellationToken);
        }
    }

    public async Task<IReadOnlyList<string>> ListAsync(Id image, CancellationToken cancellationToken)
    {
        await using var db = await factory.CreateDbContextAsync(cancellationToken);
        return await db.Transforms.Where(transform => transform.ImageId == image)
            .OrderBy(transform => transform.MadeAt).ThenBy(transform => transform.Name)
            .Select(transform => transform.Name).ToListAsync(cancellationToken);
    }

    public async Task RemoveAsync(Id image, string name, CancellationToken cancellationToken)
    {
        await using var db = await factory.CreateDbContextAsync(cancellationToken);
        await db.Transforms.Where(transform => transform.ImageId == image && transform.Name == name).ExecuteDeleteAsync(cancellationToken);
    }
}
