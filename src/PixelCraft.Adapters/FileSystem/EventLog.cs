using System.Text;
using PixelCraft.Analytics;

namespace PixelCraft.Adapters.FileSystem;

/// <summary>
/// Events in files of a folder on this machine, one event a line. A file is locked while a process writes to it or takes from it, and so
/// what a process leaves that died goes to another one. Several processes may share the folder. What is appended is on the disk when the
/// call returns; the cut-off line of a crash is nobody's acknowledged event and is passed over.
/// </summary>
internal sealed class EventLog(string folder, long mostBytes) : IEventStream, IDisposable
{
    private const string Ending = ".events";

    /// <summary>A file that has so many bytes is complete: what is taken at once must fit into memory.</summary>
    private const long Complete = 512 * 1024;

    private readonly SemaphoreSlim _writing = new(1, 1);
    private FileStream? _open;
    private FileStream? _taken;

    public async Task AppendAsync(IReadOnlyList<ImageEvent> events, CancellationToken cancellationToken)
    {
        var text = Encoding.ASCII.GetBytes(string.Concat(events.Select(one => one.ToLine() + '\n')));
        await _writing.WaitAsync(cancellationToken);
        try
        {
            if (_open is null)
            {
                Directory.CreateDirectory(folder);
                if (new DirectoryInfo(folder).EnumerateFiles().Sum(file => file.Length) > mostBytes) throw new StorageFullException("folder of events that wait");
                // Sorted by their names they are sorted by time.
                _open = new FileStream(Path.Combine(folder, Guid.CreateVersion7() + Ending), FileMode.CreateNew, FileAccess.ReadWrite, FileShare.None, bufferSize: 0);
                Durably.Folder(folder);
            }
            await _open.WriteAsync(text, cancellationToken);
            _open.Flush(flushToDisk: true);
            if (_open.Length >= Complete) CloseFile();
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            // It may end in half a line now.
            CloseFile();
            throw e is IOException io && DiskFaults.IsFull(io) ? new StorageFullException("folder of events that wait", e) : new UnavailableException("folder of events that wait", e);
        }
        finally
        {
            _writing.Release();
        }
    }

    public async Task<EventBatch?> TakeAsync(CancellationToken cancellationToken)
    {
        if (_taken is not null) throw new InvalidOperationException("The last batch was not ended.");
        try
        {
            // What is being written is complete then: it is moved soon and not once it is large.
            await _writing.WaitAsync(cancellationToken);
            try
            {
                CloseFile();
            }
            finally
            {
                _writing.Release();
            }
            Directory.CreateDirectory(folder);
            foreach (var path in Directory.EnumerateFiles(folder, "*" + Ending).Order(StringComparer.Ordinal))
            {
                if (TryLock(path) is not { } file) continue;
                var events = await ReadAsync(file, cancellationToken);
                if (events.Count > 0)
                {
                    _taken = file;
                    return new EventBatch([path], events);
                }
                Remove(file);
            }
            return null;
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new UnavailableException("folder of events that wait", e);
        }
    }

    public Task EndAsync(EventBatch batch, CancellationToken cancellationToken)
    {
        if (_taken?.Name != batch.Tokens[0]) throw new ArgumentException("Another batch is taken, or none.", nameof(batch));
        try
        {
            Remove(_taken);
            _taken = null;
            return Task.CompletedTask;
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new UnavailableException("folder of events that wait", e);
        }
    }

    public void Dispose()
    {
        CloseFile();
        _taken?.Dispose();
        _writing.Dispose();
    }

    private void CloseFile()
    {
        _open?.Dispose();
        _open = null;
    }

    /// <summary>Null while another one has it, or where it is gone.</summary>
    private static FileStream? TryLock(string path)
    {
        FileStream? file = null;
        try
        {
            file = new FileStream(path, FileMode.Open, FileAccess.ReadWrite, FileShare.None);
            // Removed by another one between its name and its lock.
            if (File.Exists(path)) return file;
        }
        catch (IOException)
        {
            // As said.
        }
        file?.Dispose();
        return null;
    }

    private static async Task<List<ImageEvent>> ReadAsync(FileStream file, CancellationToken cancellationToken)
    {
        var events = new List<ImageEvent>();
        using var reader = new StreamReader(file, Encoding.ASCII, leaveOpen: true);
        while (await reader.ReadLineAsync(cancellationToken) is { } line)
            if (ImageEvent.FromLine(line) is { } one) events.Add(one);
        return events;
    }

    private static void Remove(FileStream file)
    {
        File.Delete(file.Name);
        file.Dispose();
    }
}
