using PixelCraft.Cluster;
using PixelCraft.Tests.Scenario;
using Xunit;

namespace PixelCraft.Tests.Live;

/// <summary>An installation with one or two servers of rooms.</summary>
public abstract class LiveInstallation(Installation members) : IAsyncLifetime
{
    /// <summary>Its members and images.</summary>
    public Installation Members => members;

    /// <summary>A server of rooms.</summary>
    public abstract Uri One { get; }

    /// <summary>Another one, or the same.</summary>
    public abstract Uri Other { get; }

    /// <summary>An image that guests may see: it is ready.</summary>
    /// <param name="owner">Whose; null for ada.</param>
    internal async Task<string> PublicImageAsync(ApiClient? owner = null)
    {
        using var ada = owner is null ? await members.SignInAsync("ada") : null;
        var client = owner ?? ada!;
        var image = await client.UploadedAnewAsync(members.Photographs[0], "public");
        await client.ProcessedAsync(image);
        return image;
    }

    public virtual ValueTask InitializeAsync() => members.InitializeAsync();

    public virtual ValueTask DisposeAsync()
    {
        GC.SuppressFinalize(this);
        return members.DisposeAsync();
    }
}

/// <summary>One process on embedded stores.</summary>
public sealed class EmbeddedLiveInstallation(Servers servers) : LiveInstallation(new EmbeddedInstallation(servers))
{
    public override Uri One => Members.Url;

    public override Uri Other => Members.Url;
}

/// <summary>Two processes of the role <c>realtime</c> beside <c>web</c> and <c>worker</c>, with Redis between them.</summary>
public sealed class SplitLiveInstallation : LiveInstallation
{
    private readonly SplitInstallation _split;
    private readonly List<PixelCraftProcess> _realtime = [];

    public SplitLiveInstallation(Servers servers) : this(new SplitInstallation(servers))
    {
    }

    internal SplitLiveInstallation(SplitInstallation split) : base(split) => _split = split;

    /// <summary>The servers of rooms, for a test that kills one.</summary>
    internal IReadOnlyList<PixelCraftProcess> Realtime => _realtime;

    public override Uri One => new(_realtime[0].Url);

    public override Uri Other => new(_realtime[1].Url);

    public override async ValueTask InitializeAsync()
    {
        await base.InitializeAsync();
        for (var i = 0; i < 2; i++) _realtime.Add(await PixelCraftProcess.StartAsync(_split.As("realtime"), TestContext.Current.CancellationToken));
    }

    public override async ValueTask DisposeAsync()
    {
        foreach (var process in _realtime) await process.DisposeAsync();
        await base.DisposeAsync();
    }
}

public sealed class EmbeddedRoomTests(EmbeddedLiveInstallation installation) : RoomScenario(installation), IClassFixture<EmbeddedLiveInstallation>;

public sealed class SplitRoomTests(SplitLiveInstallation installation) : RoomScenario(installation), IClassFixture<SplitLiveInstallation>;
