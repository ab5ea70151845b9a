using NetVips;
using PixelCraft.Adapters.Vips;
using Xunit;

namespace PixelCraft.Tests.Adapters.Vips;

/// <summary>What libvips itself still reads once the engine has locked it down, whatever asks it: no header scanner stands before these.</summary>
public sealed class LoadersTests : IDisposable
{
    private readonly string _folder = Directory.CreateTempSubdirectory("pixelcraft-loaders-").FullName;

    public LoadersTests() => VipsEngine.Load();

    [Theory]
    [InlineData("a.svg", "<svg xmlns='http://www.w3.org/2000/svg' width='4' height='4'><rect width='4' height='4'/></svg>")]
    [InlineData("a.csv", "1;2\n3;4\n")]
    [InlineData("a.mat", "2 2\n1 2\n3 4\n")]
    public void Load_OfAFormatThatIsNotNeeded_IsBlocked(string name, string content)
    {
        var path = Path.Combine(_folder, name);
        File.WriteAllText(path, content);
        Assert.Throws<VipsException>(() => Image.NewFromFile(path));
        Assert.Throws<VipsException>(() => Image.NewFromBuffer(content));
    }

    [Fact]
    public void Load_OfLibvipsOwnFormat_AndOfRawPixels_IsBlocked()
    {
        using var image = Image.Black(4, 4);
        var path = Path.Combine(_folder, "a.v");
        image.WriteToFile(path);
        Assert.Throws<VipsException>(() => Image.NewFromFile(path));
        Assert.Throws<VipsException>(() => Image.Rawload(path, 2, 2, 1));
    }

    [Theory]
    [InlineData(".jpg")]
    [InlineData(".png")]
    [InlineData(".gif")]
    [InlineData(".webp")]
    [InlineData(".tif")]
    [InlineData(".avif")]
    public void Load_OfAFormatThatIsNeeded_IsNotBlocked(string extension)
    {
        using var black = Image.Black(16, 16, bands: 3);
        using var image = Image.NewFromBuffer(black.WriteToBuffer(extension));
        Assert.Equal(16, image.Width);
    }

    public void Dispose() => Directory.Delete(_folder, recursive: true);
}
