using Amazon.Runtime;
using Amazon.S3;
using Amazon.S3.Model;
using PixelCraft.Storage;

namespace PixelCraft.Adapters.S3;

/// <summary>
/// Multipart uploads whose parts clients put by presigned URLs (signature version 4). The length of a part is among what is signed: the store
/// refuses any other. Permissions needed: those of <see cref="S3ObjectStore"/>, and <c>s3:ListMultipartUploadParts</c>. For browsers the bucket needs a CORS rule: PUT from
/// the pages' origin, with the header <c>ETag</c> exposed.
/// </summary>
public sealed class S3DirectUploads(S3Options options) : IDirectUploads, IDisposable
{
    private readonly AmazonS3Client _client = S3Client.Create(options, options.Endpoint);
    private readonly AmazonS3Client _signer = S3Client.Create(options, PublicEndpoint(options));

    /// <inheritdoc/>
    public async Task<string> BeginAsync(string key, string contentType, CancellationToken cancellationToken)
    {
        ObjectKey.ThrowIfInvalid(key);
        return (await AskAsync(
            () => _client.InitiateMultipartUploadAsync(new InitiateMultipartUploadRequest { BucketName = options.Bucket, Key = key, ContentType = contentType }, cancellationToken),
            cancellationToken)).UploadId;
    }

    /// <inheritdoc/>
    public Uri PartUrl(string key, string upload, int part, long length, DateTimeOffset until)
    {
        ObjectKey.ThrowIfInvalid(key);
        var request = new GetPreSignedUrlRequest
        {
            BucketName = options.Bucket,
            Key = key,
            UploadId = upload,
            PartNumber = part,
            Verb = HttpVerb.PUT,
            Expires = until.UtcDateTime,
            Protocol = S3Client.Protocol(PublicEndpoint(options)),
        };
        request.Headers.ContentLength = length;
        return new Uri(_signer.GetPreSignedURL(request));
    }

    /// <inheritdoc/>
    public async Task<DirectOutcome> CompleteAsync(string key, string upload, IReadOnlyList<string> etags, CancellationToken cancellationToken)
    {
        ObjectKey.ThrowIfInvalid(key);
        try
        {
            await _client.CompleteMultipartUploadAsync(
                new CompleteMultipartUploadRequest { BucketName = options.Bucket, Key = key, UploadId = upload, PartETags = [.. etags.Select((etag, i) => new PartETag(i + 1, etag))] },
                cancellationToken);
            return DirectOutcome.Completed;
        }
        catch (AmazonServiceException e) when (e.ErrorCode is "InvalidPart" or "InvalidPartOrder" or "EntityTooSmall" or "MalformedXML")
        {
            return DirectOutcome.WrongParts;
        }
        catch (Exception e) when (S3Faults.IsStores(e, cancellationToken))
        {
            // Ceph answers 500, "already in progress", where others say that there is no such upload.
            if (e is AmazonServiceException && !await IsThereAsync(key, upload, cancellationToken)) return DirectOutcome.NotFound;
            throw S3Faults.Of(e);
        }
    }

    /// <inheritdoc/>
    public async Task AbortAsync(string key, string upload, CancellationToken cancellationToken)
    {
        ObjectKey.ThrowIfInvalid(key);
        try
        {
            await _client.AbortMultipartUploadAsync(options.Bucket, key, upload, cancellationToken);
        }
        catch (AmazonServiceException e) when (S3Faults.IsMissing(e))
        {
            // Completed, or aborted before.
        }
        catch (Exception e) when (S3Faults.IsStores(e, cancellationToken))
        {
            throw S3Faults.Of(e);
        }
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        _client.Dispose();
        _signer.Dispose();
    }

    private async Task<bool> IsThereAsync(string key, string upload, CancellationToken cancellationToken)
    {
        try
        {
            await _client.ListPartsAsync(new ListPartsRequest { BucketName = options.Bucket, Key = key, UploadId = upload, MaxParts = 1 }, cancellationToken);
            return true;
        }
        catch (AmazonServiceException e) when (S3Faults.IsMissing(e))
        {
            return false;
        }
        catch (Exception e) when (S3Faults.IsStores(e, cancellationToken))
        {
            throw S3Faults.Of(e);
        }
    }

    private static string PublicEndpoint(S3Options options) => options.PublicEndpoint.Length > 0 ? options.PublicEndpoint : options.Endpoint;

    private static async Task<T> AskAsync<T>(Func<Task<T>> ask, CancellationToken cancellationToken)
    {
        try
        {
            return await ask();
        }
        catch (Exception e) when (S3Faults.IsStores(e, cancellationToken))
        {
            throw S3Faults.Of(e);
        }
    }
}
