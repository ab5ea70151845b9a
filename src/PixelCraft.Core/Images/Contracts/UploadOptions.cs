using System.ComponentModel.DataAnnotations;

namespace PixelCraft.Images.Contracts;

/// <summary>Section <c>Uploads</c>.</summary>
public sealed class UploadOptions
{
    /// <summary>Bytes of one file. 200 MB; 1 KB to 100 GB.</summary>
    [Range(1_000, 100_000_000_000)]
    public long MaxBytes { get; set; } = 200_000_000;

    /// <summary>Bytes of one request with all its files. 2 GB; 1 KB to 1 TB.</summary>
    [Range(1_000, 1_000_000_000_000)]
    public long MaxRequestBytes { get; set; } = 2_000_000_000;

    /// <summary>Files in one request. 100; 1 to 10,000.</summary>
    [Range(1, 10_000)]
    public int MaxFiles { get; set; } = 100;

    /// <summary>How long a resumable upload (tus) may take, with all its interruptions. 1 day; 1 min to 30 days.</summary>
    [Range(typeof(TimeSpan), "00:01:00", "30.00:00:00")]
    public TimeSpan ResumeTime { get; set; } = TimeSpan.FromDays(1);

    /// <summary>How long an image stays in the trash before it goes for good. 30 days; 1 min to 3,650 days.</summary>
    [Range(typeof(TimeSpan), "00:01:00", "3650.00:00:00")]
    public TimeSpan TrashTime { get; set; } = TimeSpan.FromDays(30);
}
