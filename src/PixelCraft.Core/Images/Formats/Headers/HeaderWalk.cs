namespace PixelCraft.Images.Formats.Headers;

/// <summary>
/// Walks through a file of one format from its first byte, asking for a few bytes at a time and passing over the rest, so
/// that it can follow a stream in constant memory. Subclasses ask with <see cref="Want"/> and get an answer in <see cref="Step"/>.
/// </summary>
internal abstract class HeaderWalk
{
    /// <summary>The most bytes that can be asked for at once.</summary>
    public const int MaxWant = 32;

    protected HeaderWalk(int want) => Wanted = want;

    /// <summary>Bytes to pass over first.</summary>
    public long Skip { get; private set; }

    /// <summary>Bytes wanted then, 1 to <see cref="MaxWant"/>.</summary>
    public int Wanted { get; private set; }

    /// <summary>Nothing that follows can change the result.</summary>
    public bool IsDone { get; private set; }

    public HeaderResult Result { get; private set; } = HeaderResult.NeedMore;

    /// <summary>Takes the bytes that were wanted.</summary>
    public abstract void Step(ReadOnlySpan<byte> b);

    /// <summary>What an end of the file here means.</summary>
    public virtual HeaderResult Complete() =>
        Result.Outcome == HeaderOutcome.NeedMore ? HeaderResult.Damaged(ImageHeaderScanner.EndsTooEarly) : Result;

    protected void Want(int bytes, long skip = 0) => (Wanted, Skip) = (bytes, skip);

    /// <summary>The size is known, and the walk goes on: frames may follow.</summary>
    protected void Found(ImageFormat format, ulong width, ulong height, int frames = 1)
    {
        if (width is 0 or > int.MaxValue || height is 0 or > int.MaxValue) Damaged("The file tells an impossible size.");
        else Result = HeaderResult.Found(format, (int)width, (int)height) with { Frames = frames };
    }

    protected void Damaged(string reason)
    {
        Result = HeaderResult.Damaged(reason);
        Done();
    }

    protected void Unknown()
    {
        Result = HeaderResult.Unknown;
        Done();
    }

    protected void Done() => IsDone = true;
}
