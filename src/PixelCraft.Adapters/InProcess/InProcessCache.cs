using Microsoft.Extensions.Caching.Memory;
using Microsoft.Extensions.Options;
using PixelCraft.Caching;

namespace PixelCraft.Adapters.InProcess;

/// <summary>
/// The cache in the memory of this process: the framework's, bounded in bytes. When it is full a new value is not kept
/// and the least used ones make room.
/// </summary>
internal sealed class InProcessCache : ICache, IDisposable
{
    /// <summary>What an entry takes besides its value and key, about.</summary>
    private const int EntryOverhead = 200;

    private readonly MemoryCache _entries;

    // Writers one after the other: "only where there is none" is two steps. Readers don't wait.
    private readonly Lock _writing = new();

    public InProcessCache(IOptions<InProcessCacheOptions> options) =>
        _entries = new MemoryCache(new MemoryCacheOptions { SizeLimit = options.Value.Capacity });

    public ValueTask<byte[]?> GetAsync(string key, CancellationToken cancellationToken)
    {
        CacheRules.CheckKey(key);

        // A copy, as from any other store: what the caller does to it stays with the caller.
        return ValueTask.FromResult(_entries.TryGetValue(key, out byte[]? value) ? value?.ToArray() : null);
    }

    public ValueTask<bool> SetAsync(string key, ReadOnlyMemory<byte> value, TimeSpan lifetime, CancellationToken cancellationToken)
    {
        CacheRules.Check(key, value, lifetime);
        lock (_writing)
            Set(key, value, lifetime);
        return ValueTask.FromResult(true);
    }

    public ValueTask<bool> AddAsync(string key, ReadOnlyMemory<byte> value, TimeSpan lifetime, CancellationToken cancellationToken)
    {
        CacheRules.Check(key, value, lifetime);
        lock (_writing)
        {
            if (_entries.TryGetValue(key, out _))
                return ValueTask.FromResult(false);
            Set(key, value, lifetime);
        }

        return ValueTask.FromResult(true);
    }

    public ValueTask<bool> RemoveAsync(string key, CancellationToken cancellationToken)
    {
        CacheRules.CheckKey(key);
        lock (_writing)
            _entries.Remove(key);
        return ValueTask.FromResult(true);
    }

    public void Dispose() => _entries.Dispose();

    private void Set(string key, ReadOnlyMemory<byte> value, TimeSpan lifetime) => _entries.Set(
        key,
        value.ToArray(),
        new MemoryCacheEntryOptions
        {
            AbsoluteExpirationRelativeToNow = lifetime,
            Size = value.Length + key.Length * sizeof(char) + EntryOverhead,
        });
}
