using System.Runtime.InteropServices;
using System.Text;
using PixelCraft.Adapters.FileSystem;
using PixelCraft.Images.Contracts;
using PixelCraft.Images.Engine;
using PixelCraft.Storage;

namespace PixelCraft.Adapters.Rendering;

/// <summary>
/// The two folders that a child knows: <c>in</c>, where it may read, and <c>out</c>, where it may write too. A request's file is linked
/// into the one (copied, where that is another file system), and what the child made is taken from the other: under names
/// that are known here, since a child that was taken over may answer anything.
/// </summary>
internal sealed class ChildFolder : IDisposable
{
    private const string Original = "original", Result = "result";

    private readonly string _root = TemporaryFolders.Create("child");

    public ChildFolder()
    {
        Directory.CreateDirectory(In);
        Directory.CreateDirectory(Out);
    }

    /// <summary>Where it is started, and writes.</summary>
    public string Out => Path.Combine(_root, "out");

    private string In => Path.Combine(_root, "in");

    /// <summary>The request as the child shall see it.</summary>
    /// <exception cref="IOException">The file can't be had.</exception>
    /// <exception cref="StorageFullException">There is no room for it.</exception>
    public EngineRequest Take(EngineRequest request)
    {
        switch (request)
        {
            case RenderRequest render:
                return render with { OriginalPath = Link(render.OriginalPath), OutputFolder = Out };
            case TransformRequest transform:
                return transform with { SourcePath = Link(transform.SourcePath), OutputPath = Path.Combine(Out, Result) };
            default:
                throw new NotSupportedException($"Children have no {request.GetType().Name}.");
        }
    }

    /// <summary>Moves what the child made to where the request wants it, and removes everything else.</summary>
    /// <returns>The result as who asked shall see it.</returns>
    public EngineResult Give(EngineRequest request, EngineResult result)
    {
        try
        {
            return (request, result) switch
            {
                (RenderRequest wanted, Rendered made) => made with { Variants = [.. made.Variants.Select(variant => Move(variant, wanted))] },
                (TransformRequest wanted, Transformed made) => Move(made, wanted),
                _ => result,
            };
        }
        finally
        {
            Clear();
        }
    }

    /// <summary>Removes what a request left.</summary>
    public void Clear()
    {
        File.Delete(Path.Combine(In, Original));
        foreach (var folder in Directory.EnumerateDirectories(Out)) Directory.Delete(folder, recursive: true);
        foreach (var file in Directory.EnumerateFiles(Out)) File.Delete(file);
    }

    public void Dispose() => Directory.Delete(_root, recursive: true);

    private RenderedVariant Move(RenderedVariant variant, RenderRequest wanted)
    {
        var name = $"{variant.Size}.{wanted.Format.Extension()}";
        return variant with { Path = Move(name, Path.Combine(wanted.OutputFolder, name)) };
    }

    private Transformed Move(Transformed made, TransformRequest wanted)
    {
        Move(Result, wanted.OutputPath);
        return made;
    }

    private string Move(string name, string to)
    {
        var made = Path.Combine(Out, name);
        // A link would have somebody's file taken for the child's.
        if (File.GetAttributes(made).HasFlag(FileAttributes.ReparsePoint)) throw new InvalidOperationException($"A child answered with the link '{name}'.");
        Filled(() => File.Move(made, to, overwrite: true));
        return to;
    }

    private string Link(string path)
    {
        var linked = Path.Combine(In, Original);
        File.Delete(linked);
        if (OperatingSystem.IsWindows() || link(Utf8(path), Utf8(linked)) != 0) Filled(() => File.Copy(path, linked));
        return linked;
    }

    private static void Filled(Action action)
    {
        try
        {
            action();
        }
        catch (IOException e) when (DiskFaults.IsFull(e))
        {
            throw new StorageFullException("folder for temporary files", e);
        }
    }

    private static byte[] Utf8(string path) => Encoding.UTF8.GetBytes(path + '\0');

    [DllImport("libc", SetLastError = true)]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    private static extern int link(byte[] from, byte[] to);
}
