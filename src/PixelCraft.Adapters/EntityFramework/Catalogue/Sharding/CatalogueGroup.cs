using Microsoft.Extensions.DependencyInjection;
using PixelCraft.Adapters.EntityFramework.Postgres;
using PixelCraft.Images;
using PixelCraft.Images.Discussions;

namespace PixelCraft.Adapters.EntityFramework.Catalogue.Sharding;

/// <summary>One of the databases over which the catalogue is spread, with the adapters of a catalogue in one database.</summary>
/// <param name="name">As it is configured: <c>catalogue</c>, <c>catalogue2</c>, …</param>
/// <param name="servers">Where it is.</param>
/// <param name="services">The adapters.</param>
internal sealed class CatalogueGroup(string name, PostgresServers servers, IServiceProvider services)
{
    public string Name => name;

    public PostgresServers Servers => servers;

    public RawDatabase Database { get; } = services.GetRequiredKeyedService<RawDatabase>(CatalogueServices.Name);

    public IModuleDatabase Module { get; } = services.GetRequiredService<IModuleDatabase>();

    public ICatalogue Catalogue { get; } = services.GetRequiredService<ICatalogue>();

    public ICatalogueView View { get; } = services.GetRequiredService<ICatalogueView>();

    public ISearchIndex Words { get; } = services.GetRequiredService<ISearchIndex>();

    public IQuotaLedger Ledger { get; } = services.GetRequiredService<IQuotaLedger>();

    public EfWithdrawals Withdrawals { get; } = services.GetRequiredService<EfWithdrawals>();

    public ICommentStore Comments { get; } = services.GetRequiredService<ICommentStore>();

    public ILikeStore Likes { get; } = services.GetRequiredService<ILikeStore>();

    public IConfirmation Confirmation { get; } = services.GetRequiredService<IConfirmation>();

    public ITransformIndex Transforms { get; } = services.GetRequiredService<ITransformIndex>();

    public IIdempotencyStore Keys { get; } = services.GetRequiredService<IIdempotencyStore>();

    public IResumableUploads Uploads { get; } = services.GetRequiredService<IResumableUploads>();
}
