using Amazon.Runtime;
using Amazon.S3;
using Amazon.S3.Model;
using PixelCraft.Adapters.S3;
using Xunit;

namespace PixelCraft.Tests.Adapters.S3;

/// <summary>Looks into a bucket, past the adapters.</summary>
internal static class Bucket
{
    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    /// <summary>The keys of multipart uploads that are neither completed nor aborted.</summary>
    public static async Task<IReadOnlyList<string>> UploadsAsync(S3Options options)
    {
        using var client = Client(options);
        var uploads = await client.ListMultipartUploadsAsync(new ListMultipartUploadsRequest { BucketName = options.Bucket }, Cancellation);
        return [.. uploads.MultipartUploads?.Select(upload => upload.Key) ?? []];
    }

    /// <summary>The keys of at most 1,000 objects.</summary>
    public static async Task<IReadOnlyList<string>> KeysAsync(S3Options options, string prefix)
    {
        using var client = Client(options);
        var objects = await client.ListObjectsV2Async(new ListObjectsV2Request { BucketName = options.Bucket, Prefix = prefix }, Cancellation);
        return [.. objects.S3Objects?.Select(found => found.Key) ?? []];
    }

    private static AmazonS3Client Client(S3Options options) => new(
        new BasicAWSCredentials(options.AccessKey, options.SecretKey),
        new AmazonS3Config { ServiceURL = options.Endpoint, ForcePathStyle = true, AuthenticationRegion = options.Region });
}
