using System.Runtime.InteropServices;
using System.Threading.Channels;
using PixelCraft.Adapters.Vips;
using PixelCraft.Images.Engine;

namespace PixelCraft.Adapters.Rendering;

/// <summary>
/// The inside of a child, <c>pixelcraft render</c>: answers requests, one at a time, until its input ends. It knows no
/// configuration and has nothing secret in its memory; what it may do, <see cref="Confinement"/> says.
/// </summary>
public static class RenderChild
{
    /// <summary>Runs until the input ends.</summary>
    /// <param name="memory">Bytes that it may use.</param>
    /// <param name="time">How long one image may compute.</param>
    /// <returns>The exit code.</returns>
    public static int Run(long memory, TimeSpan time)
    {
        ProcessLimits.Memory(memory);
        // Signals to the whole group, as Ctrl-C sends them, are the parent's to act on: it may want to finish.
        using var interrupt = PosixSignalRegistration.Create(PosixSignal.SIGINT, context => context.Cancel = true);
        using var terminate = PosixSignalRegistration.Create(PosixSignal.SIGTERM, context => context.Cancel = true);
        using var output = ProcessLimits.KeepOutput();
        VipsEngine.Load();

        var requests = Channel.CreateBounded<EngineRequest>(1);
        new Thread(() => Read(requests.Writer)) { IsBackground = true, Name = "requests" }.Start();
        Write(output, new ChildReply());
        while (true)
        {
            var request = requests.Reader.ReadAsync().AsTask().GetAwaiter().GetResult();
            ProcessLimits.MoreCpu(time);
            Write(output, Answer(request));
        }
    }

    /// <summary>
    /// Reads requests, so that the end of the input is seen while an image is decoded too: the parent has gone, and nobody
    /// wants the result. (A parent-death signal would not do: it comes when the thread that started the child ends.)
    /// </summary>
    private static void Read(ChannelWriter<EngineRequest> requests)
    {
        using var input = Console.OpenStandardInput();
        while (ChildMessages.ReadAsync(input, ChildJson.Default.EngineRequest, CancellationToken.None).GetAwaiter().GetResult() is { } request)
            requests.WriteAsync(request).AsTask().GetAwaiter().GetResult();
        ProcessLimits.End();
    }

    private static ChildReply Answer(EngineRequest request)
    {
        try
        {
            return new ChildReply(VipsEngine.Handle(request, CancellationToken.None));
        }
        catch (StorageFullException e)
        {
            return new ChildReply(Failure: new(ChildFailureKind.StorageFull, e.Message));
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return new ChildReply(Failure: new(ChildFailureKind.InputOutput, e.Message));
        }
        catch (Exception e)
        {
            return new ChildReply(Failure: new(ChildFailureKind.Other, e.ToString()));
        }
    }

    private static void Write(FileStream output, ChildReply reply) =>
        ChildMessages.WriteAsync(output, reply, ChildJson.Default.ChildReply, CancellationToken.None).GetAwaiter().GetResult();
}
