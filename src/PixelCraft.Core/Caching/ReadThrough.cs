using System.Collections.Concurrent;

namespace PixelCraft.Caching;

/// <summary>
/// A bounded copy in memory of values that are read elsewhere. It guards against the reader who read a value before it
/// changed and comes to store it afterwards: what was read before the latest <see cref="Forget"/> is not taken.
/// </summary>
/// <param name="capacity">Values held; when it is reached the copy starts empty again, which costs one read per value.</param>
public sealed class ReadThrough<TKey, TValue>(int capacity)
    where TKey : notnull
{
    private readonly ConcurrentDictionary<TKey, TValue> _values = new();
    private readonly Lock _writing = new();
    private long _generation;

    /// <summary>To be taken before the value is read, and handed to <see cref="Add"/>.</summary>
    public long Generation => Volatile.Read(ref _generation);

    /// <summary>The copy of a value, if there is one.</summary>
    public bool TryGet(TKey key, [System.Diagnostics.CodeAnalysis.MaybeNullWhen(false)] out TValue value) => _values.TryGetValue(key, out value);

    /// <summary>Keeps a value that was read in this generation.</summary>
    public void Add(TKey key, TValue value, long generation)
    {
        lock (_writing)
        {
            if (generation != _generation) return;
            if (_values.Count >= capacity) _values.Clear();
            _values[key] = value;
        }
    }

    /// <summary>Drops the copy of one value; to be called after the change.</summary>
    public void Forget(TKey key)
    {
        lock (_writing)
        {
            _generation++;
            _values.TryRemove(key, out _);
        }
    }

    /// <summary>Drops the copies of some values, looking at all of them; to be called after the change.</summary>
    public void ForgetWhere(Func<TValue, bool> changed)
    {
        lock (_writing)
        {
            _generation++;
            foreach (var (key, value) in _values)
                if (changed(value)) _values.TryRemove(key, out _);
        }
    }
}
