using PixelCraft.Adapters.FileSystem;
using PixelCraft.Analytics;
using PixelCraft.Tests.Contracts;
using Xunit;

namespace PixelCraft.Tests.Adapters.FileSystem;

public sealed class EventLogTests : EventStreamContract, IDisposable
{
    private readonly string _folder = Directory.CreateTempSubdirectory("pixelcraft-events-").FullName;
    private readonly List<EventLog> _logs = [];

    public void Dispose()
    {
        foreach (var log in _logs) log.Dispose();
        Directory.Delete(_folder, recursive: true);
    }

    [Fact]
    public async Task Take_OfWhatADeadProcessLeft_GivesIt_ButForAHalfLine()
    {
        var dead = Create(1_000_000);
        var events = Events(3);
        await dead.AppendAsync(events, Cancellation);
        dead.Dispose();
        await File.AppendAllTextAsync(Directory.GetFiles(_folder).Single(), events[0].ToLine()[..20], Cancellation);
        Assert.Equal(events, await DrainAsync(Create(1_000_000)));
        Assert.Empty(Directory.GetFiles(_folder));
    }

    [Fact]
    public async Task Take_OfWhatADeadProcessHadTaken_GivesItAgain()
    {
        var dead = Create(1_000_000);
        var events = Events(3);
        await dead.AppendAsync(events, Cancellation);
        Assert.NotNull(await dead.TakeAsync(Cancellation));
        dead.Dispose();
        Assert.Equal(events, await DrainAsync(Create(1_000_000)));
    }

    [Fact]
    public async Task Append_BeyondItsBytes_SaysThatItIsFull()
    {
        var log = Create(100_000);
        await Assert.ThrowsAsync<StorageFullException>(async () =>
        {
            for (var i = 0; i < 1_000; i++) await log.AppendAsync(Events(200), Cancellation);
        });
        // Files are filled before the folder is looked at: what is there is a little more.
        Assert.InRange(new DirectoryInfo(_folder).GetFiles().Sum(file => file.Length), 100_000, 1_000_000);
        Assert.NotEmpty(await DrainAsync(log));
        await log.AppendAsync(Events(1), Cancellation);
    }

    private protected override Task<IEventStream> OpenAsync() => Task.FromResult<IEventStream>(Create(1_000_000));

    private protected override Task<IEventStream> OpenUnreachableAsync()
    {
        var file = Path.Combine(_folder, "file");
        File.WriteAllText(file, "");
        var log = new EventLog(Path.Combine(file, "folder"), 1_000_000);
        _logs.Add(log);
        return Task.FromResult<IEventStream>(log);
    }

    private EventLog Create(long mostBytes)
    {
        var log = new EventLog(_folder, mostBytes);
        _logs.Add(log);
        return log;
    }
}
