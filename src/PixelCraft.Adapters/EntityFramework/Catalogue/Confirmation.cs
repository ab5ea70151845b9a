using PixelCraft.Ids;
using PixelCraft.Images;

namespace PixelCraft.Adapters.EntityFramework.Catalogue;

/// <summary>On PostgreSQL a commit that waits for the standby as every other; on SQLite, whose file is the only copy, nothing.</summary>
internal sealed class Confirmation(RawDatabase database) : IConfirmation
{
    public Task ConfirmAsync(Id id, CancellationToken cancellationToken) => database.ConfirmAsync(cancellationToken);
}
