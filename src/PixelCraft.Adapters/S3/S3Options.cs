using System.ComponentModel.DataAnnotations;

namespace PixelCraft.Adapters.S3;

/// <summary>Section <c>S3</c>: an object store that speaks S3.</summary>
public sealed class S3Options
{
    /// <summary>The URL of the service, such as <c>https://s3.eu-central-1.amazonaws.com</c>.</summary>
    [Required, Url]
    public string Endpoint { get; set; } = "";

    /// <summary>The bucket; it must exist.</summary>
    [Required]
    public string Bucket { get; set; } = "";

    /// <summary>The access key.</summary>
    [Required]
    public string AccessKey { get; set; } = "";

    /// <summary>The secret that belongs to it.</summary>
    [Required]
    public string SecretKey { get; set; } = "";

    /// <summary>The region that requests are signed for. <c>us-east-1</c>, which most services that are not Amazon's expect.</summary>
    [Required]
    public string Region { get; set; } = "us-east-1";

    /// <summary>Whether the bucket's name goes into the path and not into the host name. True.</summary>
    public bool ForcePathStyle { get; set; } = true;

    /// <summary>
    /// The folder for parts on their way: up to 8 MiB for each upload that runs. Null, the default, is the system's temporary
    /// folder; name another when that one is kept in memory.
    /// </summary>
    public string? SpoolFolder { get; set; }
}
