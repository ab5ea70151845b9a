using Microsoft.Extensions.Options;
using Microsoft.Extensions.Time.Testing;
using PixelCraft.Adapters.InProcess;
using PixelCraft.Jobs;
using PixelCraft.Tests.Contracts;
using PixelCraft.Tests.Jobs;
using Xunit;

namespace PixelCraft.Tests.Adapters.InProcess;

public sealed class InProcessJobQueueTests : JobQueueContract
{
    protected override Task<IJobQueue> CreateAsync(JobQueueOptions options) =>
        Task.FromResult<IJobQueue>(new InProcessJobQueue(Options.Create(options), TimeProvider.System));

    [Fact]
    public async Task Take_ClockMoved_ComesWithTheDelayAndTheLease()
    {
        var time = new FakeTimeProvider();
        var queue = new InProcessJobQueue(Options.Create(new JobQueueOptions()), time);
        await queue.EnqueueAsync(Job(1), TimeSpan.FromMinutes(5), Cancel);
        var taking = queue.TakeAsync(TimeSpan.FromHours(1), Cancel);

        time.Advance(TimeSpan.FromMinutes(5) - TimeSpan.FromMilliseconds(1));
        Assert.False(taking.IsCompleted);
        time.Advance(TimeSpan.FromMilliseconds(1));
        var first = await taking;

        taking = queue.TakeAsync(TimeSpan.FromHours(1), Cancel);
        time.Advance(TimeSpan.FromSeconds(30));
        Assert.Equal(Job(1), (await taking)!.Job);
        Assert.False(await first!.CompleteAsync(Cancel));
    }
}

public sealed class InProcessDeadLettersTests : DeadLettersContract
{
    protected override Task<(IJobQueue Queue, IDeadLetters Dead)> CreateAsync(JobQueueOptions options)
    {
        var queue = new InProcessJobQueue(Options.Create(options), TimeProvider.System);
        return Task.FromResult<(IJobQueue, IDeadLetters)>((queue, queue));
    }
}
