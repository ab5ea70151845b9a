using System.Diagnostics;
using System.Globalization;
using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Extensions.Options;
using Microsoft.Extensions.Time.Testing;
using NetVips;
using PixelCraft.Adapters.Rendering;
using PixelCraft.Images.Contracts;
using PixelCraft.Images.Engine;
using PixelCraft.Server.Commands;
using PixelCraft.Tests.Contracts;
using Xunit;

namespace PixelCraft.Tests.Adapters.Rendering;

/// <summary>The engine's contract, in children; and what only children have to keep.</summary>
public sealed class RenderProcessesTests(Servers servers) : ImageEngineContract(servers), IAsyncDisposable
{
    private readonly RenderProcesses _processes = Start(new EngineOptions { Processes = 2 });

    protected override IImageEngine Engine => _processes;

    public ValueTask DisposeAsync() => _processes.DisposeAsync();

    internal static RenderProcesses Start(EngineOptions options, ChildCommand? command = null, TimeProvider? time = null) =>
        new(command ?? RenderCommand.Child, Options.Create(options), time ?? TimeProvider.System, NullLogger<RenderProcesses>.Instance);
}

/// <summary>How children are started, ended and replaced, and whose fault an end is.</summary>
public sealed class RenderProcessesLifeTests : IDisposable
{
    private readonly string _folder = Directory.CreateTempSubdirectory("pixelcraft-life-").FullName;

    private static CancellationToken Ct => TestContext.Current.CancellationToken;

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    [Fact]
    public async Task Render_TwiceInARow_UsesOneChildThatEndsWithThePool()
    {
        int child;
        await using (var processes = RenderProcessesTests.Start(new EngineOptions()))
        {
            Assert.Empty(processes.Ids);
            Assert.IsType<Rendered>(await processes.RenderAsync(Request(Photograph()), Ct));
            child = Assert.Single(processes.Ids);
            Assert.IsType<Rendered>(await processes.RenderAsync(Request(Photograph()), Ct));
            Assert.Equal([child], processes.Ids);
        }
        Assert.False(IsAlive(child));
    }

    [Fact]
    public async Task Child_HasItsLimitsAndNoSecrets()
    {
        Environment.SetEnvironmentVariable("PIXELCRAFT_S3__SecretKey", "not for children");
        try
        {
            await using var processes = RenderProcessesTests.Start(new EngineOptions { MemoryLimit = 300 });
            await processes.RenderAsync(Request(Photograph()), Ct);
            var child = Assert.Single(processes.Ids);

            var limits = await File.ReadAllTextAsync($"/proc/{child}/limits", Ct);
            Assert.Matches($@"Max data size\s+{300 * 1024 * 1024}\s+{300 * 1024 * 1024}", limits);
            Assert.Matches(@"Max core file size\s+0\s+0", limits);
            Assert.Matches(@"Max open files\s+256\s+256", limits);
            Assert.Matches(@"Max cpu time\s+\d+\s+unlimited", limits);
            Assert.Matches(@"CapEff:\t000000000000000[04]\n", await File.ReadAllTextAsync($"/proc/{child}/status", Ct));
            // Of every thread: one that may more would do for all.
            foreach (var thread in Directory.EnumerateDirectories($"/proc/{child}/task"))
                Assert.Matches(@"NoNewPrivs:\t1\nSeccomp:\t2\n", await File.ReadAllTextAsync(Path.Combine(thread, "status"), Ct));
            Assert.Equal("1000", (await File.ReadAllTextAsync($"/proc/{child}/oom_score_adj", Ct)).Trim());
            Assert.DoesNotContain("PIXELCRAFT", await File.ReadAllTextAsync($"/proc/{child}/environ", Ct), StringComparison.Ordinal);
        }
        finally
        {
            Environment.SetEnvironmentVariable("PIXELCRAFT_S3__SecretKey", null);
        }
    }

    [Fact]
    public async Task Child_IsReplacedAfterSoManyImages()
    {
        await using var processes = RenderProcessesTests.Start(new EngineOptions { ImagesPerProcess = 2 });
        var path = Photograph();
        var seen = new HashSet<int>();
        for (var i = 0; i < 2; i++)
        {
            await processes.RenderAsync(Request(path), Ct);
            seen.UnionWith(processes.Ids);
        }
        await processes.RenderAsync(Request(path), Ct);
        seen.UnionWith(processes.Ids);
        Assert.Equal(2, seen.Count);
        Assert.Single(seen, IsAlive);
    }

    [Fact]
    public async Task Child_WithNothingToDo_Ends()
    {
        var time = new FakeTimeProvider();
        await using var processes = RenderProcessesTests.Start(new EngineOptions { IdleTime = TimeSpan.FromMinutes(2) }, time: time);
        await processes.RenderAsync(Request(Photograph()), Ct);
        time.Advance(TimeSpan.FromMinutes(1));
        var child = Assert.Single(processes.Ids);

        time.Advance(TimeSpan.FromMinutes(1));

        await Eventually.TrueAsync(() => processes.Ids.Count == 0 && !IsAlive(child));
    }

    [Fact]
    public async Task Child_WhoseParentGoes_Ends()
    {
        var command = RenderCommand.Child;
        using var child = Process.Start(new ProcessStartInfo(command.Program, [.. command.Arguments, "536870912", "60"]) { RedirectStandardInput = true, RedirectStandardOutput = true })!;
        Assert.NotNull(await ChildMessages.ReadAsync(child.StandardOutput.BaseStream, ChildJson.Default.ChildReply, Ct));

        child.StandardInput.Close();

        await child.WaitForExitAsync(Ct).WaitAsync(TimeSpan.FromSeconds(10), Ct);
        Assert.Equal(0, child.ExitCode);
    }

    [Fact]
    public async Task Render_KilledAtRandomUnderLoad_EveryImageIsRendered()
    {
        await using var processes = RenderProcessesTests.Start(new EngineOptions { Processes = 2 });
        var path = Photograph();
        var kills = 0;
        var random = new Random(1);

        var results = new List<EngineResult>();
        await Parallel.ForEachAsync(Enumerable.Range(0, 30), new ParallelOptions { MaxDegreeOfParallelism = 4, CancellationToken = Ct }, async (i, _) =>
        {
            var output = Directory.CreateDirectory(Path.Combine(_folder, $"{i}")).FullName;
            // Being away is answered by coming again, as a job does.
            while (true)
            {
                try
                {
                    var result = await processes.RenderAsync(Request(path) with { OutputFolder = output }, Ct);
                    lock (results)
                    {
                        results.Add(result);
                        // Somebody kills another child after every second image: whichever works, or waits, or starts.
                        if (results.Count % 2 == 0 && processes.Ids is { Count: > 0 } ids && Kill(ids[random.Next(ids.Count)])) kills++;
                    }
                    return;
                }
                catch (UnavailableException)
                {
                }
            }
        });

        Assert.Equal(30, results.Count);
        Assert.All(results, result => Assert.IsType<Rendered>(result));
        Assert.True(kills >= 10, $"only {kills} were killed");
    }

    [Theory]
    [InlineData("kill -SEGV $$", "crashed")]
    [InlineData("kill -ABRT $$", "crashed")]
    [InlineData("exit 3", "crashed")]
    [InlineData("echo 'GLib-ERROR: failed to allocate 400000000 bytes' >&2; kill -TRAP $$", "memory than the limit of 512 MB")]
    [InlineData("kill -XCPU $$", "longer than 60 seconds")]
    public async Task Render_AnEndThatTheFileCaused_IsAFaultOfTheFile(string end, string reason)
    {
        await using var processes = RenderProcessesTests.Start(new EngineOptions(), Impostor(end));

        var fault = Assert.IsType<Faulted>(await processes.RenderAsync(Request(Photograph()), Ct));

        Assert.Contains(reason, fault.Reason, StringComparison.Ordinal);
        Assert.EndsWith(".", fault.Reason, StringComparison.Ordinal);
        Assert.Empty(processes.Ids);
    }

    [Theory]
    [InlineData("kill -KILL $$")]
    [InlineData("kill -TERM $$")]
    public async Task Render_AnEndFromOutside_IsNone(string end)
    {
        await using var processes = RenderProcessesTests.Start(new EngineOptions(), Impostor(end));

        await Assert.ThrowsAsync<UnavailableException>(() => processes.RenderAsync(Request(Photograph()), Ct));

        // Three were tried.
        Assert.Equal(3, File.ReadAllLines(Path.Combine(_folder, "started")).Length);
        Assert.Empty(processes.Ids);
    }

    [Fact]
    public async Task Render_ThatHangs_IsEndedAtTheTimeLimit()
    {
        var time = new FakeTimeProvider();
        await using var processes = RenderProcessesTests.Start(new EngineOptions { TimeLimit = TimeSpan.FromSeconds(7), IdleTime = TimeSpan.FromHours(5) }, Impostor("exec sleep 1000"), time);
        var rendering = processes.RenderAsync(Request(Photograph()), Ct);
        await Eventually.TrueAsync(() => processes.Ids.Count == 1);
        var child = processes.Ids[0];

        await Eventually.TrueAsync(() =>
        {
            time.Advance(TimeSpan.FromSeconds(1));
            return rendering.IsCompleted;
        });

        Assert.Equal(new Faulted("This image took longer than 7 seconds."), await rendering);
        Assert.False(IsAlive(child));
    }

    [Fact]
    public async Task Render_ThatIsCancelled_EndsItsChild()
    {
        await using var processes = RenderProcessesTests.Start(new EngineOptions(), Impostor("exec sleep 1000"));
        using var cancel = new CancellationTokenSource();
        var rendering = processes.RenderAsync(Request(Photograph()), cancel.Token);
        await Eventually.TrueAsync(() => processes.Ids.Count == 1);

        await cancel.CancelAsync();

        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => rendering);
        Assert.Empty(processes.Ids);
    }

    [Fact]
    public async Task Render_WithoutAProgram_IsUnavailable()
    {
        await using var missing = RenderProcessesTests.Start(new EngineOptions(), new ChildCommand("/no/such/program", []));
        await Assert.ThrowsAsync<UnavailableException>(() => missing.RenderAsync(Request(Photograph()), Ct));
        await using var broken = RenderProcessesTests.Start(new EngineOptions(), new ChildCommand("/bin/false", []));
        await Assert.ThrowsAsync<UnavailableException>(() => broken.RenderAsync(Request(Photograph()), Ct));
    }

    [Fact]
    public async Task Children_LeaveNoFolders()
    {
        var folders = new List<string>();
        await using (var processes = RenderProcessesTests.Start(new EngineOptions()))
        {
            foreach (var end in new Func<int, bool>[] { Kill, _ => true })
            {
                await processes.RenderAsync(Request(Photograph()), Ct);
                var child = processes.Ids[0];
                folders.Add(Path.GetDirectoryName(new FileInfo($"/proc/{child}/cwd").LinkTarget)!);
                Assert.True(Directory.Exists(folders[^1]));
                end(child);
            }
        }
        Assert.Equal(2, folders.Distinct().Count());
        Assert.All(folders, folder => Assert.False(Directory.Exists(folder)));
    }

    /// <summary>A program that gets ready as a child does, and ends in its own way when a request comes.</summary>
    private ChildCommand Impostor(string end)
    {
        var script = Path.Combine(_folder, "impostor");
        File.WriteAllText(script, string.Create(CultureInfo.InvariantCulture, $"#!/bin/bash\necho $$ >>'{_folder}/started'\nprintf '\\x02\\0\\0\\0{{}}'\nhead -c 10 >/dev/null\n{end}\n"));
        return new ChildCommand("/bin/bash", [script]);
    }

    private RenderRequest Request(string path) => new(path, _folder, [200, 400], VariantFormat.WebP, 80, 2, new EngineOptions().Limits());

    private string Photograph()
    {
        var path = Path.Combine(_folder, "photograph");
        if (File.Exists(path)) return path;
        using var noise = Image.Gaussnoise(1_600, 1_200, sigma: 60, mean: 128).Cast(Enums.BandFormat.Uchar);
        using var image = noise.Bandjoin(noise, noise).Copy(interpretation: Enums.Interpretation.Srgb);
        File.WriteAllBytes(path, image.JpegsaveBuffer());
        return path;
    }

    private static bool Kill(int process)
    {
        try
        {
            using var found = Process.GetProcessById(process);
            found.Kill();
            return true;
        }
        catch (Exception e) when (e is ArgumentException or InvalidOperationException or System.ComponentModel.Win32Exception)
        {
            return false; // it has ended
        }
    }

    private static bool IsAlive(int process) => Directory.Exists($"/proc/{process}");
}
