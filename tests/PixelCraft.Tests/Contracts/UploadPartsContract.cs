using CsCheck;
using Microsoft.Extensions.Time.Testing;
using PixelCraft.Ids;
using PixelCraft.Images.Resumable;
using PixelCraft.Storage;
using Xunit;

namespace PixelCraft.Tests.Contracts;

/// <summary>The parts of resumable uploads, on every object store.</summary>
public abstract class UploadPartsContract : IAsyncLifetime
{
    private readonly FakeTimeProvider _time = new();
    private readonly IdGenerator _ids = new(TimeProvider.System);
    private IObjectStore _store = null!;
    private UploadParts _parts = null!;

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    /// <summary>How often the random runs are done: what the store bears.</summary>
    private protected abstract int Runs { get; }

    private protected abstract Task<IObjectStore> CreateAsync();

    public async ValueTask InitializeAsync()
    {
        _store = await CreateAsync();
        _parts = new UploadParts(_store, _time);
    }

    public virtual ValueTask DisposeAsync()
    {
        GC.SuppressFinalize(this);
        return ValueTask.CompletedTask;
    }

    [Theory]
    [InlineData(0)]
    [InlineData(1)]
    [InlineData(4_096)]
    [InlineData(UploadParts.PartBytes)]
    [InlineData(UploadParts.PartBytes + 1)]
    [InlineData(20_000_000)]
    public async Task Append_AnyLength_ComesBackAndGoesAway(long length)
    {
        var upload = _ids.ForMember();
        Assert.Equal(length, await AppendAsync(upload, 0, new GeneratedStream(length)));
        Assert.Equal(length, await _parts.FindEndAsync(upload, 0, Cancellation));
        await using (var bytes = _parts.Open(upload, length))
            Assert.Equal(length, await GeneratedStream.VerifyAsync(bytes, 0, Cancellation));

        await _parts.DeleteAsync(upload, Cancellation);

        Assert.Equal(0, await _parts.FindEndAsync(upload, 0, Cancellation));
        for (long offset = 0; offset < length; offset += UploadParts.PartBytes) Assert.Null(await _store.FindAsync(UploadParts.Key(upload, offset), Cancellation));
    }

    [Theory]
    [InlineData(0)]
    [InlineData(5_000)]
    [InlineData(UploadParts.PartBytes + 5_000)]
    public async Task Append_WhoseContentBreaks_KeepsWhatCameBefore(long at)
    {
        var upload = _ids.ForMember();
        long end = 0;
        var content = new BreakingStream(at);
        await Assert.ThrowsAsync<IOException>(() => _parts.AppendAsync(upload, 0, content, false, to => end = to, Cancellation));
        Assert.Equal(at, end);
        Assert.Equal(at, await _parts.FindEndAsync(upload, 0, Cancellation));
    }

    [Fact]
    public async Task Append_WholeOrNothing_KeepsNothingOfWhatBreaks()
    {
        var upload = _ids.ForMember();
        await AppendAsync(upload, 0, new GeneratedStream(10));
        await Assert.ThrowsAsync<IOException>(() => _parts.AppendAsync(upload, 10, new BreakingStream(UploadParts.PartBytes * 2), true, _ => Assert.Fail("It was counted."), Cancellation));
        Assert.Equal(10, await _parts.FindEndAsync(upload, 0, Cancellation));
    }

    [Fact]
    public async Task Append_FromASlowClient_IsDurableEveryTenSeconds()
    {
        var upload = _ids.ForMember();
        var ends = new List<long>();
        // Each read takes 4 seconds.
        var content = new GeneratedStream(1_000_000) { Watch = _ => _time.Advance(TimeSpan.FromSeconds(4)) };
        await _parts.AppendAsync(upload, 0, content, false, ends.Add, Cancellation);
        Assert.Equal(1_000_000, ends[^1]);
        // 4 KB to begin with, then two or three buffers.
        Assert.All(ends.Prepend(0).Zip(ends), piece => Assert.InRange(piece.Second - piece.First, 1, 4_096 + 3 * 128 * 1024));
    }

    [Fact]
    public async Task Open_WhereAPartIsMissing_Throws()
    {
        var upload = _ids.ForMember();
        await AppendAsync(upload, 0, new GeneratedStream(1_000));
        await using var bytes = _parts.Open(upload, 1_001);
        await Assert.ThrowsAsync<EndOfStreamException>(() => bytes.CopyToAsync(Stream.Null, Cancellation));
    }

    [Fact]
    public async Task Append_InAnyPieces_AddsUpToTheFile() =>
        // Pieces of a file of 300,000 bytes, each broken off somewhere or not, each begun where the store says that it ends.
        await Gen.Select(Gen.Int[0, 120_000], Gen.Bool).List[1, 12].SampleAsync(
            async pieces =>
            {
                var upload = _ids.ForMember();
                long sent = 0;
                foreach (var (length, breaks) in pieces)
                {
                    Assert.Equal(sent, await _parts.FindEndAsync(upload, 0, Cancellation));
                    var content = new BreakingStream(length, sent, breaks);
                    if (breaks) await Assert.ThrowsAsync<IOException>(() => AppendAsync(upload, sent, content));
                    else await AppendAsync(upload, sent, content);
                    sent += length;
                }
                Assert.Equal(sent, await _parts.FindEndAsync(upload, 0, Cancellation));
                await using var bytes = _parts.Open(upload, sent);
                Assert.Equal(sent, await GeneratedStream.VerifyAsync(bytes, 0, Cancellation));
            },
            iter: Runs,
            threads: 1);

    private async Task<long> AppendAsync(Id upload, long offset, Stream content)
    {
        var end = offset;
        await _parts.AppendAsync(upload, offset, content, false, to => end = to, Cancellation);
        return end;
    }

    /// <summary>Bytes of <see cref="GeneratedStream"/> from an offset on, and then the client is gone, or the request's end.</summary>
    private sealed class BreakingStream(long length, long offset = 0, bool breaks = true) : ReadOnlyStream
    {
        private long _position;

        public override ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default)
        {
            var count = (int)Math.Min(buffer.Length, length - _position);
            if (count == 0) return breaks ? throw new IOException("The client is gone.") : ValueTask.FromResult(0);
            for (var i = 0; i < count; i++) buffer.Span[i] = GeneratedStream.ByteAt(offset + _position + i);
            _position += count;
            return ValueTask.FromResult(count);
        }
    }
}
