using Amazon.Runtime;
using Amazon.S3;

namespace PixelCraft.Adapters.S3;

/// <summary>How the vendor's client is set up, the same for all that use it.</summary>
internal static class S3Client
{
    /// <summary>For the answer to one request, and for the next bytes of an object.</summary>
    public static readonly TimeSpan AnswerTime = TimeSpan.FromSeconds(60);

    /// <summary>What URLs begin with that are signed for an endpoint: the vendor's client takes https otherwise.</summary>
    public static Protocol Protocol(string endpoint) =>
        endpoint.StartsWith("http:", StringComparison.OrdinalIgnoreCase) ? Amazon.S3.Protocol.HTTP : Amazon.S3.Protocol.HTTPS;

    public static AmazonS3Client Create(S3Options options, string endpoint) => new AmazonS3Client(new BasicAWSCredentials(options.AccessKey, options.SecretKey), new AmazonS3Config
    {
        ServiceURL = endpoint,
        AuthenticationRegion = options.Region,
        ForcePathStyle = options.ForcePathStyle,
        // Newer checksums in trailers are Amazon's own: Ceph answers XAmzContentSHA256Mismatch to them.
        RequestChecksumCalculation = RequestChecksumCalculation.WHEN_REQUIRED,
        ResponseChecksumValidation = ResponseChecksumValidation.WHEN_REQUIRED,
        ConnectTimeout = TimeSpan.FromSeconds(5),
        Timeout = AnswerTime,
        RetryMode = RequestRetryMode.Standard,
        MaxErrorRetry = 2,
        HttpClientFactory = new S3Connections(S3Connections.TryParse(options.Gateways)),
    });
}
