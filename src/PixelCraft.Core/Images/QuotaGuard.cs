using System.Globalization;
using PixelCraft.Http;
using PixelCraft.Ids;
using PixelCraft.Images.Contracts;

namespace PixelCraft.Images;

/// <summary>
/// Holds room in a member's quota for one upload: all of it before the first byte where the length is known, else a little
/// ahead of the bytes as they come. What is not turned into a record must be released; if that can't be done, it ends by itself.
/// </summary>
/// <param name="ledger">Where.</param>
/// <param name="upload">The id that the image will have.</param>
/// <param name="owner">Whose.</param>
/// <param name="quota">Bytes that the member may keep; null: without limit, and nothing is reserved.</param>
/// <param name="time">The clock.</param>
/// <param name="reserved">What was reserved before, for longer than this takes; null: nothing.</param>
/// <param name="until">When what is reserved ends by itself; null: an hour after it was last renewed.</param>
internal sealed class QuotaGuard(IQuotaLedger ledger, Id upload, Id owner, long? quota, TimeProvider time, long? reserved = null, DateTimeOffset? until = null)
{
    /// <summary>Far longer than a server is silent about an upload that goes on: it is renewed as bytes come.</summary>
    private static readonly TimeSpan Lifetime = TimeSpan.FromHours(1);

    /// <summary>By which room outlives an upload that takes long, so that what comes in the last minute can be taken in.</summary>
    public static readonly TimeSpan Grace = TimeSpan.FromHours(1);

    private const long LeastStep = 256 * 1024;

    private long _reserved = reserved ?? -1;
    private DateTimeOffset _renewAt = DateTimeOffset.MaxValue;

    /// <summary>Sees to it that this many bytes are reserved.</summary>
    /// <exception cref="UploadRefusedException">The quota doesn't allow it.</exception>
    public async ValueTask ReserveAsync(long bytes, CancellationToken cancellationToken)
    {
        if (!await TryAsync(bytes, cancellationToken)) throw Refusal(bytes);
    }

    /// <summary>As many bytes have come in all: sees to it that they are reserved, with some to come.</summary>
    /// <exception cref="UploadRefusedException">The quota doesn't allow it.</exception>
    public async ValueTask PassAsync(long bytes, CancellationToken cancellationToken)
    {
        if (quota is null) return;
        if (bytes <= _reserved)
        {
            if (time.GetUtcNow() >= _renewAt) await TryAsync(_reserved, cancellationToken);
            return;
        }
        // A quarter more each time: few steps for a large file, little held that is not needed. Near the end of the quota, what is needed.
        if (!await TryAsync(bytes + Math.Max(LeastStep, bytes / 4), cancellationToken)) await ReserveAsync(bytes, cancellationToken);
    }

    /// <summary>The reservation has become a record.</summary>
    public void Consumed() => _reserved = -1;

    /// <summary>Lets go of what is reserved. Not cancelled with a request.</summary>
    public async Task ReleaseAsync()
    {
        if (_reserved < 0) return;
        await ledger.ReleaseAsync(upload, CancellationToken.None);
        _reserved = -1;
    }

    private async Task<bool> TryAsync(long bytes, CancellationToken cancellationToken)
    {
        if (quota is null) return true;
        var now = time.GetUtcNow();
        if (!await ledger.TryReserveAsync(new Reservation(upload, owner, bytes, until ?? now + Lifetime), quota.Value, cancellationToken)) return false;
        _reserved = bytes;
        _renewAt = now + Lifetime / 2;
        return true;
    }

    private static UploadRefusedException Refusal(long bytes) => new(
        Problems.QuotaExceeded,
        string.Create(CultureInfo.InvariantCulture, $"There is no room for {bytes / 1_000_000d:0.#} MB. Empty your trash or remove images that you don't need, or ask an administrator for more."));
}
