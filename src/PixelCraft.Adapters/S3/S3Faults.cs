using System.Net;
using Amazon.Runtime;

namespace PixelCraft.Adapters.S3;

/// <summary>What the client's exceptions mean.</summary>
internal static class S3Faults
{
    /// <summary>How failures name the store.</summary>
    public const string Name = "object store";

    /// <summary>Whether a failure is the store's, and not the caller's who cancelled.</summary>
    public static bool IsStores(Exception e, CancellationToken cancellationToken) => e switch
    {
        OperationCanceledException => !cancellationToken.IsCancellationRequested,
        AmazonServiceException or AmazonClientException or HttpRequestException or IOException or TimeoutException => true,
        _ => false,
    };

    /// <summary>The exception that the port speaks of. Whatever the store answers that is not named here is an outage: a refused key too.</summary>
    public static Exception Of(Exception e) => e is AmazonServiceException answer
        && (answer.StatusCode == HttpStatusCode.InsufficientStorage || answer.ErrorCode is "QuotaExceeded" or "XMinioStorageFull")
        ? new StorageFullException(Name, e)
        : new UnavailableException(Name, e);

    /// <summary>Whether there is no such object; a bucket that is missing is an outage.</summary>
    public static bool IsMissing(AmazonServiceException e) => e.StatusCode == HttpStatusCode.NotFound && e.ErrorCode != "NoSuchBucket";
}
