using PixelCraft.Storage;
using Xunit;

namespace PixelCraft.Tests.Contracts;

/// <summary>Runs alone, as memory is measured for the whole process.</summary>
[CollectionDefinition(Name, DisableParallelization = true)]
public sealed class Measured
{
    public const string Name = "Measured";
}

/// <summary>That an object store holds next to nothing of what passes through it.</summary>
[Collection(Measured.Name)]
public abstract class ObjectStoreMemoryContract
{
    private const long Length = 200_000_000;
    // Other servers of the tests go on meanwhile, and hold a little more or less.
    private const long Bound = 5_000_000;

    protected abstract Task<IObjectStore> CreateAsync();

    [Fact]
    public async Task PutAndOpen_200Megabytes_HoldNextToNothing()
    {
        var ct = TestContext.Current.CancellationToken;
        var store = await CreateAsync();
        // Connections, pools and compiled code are there from the second time on.
        await store.PutAsync("a", new GeneratedStream(20_000_000), "image/png", ct);
        var held = new Held();

        await store.PutAsync("a", new GeneratedStream(Length) { Watch = held.Watch }, "image/png", ct);
        Assert.InRange(held.Peak, 0, Bound);

        await using var reader = await store.OpenAsync("a", null, ct);
        var buffer = new byte[64 * 1024];
        long position = 0;
        while (await reader!.Content.ReadAsync(buffer, ct) is > 0 and var read) held.Watch(position += read);
        Assert.Equal(Length, position);
        Assert.InRange(held.Peak, 0, Bound);
        TestContext.Current.SendDiagnosticMessage("{0}: {1:N0} bytes held at most", GetType().Name, held.Peak);
    }

    /// <summary>What is alive, seen every 10 MB.</summary>
    private sealed class Held
    {
        private const long Step = 10_000_000;
        private readonly long _before = GC.GetTotalMemory(forceFullCollection: true);
        private long _next = Step;

        public long Peak { get; private set; }

        public void Watch(long position)
        {
            if (position < _next && position >= _next - Step) return;
            _next = position - position % Step + Step;
            Peak = Math.Max(Peak, GC.GetTotalMemory(forceFullCollection: true) - _before);
        }
    }
}
