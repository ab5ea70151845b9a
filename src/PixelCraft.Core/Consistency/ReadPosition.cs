using System.Diagnostics.CodeAnalysis;
using System.Globalization;
using System.Text;

namespace PixelCraft.Consistency;

/// <summary>
/// How far a store must have got for whoever asks to find there what they have written (docs/decisions/0016-replicas.md). It travels
/// with the client from answer to request, so that no server keeps it: a store that has copies notes where its log stood after each
/// write, and reads only from copies that have got so far. One request at a time has one; code that serves no request has none.
/// </summary>
public sealed class ReadPosition
{
    /// <summary>Characters of the written form, at most: of eight stores.</summary>
    public const int MaxTextLength = 400;

    private const int MaxStores = 8;
    private const int MaxNameLength = 32;

    private static readonly AsyncLocal<ReadPosition?> Ambient = new();

    private readonly Lock _changing = new();
    private readonly Dictionary<string, ulong> _stores = [];
    private volatile bool _hasAdvanced;

    /// <summary>Of the request that is being served; null outside one, and in one that neither brings a position nor may write.</summary>
    public static ReadPosition? Current
    {
        get => Ambient.Value;
        set => Ambient.Value = value;
    }

    /// <summary>Whether something was written since it was read from the client.</summary>
    public bool HasAdvanced => _hasAdvanced;

    /// <summary>How far a store must be; 0 where nothing is known to have been written there.</summary>
    /// <param name="store">Its name.</param>
    public ulong Of(string store)
    {
        lock (_changing) return _stores.GetValueOrDefault(store);
    }

    /// <summary>Notes where a store's log stood after a write. A position never goes back.</summary>
    /// <param name="store">Its name: 1 to 32 lower-case letters, digits and '-'.</param>
    /// <param name="position">In the store's own measure, which grows with every write.</param>
    public void Advance(string store, ulong position)
    {
        if (!IsName(store)) throw new ArgumentException($"'{store}' is not the name of a store.", nameof(store));
        lock (_changing)
        {
            if (position <= _stores.GetValueOrDefault(store)) return;
            // What a client brought of stores that are no more makes room.
            if (_stores.Count == MaxStores && !_stores.ContainsKey(store)) _stores.Clear();
            _stores[store] = position;
        }
        _hasAdvanced = true;
    }

    /// <summary>
    /// Reads the written form. It comes from clients and isn't trusted: there is one way to write it, and the worst that a made-up one
    /// does is to have its sender's reads answered where all writes are.
    /// </summary>
    public static bool TryParse([NotNullWhen(true)] string? text, [NotNullWhen(true)] out ReadPosition? position)
    {
        position = null;
        if (text is not { Length: > 0 and <= MaxTextLength }) return false;
        var read = new ReadPosition();
        foreach (var part in text.Split('_'))
        {
            if (part.Split('.') is not [var name, var number] || !IsName(name) || read._stores.Count == MaxStores) return false;
            if (number.Length is 0 or > 16 || !number.All(char.IsAsciiHexDigitLower)) return false;
            if (!read._stores.TryAdd(name, ulong.Parse(number, NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture))) return false;
        }
        position = read;
        return true;
    }

    /// <summary>The written form: <c>catalogue.16b3740</c>, of several stores with '_' between.</summary>
    public override string ToString()
    {
        var text = new StringBuilder();
        lock (_changing)
            foreach (var (store, position) in _stores)
                text.Append(text.Length == 0 ? "" : "_").Append(store).Append('.').Append(position.ToString("x", CultureInfo.InvariantCulture));
        return text.ToString();
    }

    private static bool IsName(string store) =>
        store.Length is > 0 and <= MaxNameLength && store.All(c => char.IsAsciiLetterLower(c) || char.IsAsciiDigit(c) || c == '-');
}
