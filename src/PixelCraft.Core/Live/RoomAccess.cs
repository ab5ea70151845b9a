using PixelCraft.Accounts.Contracts;
using PixelCraft.Ids;
using PixelCraft.Images.Contracts;

namespace PixelCraft.Live;

/// <summary>What rooms know of images and members.</summary>
internal sealed class RoomAccess(IImageLookup images, IMemberDirectory members)
{
    /// <summary>An image, which says who may see it; null where there is none.</summary>
    public ValueTask<ImageRecord?> FindAsync(Id image, CancellationToken cancellationToken) => images.FindAsync(image, cancellationToken);

    /// <summary>Names of members; those whose account was closed are left out.</summary>
    public Task<IReadOnlyDictionary<Id, string>> NamesAsync(IReadOnlyCollection<Id> ids, CancellationToken cancellationToken) => members.NamesAsync(ids, cancellationToken);

    /// <summary>A member's name; null for one whose account was closed.</summary>
    public async Task<string?> NameAsync(Id member, CancellationToken cancellationToken) =>
        (await members.NamesAsync([member], cancellationToken)).GetValueOrDefault(member);
}
