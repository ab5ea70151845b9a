using System.IO.Compression;
using System.Text.Json;
using System.Text.Json.Serialization.Metadata;
using PixelCraft.Accounts.Contracts;

namespace PixelCraft.Accounts;

/// <summary>A ZIP archive that is written while it is sent.</summary>
internal sealed class MemberArchive(ZipArchive zip, TimeProvider time) : IMemberArchive
{
    public async Task AddAsync(string path, Stream content, CancellationToken cancellationToken)
    {
        // Most bytes are images, which deflate can't make smaller.
        var level = path.EndsWith(".json", StringComparison.Ordinal) ? CompressionLevel.Fastest : CompressionLevel.NoCompression;
        var entry = zip.CreateEntry(path, level);
        entry.LastWriteTime = time.GetUtcNow();
        await using var target = await entry.OpenAsync(cancellationToken);
        await content.CopyToAsync(target, cancellationToken);
    }

    public async Task AddJsonAsync<T>(string path, T value, JsonTypeInfo<T> type, CancellationToken cancellationToken)
    {
        using var json = new MemoryStream(JsonSerializer.SerializeToUtf8Bytes(value, type));
        await AddAsync(path, json, cancellationToken);
    }
}
