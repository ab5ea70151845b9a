using PixelCraft.Images.Formats.Headers;

namespace PixelCraft.Images.Formats;

/// <summary>
/// Finds the format, the size and the number of frames of an image while its bytes stream by, in constant memory, by the
/// bytes alone: names and media types that a client states count for nothing. Only headers are read: whether the pixels
/// are sound, the engine finds out.
/// </summary>
public sealed class ImageHeaderScanner
{
    /// <summary>The reason given when a file stops inside its header.</summary>
    public const string EndsTooEarly = "The file ends too early.";

    private const int JpegSignature = 3;
    private const int Signature = 12;

    private readonly byte[] _bytes = new byte[HeaderWalk.MaxWant];
    private int _have;
    private int _need = JpegSignature;
    private long _skip;
    private HeaderWalk? _walk;

    /// <summary>What is known after all bytes fed so far. Once found, only the size and the number of frames may still grow.</summary>
    public HeaderResult Result { get; private set; } = HeaderResult.NeedMore;

    /// <summary>Whether no further bytes can change the result.</summary>
    public bool IsDone => Result.Outcome is HeaderOutcome.Unknown or HeaderOutcome.Damaged || _walk is { IsDone: true };

    /// <summary>Takes the next bytes of the file. Once it is done, further bytes change nothing.</summary>
    /// <returns><see cref="Result"/>.</returns>
    public HeaderResult Feed(ReadOnlySpan<byte> bytes)
    {
        while (!IsDone && bytes.Length > 0)
        {
            var skipped = (int)Math.Min(_skip, bytes.Length);
            _skip -= skipped;
            bytes = bytes[skipped..];

            var taken = Math.Min(_need - _have, bytes.Length);
            bytes[..taken].CopyTo(_bytes.AsSpan(_have));
            _have += taken;
            bytes = bytes[taken..];

            if (_have < _need) continue;
            if (_walk is null) Recognise();
            else Step(_walk);
        }
        return Result;
    }

    /// <summary>Says that the file has ended. The result is never <see cref="HeaderOutcome.NeedMore"/> afterwards.</summary>
    /// <returns><see cref="Result"/>.</returns>
    public HeaderResult Complete()
    {
        if (IsDone) return Result;
        if (_walk is not null) return Result = _walk.Complete();
        if (_have == 0) return Result = HeaderResult.Damaged("The file is empty.");
        var start = _bytes.AsSpan(0, _have);
        return Result = start.StartsWith(PngWalk.Signature) || IsGif(start) || (_have >= 4 && TiffWalk.Matches(start)) ? HeaderResult.Damaged(EndsTooEarly) : HeaderResult.Unknown;
    }

    private void Recognise()
    {
        var b = _bytes.AsSpan(0, _have);
        _walk = b switch
        {
            [0xFF, 0xD8, 0xFF, ..] => new JpegWalk(),
            _ when b.Length < Signature => null,
            _ when b.StartsWith(PngWalk.Signature) => new PngWalk(),
            _ when IsGif(b) => new GifWalk(),
            _ when b.StartsWith("RIFF"u8) && b[8..].StartsWith("WEBP"u8) => new WebPWalk(),
            _ when TiffWalk.Matches(b) => new TiffWalk(),
            _ when HeifWalk.Matches(b) => new HeifWalk(),
            _ => null,
        };
        if (_walk is null)
        {
            if (_have < Signature) _need = Signature;
            else Result = HeaderResult.Unknown;
            return;
        }
        // The walk begins with the first byte.
        var again = b.ToArray();
        (_have, _need) = (0, _walk.Wanted);
        Feed(again);
    }

    private void Step(HeaderWalk walk)
    {
        walk.Step(_bytes.AsSpan(0, _need));
        Result = walk.Result;
        (_have, _need, _skip) = (0, walk.Wanted, walk.Skip);
    }

    private static bool IsGif(ReadOnlySpan<byte> b) => b.StartsWith("GIF87a"u8) || b.StartsWith("GIF89a"u8);
}
