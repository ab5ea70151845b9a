using System.Diagnostics.Metrics;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;
using PixelCraft.Ids;
using PixelCraft.Images.Contracts;
using PixelCraft.Images.Engine;
using PixelCraft.Storage;

namespace PixelCraft.Images;

/// <summary>
/// Makes variants on demand: one at a time of each, a bounded number at a time of all. The work belongs to nobody's
/// request: who stops waiting takes nothing from the others.
/// </summary>
internal sealed class Transformer : ITransforms, IDisposable
{
    private readonly ICatalogue _catalogue;
    private readonly ITransformIndex _index;
    private readonly IObjectStore _store;
    private readonly ILocalObjects? _local;
    private readonly IImageEngine _engine;
    private readonly TimeProvider _time;
    private readonly TransformOptions _options;
    private readonly EngineOptions _engineOptions;
    private readonly ILogger<Transformer> _log;
    private readonly Counter<long> _made;

    private readonly int _places;
    private readonly SemaphoreSlim _slots;
    private readonly Dictionary<string, Task<TransformAnswer>> _running = [];

    public Transformer(
        ICatalogue catalogue,
        ITransformIndex index,
        IObjectStore store,
        IImageEngine engine,
        TimeProvider time,
        IOptions<TransformOptions> options,
        IOptions<EngineOptions> engineOptions,
        IMeterFactory meters,
        ILogger<Transformer> log)
    {
        (_catalogue, _index, _store, _engine, _time, _log) = (catalogue, index, store, engine, time, log);
        _local = store as ILocalObjects;
        _options = options.Value;
        _engineOptions = engineOptions.Value;
        var concurrency = _options.Concurrency == 0 ? Environment.ProcessorCount : _options.Concurrency;
        _places = concurrency + _options.Waiting;
        _slots = new SemaphoreSlim(concurrency);
        _made = meters.Create("PixelCraft").CreateCounter<long>("pixelcraft.transforms", "{transform}", "Variants on demand that were made, by outcome.");
    }

    public async Task<TransformAnswer> GetAsync(ImageRecord image, Transform transform, TransformFormat format, CancellationToken cancellationToken)
    {
        var name = $"{transform}.{format.Extension()}";
        var key = ObjectKeys.Transform(image.Id, name);
        if (await _store.FindAsync(key, cancellationToken) is { } stored) return new TransformAnswer(TransformOutcome.Made, stored);

        Task<TransformAnswer>? work;
        lock (_running)
        {
            if (!_running.TryGetValue(key, out work))
            {
                if (_running.Count >= _places) return new TransformAnswer(TransformOutcome.Busy);
                work = Task.Run(() => WorkAsync(image, transform, format, name, key), CancellationToken.None);
                _running.Add(key, work);
            }
        }
        return await work.WaitAsync(cancellationToken);
    }

    public void Dispose() => _slots.Dispose();

    private async Task<TransformAnswer> WorkAsync(ImageRecord image, Transform transform, TransformFormat format, string name, string key)
    {
        using var limit = new CancellationTokenSource(_options.TimeLimit, _time);
        try
        {
            await _slots.WaitAsync(limit.Token);
            try
            {
                var answer = await MakeAsync(image, transform, format, name, key, limit.Token);
                _made.Add(1, new KeyValuePair<string, object?>("outcome", answer.Outcome.ToString().ToLowerInvariant()));
                return answer;
            }
            finally
            {
                _slots.Release();
            }
        }
        catch (OperationCanceledException) when (limit.IsCancellationRequested)
        {
            _log.LogWarning("The variant {Name} of image {Image} took more than {Seconds} s.", name, image.Id, _options.TimeLimit.TotalSeconds);
            return new TransformAnswer(TransformOutcome.Busy);
        }
        finally
        {
            lock (_running) _running.Remove(key);
        }
    }

    private async Task<TransformAnswer> MakeAsync(
        ImageRecord image, Transform transform, TransformFormat format, string name, string key, CancellationToken cancellationToken)
    {
        // Again: another server, or work that ended between the caller's look and its start, may have made it.
        if (await _store.FindAsync(key, cancellationToken) is { } there) return new TransformAnswer(TransformOutcome.Made, there);

        using var folder = new TemporaryFolder("transform");
        var source = TransformSource.For(image, transform);
        if (await LocalAsync(source, folder.Path, cancellationToken) is not { } path) return new TransformAnswer(TransformOutcome.NotFound);
        var output = Path.Combine(folder.Path, "result");
        var result = await _engine.TransformAsync(new TransformRequest(path, output, transform, format, _engineOptions.MaxPixels), cancellationToken);
        if (((result as Rejected)?.Reason ?? (result as Faulted)?.Reason) is { } reason) return new TransformAnswer(TransformOutcome.Refused, Reason: reason);

        await _index.AddAsync(image.Id, name, _time.GetUtcNow(), cancellationToken);
        await using var file = File.OpenRead(output);
        var stored = await _store.PutAsync(key, file, format.ContentType(), cancellationToken);
        // Who erases an image removes the record and looks into the index after that: either it finds this, or this finds no record.
        if (await _catalogue.FindAsync(image.Id, cancellationToken) is null)
        {
            await RemoveAsync(image.Id, name, cancellationToken);
            return new TransformAnswer(TransformOutcome.NotFound);
        }
        await TrimAsync(image.Id, cancellationToken);
        return new TransformAnswer(TransformOutcome.Made, stored);
    }

    /// <summary>The source as a file: the store's own where there is one, else a copy; null when it is not in the store.</summary>
    private async Task<string?> LocalAsync(TransformSource source, string folder, CancellationToken cancellationToken)
    {
        if (source.EndsItself && _local?.PathOf(source.Key) is { } own) return own;
        await using var reader = await _store.OpenAsync(source.Key, null, cancellationToken);
        if (reader is null) return null;
        var path = Path.Combine(folder, "source");
        await using var file = File.Create(path);
        await reader.Content.CopyToAsync(file, cancellationToken);
        return path;
    }

    private async Task TrimAsync(Id image, CancellationToken cancellationToken)
    {
        var names = await _index.ListAsync(image, cancellationToken);
        foreach (var name in names.Take(names.Count - _options.KeptPerImage)) await RemoveAsync(image, name, cancellationToken);
    }

    private async Task RemoveAsync(Id image, string name, CancellationToken cancellationToken)
    {
        await _store.DeleteAsync(ObjectKeys.Transform(image, name), cancellationToken);
        await _index.RemoveAsync(image, name, cancellationToken);
    }
}
