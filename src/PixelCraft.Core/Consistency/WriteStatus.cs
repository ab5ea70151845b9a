namespace PixelCraft.Consistency;

/// <summary>
/// Whether what is consistent takes changes now, as this process has last seen it: a few seconds old at most. Nothing is decided by it, since a
/// write finds out by itself; it is for telling members before they try.
/// </summary>
public sealed class WriteStatus
{
    private volatile bool _accounts = true;
    private volatile bool _images = true;

    /// <summary>Whether accounts can be changed.</summary>
    public bool Accounts
    {
        get => _accounts;
        set => _accounts = value;
    }

    /// <summary>Whether images can be uploaded and changed.</summary>
    public bool Images
    {
        get => _images;
        set => _images = value;
    }
}
