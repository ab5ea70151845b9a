using PixelCraft.Adapters.InProcess;
using PixelCraft.Caching;
using PixelCraft.Tests.Contracts;

namespace PixelCraft.Tests.Adapters.InProcess;

public sealed class InProcessChangeNoticesTests : ChangeNoticesContract
{
    private readonly InProcessChangeNotices _notices = new();

    protected override Task<(IChangeNotices One, IChangeNotices Other)> CreateAsync() => Task.FromResult<(IChangeNotices, IChangeNotices)>((_notices, _notices));
}
