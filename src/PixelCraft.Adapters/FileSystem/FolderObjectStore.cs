using System.Buffers;
using System.Runtime.CompilerServices;
using System.Security.Cryptography;
using System.Text;
using Microsoft.Win32.SafeHandles;
using PixelCraft.Storage;

namespace PixelCraft.Adapters.FileSystem;

/// <summary>
/// Objects as files in a folder of this machine.
/// <para>
/// Stored format. An object is one file, <c>objects/{fan}/{name}</c>: <c>fan</c> is three hexadecimal digits of the key's
/// SHA-256, so that 4,096 folders share the entries evenly; <c>name</c> is the key with <c>_</c>, which no key has, for <c>/</c>.
/// The file holds the object's bytes, then its content type in ASCII, then one byte with the length of that text, then
/// <c>pco1</c>. Behind the bytes and not in a file or an extended attribute of its own, so that both are replaced in one
/// step, any tool can copy the folder, and image viewers still open the files.
/// </para>
/// <para>
/// Writing. Into <c>tmp/</c> of the same file system; fsync; rename; fsync of the folder: a power cut leaves the old object or the
/// new one. What a killed process left in <c>tmp/</c> is removed at the next start, so that the folder must belong to one process.
/// Only when the last fsync fails may an object be in place though the call threw.
/// </para>
/// Permissions needed: to read, write and make folders below the root.
/// </summary>
internal sealed class FolderObjectStore : IObjectStore, ILocalObjects
{
    private const string Name = "object store";
    private const int BufferSize = 128 * 1024;
    private const int MaxTypeLength = 255;
    private static readonly byte[] Mark = "pco1"u8.ToArray();

    private readonly string _objects;
    private readonly string _temporary;

    // Whether this process has seen to it that the fan's folder survives a power cut. Two writers may both see to it: no harm.
    private readonly bool[] _fans = new bool[4096];

    /// <summary>Makes the folders and removes what a killed process left.</summary>
    /// <exception cref="UnavailableException">The folder can't be made or written.</exception>
    public FolderObjectStore(FolderOptions options)
    {
        var root = Path.GetFullPath(options.Root);
        _objects = Path.Combine(root, "objects");
        _temporary = Path.Combine(root, "tmp");
        try
        {
            Directory.CreateDirectory(_objects);
            Directory.CreateDirectory(_temporary);
            foreach (var file in Directory.EnumerateFiles(_temporary)) File.Delete(file);
            Durably.Folder(root);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw Fault(e);
        }
    }

    /// <inheritdoc/>
    public async Task<StoredObject> PutAsync(string key, Stream content, string contentType, CancellationToken cancellationToken)
    {
        var (fan, path) = Locate(key);
        if (contentType.Length > MaxTypeLength || !Ascii.IsValid(contentType))
            throw new ArgumentException($"A content type has at most {MaxTypeLength} characters, all ASCII.", nameof(contentType));

        var temporary = Path.Combine(_temporary, Guid.NewGuid().ToString("n"));
        var placed = false;
        try
        {
            StoredObject stored;
            using (var file = OrFault(() => File.OpenHandle(temporary, FileMode.CreateNew, FileAccess.Write, FileShare.None, FileOptions.Asynchronous)))
            {
                var length = await CopyAsync(content, file, cancellationToken);
                byte[] tail = [.. Encoding.ASCII.GetBytes(contentType), (byte)contentType.Length, .. Mark];
                Write(file, tail, length);
                stored = OrFault(() =>
                {
                    RandomAccess.FlushToDisk(file);
                    return new StoredObject(key, length, contentType, File.GetLastWriteTimeUtc(file));
                });
            }
            cancellationToken.ThrowIfCancellationRequested();
            OrFault(() =>
            {
                MakeFan(fan);
                File.Move(temporary, path, overwrite: true);
                placed = true;
                Durably.Folder(Path.GetDirectoryName(path)!);
                return placed;
            });
            return stored;
        }
        finally
        {
            if (!placed) Discard(temporary);
        }
    }

    /// <inheritdoc/>
    public Task<ObjectReader?> OpenAsync(string key, ByteRange? range, CancellationToken cancellationToken)
    {
        cancellationToken.ThrowIfCancellationRequested();
        var opened = Open(key);
        if (opened is not var (file, info)) return Task.FromResult<ObjectReader?>(null);
        var (offset, length) = range is { } part ? (part.Offset, part.Length) : (0, info.Length);
        if (range is not null && (offset < 0 || length < 1 || offset > info.Length - length))
        {
            file.Dispose();
            throw new ArgumentOutOfRangeException(nameof(range), range, $"The object has {info.Length} bytes.");
        }
        return Task.FromResult<ObjectReader?>(new ObjectReader(info, new FileSegment(file, offset, length, ownsFile: true, Fault)));
    }

    /// <inheritdoc/>
    public Task<StoredObject?> FindAsync(string key, CancellationToken cancellationToken)
    {
        cancellationToken.ThrowIfCancellationRequested();
        var opened = Open(key);
        opened?.File.Dispose();
        return Task.FromResult(opened?.Info);
    }

    /// <inheritdoc/>
    public Task DeleteAsync(string key, CancellationToken cancellationToken)
    {
        cancellationToken.ThrowIfCancellationRequested();
        var (_, path) = Locate(key);
        OrFault(() =>
        {
            if (!File.Exists(path)) return Missing();
            File.Delete(path);
            Durably.Folder(Path.GetDirectoryName(path)!);
            return true;
        });
        return Task.CompletedTask;
    }

    /// <inheritdoc/>
    public string? PathOf(string key)
    {
        var (_, path) = Locate(key);
        return File.Exists(path) ? path : null;
    }

    /// <inheritdoc/>
    public async IAsyncEnumerable<ListedObject> ListAsync(string prefix, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        var begin = prefix.Replace('/', '_');
        OrFault(Missing);
        for (var fan = 0; fan < _fans.Length; fan++)
        {
            cancellationToken.ThrowIfCancellationRequested();
            // One folder is a page: a few hundred entries with a million objects. Off the caller's thread, since file systems only block.
            var page = await Task.Run(() => OrFault(() => Page(fan, begin)), cancellationToken);
            foreach (var found in page) yield return found;
        }
    }

    private List<ListedObject> Page(int fan, string begin)
    {
        var folder = new DirectoryInfo(Path.Combine(_objects, $"{fan:x3}"));
        var page = new List<ListedObject>();
        if (!folder.Exists) return page;
        foreach (var file in folder.EnumerateFiles())
        {
            if (!file.Name.StartsWith(begin, StringComparison.Ordinal)) continue;
            try
            {
                using var handle = File.OpenHandle(file.FullName, FileMode.Open, FileAccess.Read, FileShare.ReadWrite | FileShare.Delete);
                var info = Describe(file.Name.Replace('_', '/'), handle);
                page.Add(new ListedObject(info.Key, info.Length, info.ModifiedAt));
            }
            catch (FileNotFoundException)
            {
                // Removed in the meantime.
            }
        }
        return page;
    }

    private (int Fan, string Path) Locate(string key)
    {
        ObjectKey.ThrowIfInvalid(key);
        var hash = SHA256.HashData(Encoding.ASCII.GetBytes(key));
        var fan = hash[0] << 4 | hash[1] >> 4;
        var path = Path.GetFullPath(Path.Combine(_objects, $"{fan:x3}", key.Replace('/', '_')));
        // The rule for keys leaves no way out; this holds even if the rule is ever loosened.
        if (!path.StartsWith(_objects + Path.DirectorySeparatorChar, StringComparison.Ordinal))
            throw new ArgumentException("The key leads out of the folder.", nameof(key));
        return (fan, path);
    }

    private void MakeFan(int fan)
    {
        if (Volatile.Read(ref _fans[fan])) return;
        // The parent is not made here: when it is gone, so is the disk, and its mount point must not be filled.
        if (!Directory.Exists(_objects)) throw new DirectoryNotFoundException($"'{_objects}' is missing.");
        Directory.CreateDirectory(Path.Combine(_objects, $"{fan:x3}"));
        Durably.Folder(_objects);
        Volatile.Write(ref _fans[fan], true);
    }

    private (SafeFileHandle File, StoredObject Info)? Open(string key)
    {
        var (_, path) = Locate(key);
        SafeFileHandle file;
        try
        {
            file = File.OpenHandle(path, FileMode.Open, FileAccess.Read, FileShare.ReadWrite | FileShare.Delete, FileOptions.Asynchronous);
        }
        catch (Exception e) when (e is FileNotFoundException or DirectoryNotFoundException)
        {
            OrFault(Missing);
            return null;
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw Fault(e);
        }

        try
        {
            return (file, OrFault(() => Describe(key, file)));
        }
        catch
        {
            file.Dispose();
            throw;
        }
    }

    private static StoredObject Describe(string key, SafeFileHandle file)
    {
        Span<byte> buffer = stackalloc byte[MaxTypeLength + 1 + Mark.Length];
        var end = RandomAccess.GetLength(file);
        var tail = buffer[..(int)Math.Min(end, buffer.Length)];
        var read = 0;
        while (read < tail.Length && RandomAccess.Read(file, tail[read..], end - tail.Length + read) is > 0 and var more) read += more;

        var type = tail.Length > Mark.Length ? tail[^(Mark.Length + 1)] : 0;
        if (!tail.EndsWith(Mark) || tail.Length < type + 1 + Mark.Length) throw new IOException($"The file of the object '{key}' is damaged.");
        var text = tail[^(type + 1 + Mark.Length)..^(1 + Mark.Length)];
        return new StoredObject(key, end - text.Length - 1 - Mark.Length, Encoding.ASCII.GetString(text), File.GetLastWriteTimeUtc(file));
    }

    private static async Task<long> CopyAsync(Stream content, SafeFileHandle file, CancellationToken cancellationToken)
    {
        var buffer = ArrayPool<byte>.Shared.Rent(BufferSize);
        try
        {
            for (long length = 0; ;)
            {
                // Outside of any catch: what the content's stream throws is the caller's. Full buffers, since content from the network comes in small pieces.
                var read = await content.ReadAtLeastAsync(buffer, buffer.Length, throwOnEndOfStream: false, cancellationToken);
                Write(file, buffer.AsSpan(0, read), length);
                length += read;
                if (read < buffer.Length) return length;
            }
        }
        finally
        {
            ArrayPool<byte>.Shared.Return(buffer);
        }
    }

    /// <summary>On this thread: Linux has no other way to write a file, and the framework would only move the wait to another pool thread.</summary>
    private static void Write(SafeFileHandle file, ReadOnlySpan<byte> bytes, long offset)
    {
        try
        {
            RandomAccess.Write(file, bytes, offset);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw Fault(e);
        }
    }

    /// <summary>Nothing is there; but a folder that is gone altogether is an outage, not an empty store.</summary>
    private bool Missing() =>
        Directory.Exists(_objects) ? false : throw new DirectoryNotFoundException($"'{_objects}' is missing.");

    /// <summary>The call has failed already; what can't be removed now is removed at the next start.</summary>
    private static void Discard(string temporary)
    {
        try
        {
            File.Delete(temporary);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
        }
    }

    private static T OrFault<T>(Func<T> action)
    {
        try
        {
            return action();
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw Fault(e);
        }
    }

    private static Exception Fault(Exception e) =>
        e is IOException io && DiskFaults.IsFull(io) ? new StorageFullException(Name, e) : new UnavailableException(Name, e);
}
