using System.Globalization;
using System.Text.RegularExpressions;
using PixelCraft.Adapters.Rendering;
using PixelCraft.Images.Contracts;
using PixelCraft.Images.Engine;
using PixelCraft.Images.Formats;
using Xunit;

namespace PixelCraft.Tests.Adapters.Rendering;

/// <summary>
/// Odd files by the thousand, by the way that an upload takes: the header while it streams in, then the children.
/// <c>PIXELCRAFT_ODD_FILES=from-to</c> takes other ones, such as <c>100000-120000</c>.
/// </summary>
public sealed partial class OddFilesTests(ITestOutputHelper output, Servers servers) : IAsyncDisposable
{
    private const int MemoryLimit = 384;

    private readonly string _folder = Directory.CreateTempSubdirectory("pixelcraft-odd-").FullName;
    private readonly RenderProcesses _processes = RenderProcessesTests.Start(new EngineOptions { Processes = 2, MemoryLimit = MemoryLimit, TimeLimit = TimeSpan.FromSeconds(20) });
    private readonly ImageLimits _limits = new EngineOptions { MemoryLimit = MemoryLimit }.Limits();

    private static CancellationToken Ct => TestContext.Current.CancellationToken;

    public async ValueTask DisposeAsync()
    {
        await _processes.DisposeAsync();
        Directory.Delete(_folder, recursive: true);
    }

    [Fact]
    public async Task OddFiles_ByTheThousand_AllHaveAnAnswer()
    {
        var (from, to) = Environment.GetEnvironmentVariable("PIXELCRAFT_ODD_FILES")?.Split('-') is [var first, var last]
            ? (int.Parse(first, CultureInfo.InvariantCulture), int.Parse(last, CultureInfo.InvariantCulture))
            : (0, 1_500);
        var files = new OddFiles();
        var answers = new Dictionary<string, int>();
        var wrong = new List<string>();
        long before = 0;

        await Parallel.ForEachAsync(Enumerable.Range(from, to - from), new ParallelOptions { MaxDegreeOfParallelism = 2, CancellationToken = Ct }, async (number, _) =>
        {
            var (name, bytes) = files.Make(number);
            var answer = await AnswerAsync(number, bytes);
            lock (answers)
            {
                answers[answer] = answers.GetValueOrDefault(answer) + 1;
                if (!Known().IsMatch(answer)) wrong.Add($"{number} ({name}): {answer}");
                // By then everything that is made once has been made.
                if (answers.Values.Sum() == 300) before = Managed();
            }
        });
        foreach (var (answer, count) in answers.OrderByDescending(pair => pair.Value)) output.WriteLine($"{count,6} {answer}");

        Assert.True(wrong.Count == 0, string.Join('\n', wrong));
        // Of each kind of answer some: else these files would all be the same to it.
        Assert.True(answers["ready"] > (to - from) / 20 && answers["415"] > 0, "Too few are images, or all are.");
        Assert.InRange(Managed() - before, long.MinValue, 20_000_000);
        foreach (var child in _processes.Ids) Assert.Empty(Directory.EnumerateFiles(Path.GetDirectoryName(new FileInfo($"/proc/{child}/cwd").LinkTarget)!, "*", SearchOption.AllDirectories));
    }

    [Fact]
    public async Task OddFiles_ThatAreRight_AreReady()
    {
        var answers = new Dictionary<string, string>();
        foreach (var (name, bytes) in new OddFiles().All) answers.Add(name, await AnswerAsync(answers.Count, bytes));
        foreach (var (name, answer) in answers) output.WriteLine($"{name}: {answer}");

        Assert.All(answers, answer => Assert.Matches(Known(), answer.Value));
        Assert.All(answers.Where(answer => Right().IsMatch(answer.Key)), answer => Assert.Equal((answer.Key, "ready"), (answer.Key, answer.Value)));
    }

    /// <summary>http://www.schaik.com/pngsuite/: all kinds that the standard has, and those that begin with x, which are broken.</summary>
    [Fact]
    public async Task PngSuite_IsReady_AndItsBrokenOnesAreRefused()
    {
        var suite = await servers.PngSuiteAsync();
        var answers = new Dictionary<string, string>();
        foreach (var path in suite) answers[Path.GetFileName(path)] = await AnswerAsync(answers.Count, await File.ReadAllBytesAsync(path, Ct));
        foreach (var (name, answer) in answers) output.WriteLine($"{name}: {answer}");

        Assert.True(answers.Count > 150, $"There are {answers.Count}.");
        Assert.All(answers.Where(answer => answer.Key[0] != 'x'), answer => Assert.Equal((answer.Key, "ready"), (answer.Key, answer.Value)));
        Assert.All(answers.Where(answer => answer.Key[0] == 'x'), answer => Assert.Matches("^(415|422|failed)", answer.Value));
    }

    /// <summary>Samples that a browser shows, or that professionals use.</summary>
    [GeneratedRegex(@"^(jpeg( progressive| grey| 4:4:4| restart markers| of one column| cmyk| ycck| with .*| of several pictures)?|png [0-9] of .*|png (animated|of libvips|of 20,000 columns|with (exif|chunks))|gif( interlaced| animated| of comments| of many frames)?|webp( lossless| of alpha| animated)?|tiff (None|Deflate|Lzw|Jpeg|Packbits)(, tiled)?|tiff (of (1 bit|fax|pages|64 bits|Float|Ushort)|cmyk|lab)|avif( of 12 bits| of alpha)?)$")]
    private static partial Regex Right();

    /// <summary>
    /// A sentence for the owner; and a crash is none of them: none of the decoders is known to crash, and one that is found is to be
    /// looked at.
    /// </summary>
    [GeneratedRegex(@"^(ready|415|(422|failed|fault) (The|This) [A-Za-z0-9 ,:;'-]+(needs more memory than the limit of 384 MB|took longer than 20 seconds|\.[0-9]+ megapixels)?[^:]*\.)$")]
    private static partial Regex Known();

    private static long Managed() => GC.GetTotalMemory(forceFullCollection: true);

    private async Task<string> AnswerAsync(int number, byte[] bytes)
    {
        var scanner = new ImageHeaderScanner();
        foreach (var piece in bytes.Chunk(700)) scanner.Feed(piece);
        var header = scanner.Complete();
        if (header.Outcome == HeaderOutcome.Unknown) return "415";
        if ((header.Reason ?? _limits.Refuse(header)) is { } refused) return $"422 {Numbers().Replace(refused, "0")}";

        var folder = Directory.CreateDirectory(Path.Combine(_folder, $"{number}")).FullName;
        var path = Path.Combine(folder, "original");
        await File.WriteAllBytesAsync(path, bytes, Ct);
        try
        {
            var result = await _processes.RenderAsync(new RenderRequest(path, folder, VariantSizes.All, VariantFormat.WebP, 80, 0, _limits), Ct);
            var files = Directory.GetFiles(folder).Except([path]).ToList();
            switch (result)
            {
                case Rendered rendered:
                    Assert.NotEmpty(rendered.Variants);
                    Assert.Equal(rendered.Variants.Select(variant => variant.Path).Order(), files.Order());
                    return "ready";
                case Rejected(var reason):
                    Assert.Empty(files);
                    return $"failed {Numbers().Replace(reason, "0")}";
                case Faulted(var reason):
                    Assert.Empty(files);
                    return reason.Contains("crash", StringComparison.Ordinal) ? $"crash: {reason}" : $"fault {reason}";
                default:
                    return $"{result}";
            }
        }
        catch (Exception e) when (e is not OperationCanceledException)
        {
            return $"exception: {e}";
        }
        finally
        {
            Directory.Delete(folder, recursive: true);
        }
    }

    [GeneratedRegex("[0-9]+")]
    private static partial Regex Numbers();
}
