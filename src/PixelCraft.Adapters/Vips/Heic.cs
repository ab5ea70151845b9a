using System.Diagnostics;
using PixelCraft.Images.Engine;
using PixelCraft.Images.Formats;

namespace PixelCraft.Adapters.Vips;

/// <summary>Turns HEIC into PNG with the installed program, which has the limits of this process.</summary>
internal static class Heic
{
    /// <summary>Converts the original; the request then names the converted file.</summary>
    /// <returns>False when the file can't be read.</returns>
    /// <exception cref="IOException">The program is not installed here: no fault of the file, which waits for a worker that has it.</exception>
    public static bool Convert(ref RenderRequest request)
    {
        if (HeicConverter.Path is not { } program) throw new IOException(HeicConverter.HowToGetIt);
        var output = Path.Combine(request.OutputFolder, "converted.png");
        using var process = Process.Start(new ProcessStartInfo(program, [request.OriginalPath, output])
        {
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        })!;
        process.StandardInput.Close();
        process.OutputDataReceived += static (_, _) => { };
        process.ErrorDataReceived += static (_, _) => { };
        process.BeginOutputReadLine();
        process.BeginErrorReadLine();
        process.WaitForExit();
        // Of a file with several images, the program numbers its output.
        var first = File.Exists(output) ? output : Path.Combine(request.OutputFolder, "converted-1.png");
        if (process.ExitCode != 0 || !File.Exists(first)) return false;
        request = request with { OriginalPath = first };
        return true;
    }
}
