using System.Collections.Concurrent;

namespace PixelCraft.Caching;

/// <summary>
/// A bounded copy in memory of values that are read elsewhere. It guards against the reader who read a value before it
/// changed and comes to store it afterwards: what was read before the latest <see cref="Forget"/> is not taken. Who misses a
/// value that somebody is already reading can wait for that.
/// </summary>
/// <param name="capacity">Values held; when it is reached the copy starts empty again, which costs one read per value.</param>
public sealed class ReadThrough<TKey, TValue>(int capacity)
    where TKey : notnull
{
    private readonly ConcurrentDictionary<TKey, TValue> _values = new();
    private readonly ConcurrentDictionary<(TKey Key, long Generation), Lazy<Task<TValue?>>> _loading = new();
    private readonly Lock _writing = new();
    private long _generation;

    /// <summary>To be taken before the value is read, and handed to <see cref="Add"/>.</summary>
    public long Generation => Volatile.Read(ref _generation);

    /// <summary>The copy of a value, if there is one.</summary>
    public bool TryGet(TKey key, [System.Diagnostics.CodeAnalysis.MaybeNullWhen(false)] out TValue value) => _values.TryGetValue(key, out value);

    /// <summary>
    /// Reads a value and keeps it; once, however many ask at the same time. What others began to read before the latest
    /// <see cref="Forget"/> is not waited for. That there is nothing (null) is not kept.
    /// </summary>
    /// <param name="key">Whose value.</param>
    /// <param name="load">Reads it. Not ended by the caller who goes, as others may wait for it too.</param>
    /// <param name="cancellationToken">Ends this caller's wait.</param>
    public async Task<TValue?> LoadAsync(TKey key, Func<TKey, Task<TValue?>> load, CancellationToken cancellationToken)
    {
        var place = (key, Generation);
        var loading = _loading.GetOrAdd(place, static (place, all) => new(() => all.Self.ReadAsync(place, all.Load)), (Self: this, Load: load));
        return await loading.Value.WaitAsync(cancellationToken);
    }

    private async Task<TValue?> ReadAsync((TKey Key, long Generation) place, Func<TKey, Task<TValue?>> load)
    {
        try
        {
            var value = await load(place.Key);
            if (value is not null) Add(place.Key, value, place.Generation);
            return value;
        }
        finally
        {
            _loading.TryRemove(place, out _);
        }
    }

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
