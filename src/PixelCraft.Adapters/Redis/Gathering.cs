namespace PixelCraft.Adapters.Redis;

/// <summary>
/// Sends what several callers have at the same time in one go: while one call is under way the next gathers. Alone, a caller
/// waits for nobody.
/// </summary>
/// <param name="send">Sends some and returns the result of each, in their order.</param>
internal sealed class Gathering<T, TResult>(Func<IReadOnlyList<T>, Task<IReadOnlyList<TResult>>> send)
{
    private readonly Lock _lock = new();
    private List<Waiter> _waiting = [];
    private bool _sending;

    /// <summary>The result of one; fails as the call fails that it was in.</summary>
    public Task<TResult> SendAsync(T item)
    {
        var waiter = new Waiter(item);
        lock (_lock)
        {
            _waiting.Add(waiter);
            if (_sending)
                return waiter.Task;
            _sending = true;
        }

        _ = SendAllAsync();
        return waiter.Task;
    }

    private async Task SendAllAsync()
    {
        // Those who are about to come, too: what ended them has often ended others.
        await Task.Yield();
        while (Next() is { } batch)
        {
            try
            {
                var results = await send([.. batch.Select(waiter => waiter.Item)]);
                for (var i = 0; i < batch.Count; i++)
                    batch[i].SetResult(results[i]);
            }
            catch (Exception exception)
            {
                foreach (var waiter in batch)
                    waiter.TrySetException(exception);
            }
        }
    }

    private List<Waiter>? Next()
    {
        lock (_lock)
        {
            if (_waiting.Count == 0)
            {
                _sending = false;
                return null;
            }

            var batch = _waiting;
            _waiting = [];
            return batch;
        }
    }

    private sealed class Waiter(T item) : TaskCompletionSource<TResult>(TaskCreationOptions.RunContinuationsAsynchronously)
    {
        public T Item => item;
    }
}
