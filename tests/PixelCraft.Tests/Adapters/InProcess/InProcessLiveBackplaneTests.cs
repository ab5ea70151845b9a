using PixelCraft.Adapters.InProcess;
using PixelCraft.Live;
using PixelCraft.Tests.Contracts;

namespace PixelCraft.Tests.Adapters.InProcess;

public sealed class InProcessLiveBackplaneTests : LiveBackplaneContract
{
    private readonly InProcessLiveBackplane _backplane = new();

    protected override Task<(ILiveBackplane One, ILiveBackplane Other)> CreateAsync() => Task.FromResult<(ILiveBackplane, ILiveBackplane)>((_backplane, _backplane));
}
