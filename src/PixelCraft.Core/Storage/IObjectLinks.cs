using PixelCraft.Consistency;

namespace PixelCraft.Storage;

/// <summary>What only some stores can do: let somebody else fetch an object from them, without a way through the program.</summary>
[ConsistencyChoice(typeof(IObjectStore))]
public interface IObjectLinks
{
    /// <summary>A URL by which anybody who has it can GET the object, whole or by range, until then. Nothing is sent: the object need not be there.</summary>
    /// <param name="key">The object's key, see <see cref="IObjectStore"/>.</param>
    /// <param name="until">Until when, UTC; 7 days from now at most.</param>
    Uri ReadUrl(string key, DateTimeOffset until);
}
