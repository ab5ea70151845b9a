using PixelCraft.Adapters.Vips;
using PixelCraft.Images.Engine;
using PixelCraft.Tests.Contracts;

namespace PixelCraft.Tests.Adapters.Vips;

public sealed class VipsEngineTests(Servers servers) : ImageEngineContract(servers)
{
    protected override IImageEngine Engine { get; } = new VipsEngine();
}
