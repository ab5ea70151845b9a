using PixelCraft.Consistency;

namespace PixelCraft.Storage;

/// <summary>What only a store on this machine can do: name the file of an object, so that it need not be copied to be read.</summary>
[ConsistencyChoice(typeof(IObjectStore))]
public interface ILocalObjects
{
    /// <summary>
    /// The file that begins with the object's bytes; further bytes of the store may follow them. Null where there is no such
    /// object. It is only to be read, and may go at any time.
    /// </summary>
    string? PathOf(string key);
}
