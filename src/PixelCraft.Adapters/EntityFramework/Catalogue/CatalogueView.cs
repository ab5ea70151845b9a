using PixelCraft.Ids;
using PixelCraft.Images;
using PixelCraft.Images.Contracts;

namespace PixelCraft.Adapters.EntityFramework.Catalogue;

/// <summary>The catalogue as it is shown: from PostgreSQL's replicas, where there are any.</summary>
internal sealed class CatalogueView(RawDatabase database) : ICatalogueView
{
    private readonly ImageReader _reader = new(database, nearly: true);
    private readonly ImageSearch _search = new(database);

    public Task<ImageRecord?> FindAsync(Id id, CancellationToken cancellationToken) => _reader.FindAsync(id, cancellationToken);

    public Task<IReadOnlyList<ImageRecord>> ListAsync(ImageQuery query, CancellationToken cancellationToken) => _reader.ListAsync(query, cancellationToken);

    public Task<FoundImages> SearchAsync(ImageQuery query, SearchTerms terms, CancellationToken cancellationToken) => _search.SearchAsync(query, terms, cancellationToken);
}
