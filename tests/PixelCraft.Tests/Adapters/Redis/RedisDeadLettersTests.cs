using PixelCraft.Jobs;
using PixelCraft.Tests.Contracts;

namespace PixelCraft.Tests.Adapters.Redis;

public sealed class RedisDeadLettersTests(Servers servers) : DeadLettersContract, IAsyncDisposable
{
    private readonly RedisTest _test = new();

    public ValueTask DisposeAsync() => _test.DisposeAsync();

    protected override async Task<(IJobQueue Queue, IDeadLetters Dead)> CreateAsync(JobQueueOptions options)
    {
        var queue = _test.Queue((await servers.RedisAsync()).ConnectionString, options);
        return (queue, queue);
    }
}
