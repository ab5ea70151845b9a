using PixelCraft.Adapters.Rendering;
using PixelCraft.Server.Commands;
using Xunit;

namespace PixelCraft.Tests.Adapters.Rendering;

/// <summary>What a child that was taken over could do to others.</summary>
public sealed class ConfinementTests
{
    [Fact]
    public async Task Child_TriesWhatItMayNot_AndCanDoNothingOfIt()
    {
        Assert.SkipUnless(Confinement.Describe().Full, $"This machine {Confinement.Describe().Text}.");

        Assert.Empty(await ConfinementProbe.RunAsync(RenderCommand.Child, confined: true, TestContext.Current.CancellationToken));
    }

    [Fact]
    public async Task Child_ThatKeepsItsRights_CanDoAllOfIt()
    {
        var could = await ConfinementProbe.RunAsync(RenderCommand.Child, confined: false, TestContext.Current.CancellationToken);

        Assert.Equal(
            [
                "read other files", "list other folders", "write other files", "make other files", "make links", "run other programs", "connect",
                "connect on this machine", "read another process's environment", "signal another process", "leave its namespaces",
            ],
            could);
    }
}
