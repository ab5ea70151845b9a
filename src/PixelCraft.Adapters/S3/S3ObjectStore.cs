using System.Net;
using System.Runtime.CompilerServices;
using Amazon.Runtime;
using Amazon.S3;
using Amazon.S3.Model;
using Microsoft.Extensions.Logging;
using PixelCraft.Storage;

namespace PixelCraft.Adapters.S3;

/// <summary>
/// Objects in a bucket of an S3 store.
/// <para>
/// Stored format. An object of the same key with the content type it was put with; no metadata of our own.
/// </para>
/// <para>
/// Writing. S3 wants lengths before bytes and may want the bytes again, so that each 8 MiB are spooled to a file first (64 KB
/// of memory): one such part goes by PutObject, more by multipart upload, which ends at 10,000 parts, 80 GB. An upload that
/// fails is aborted; what can't be aborted, because the store is away, is left to the bucket: give it a lifecycle rule
/// <c>AbortIncompleteMultipartUpload</c>.
/// </para>
/// <para>
/// Waiting. To connect 5 s, for the answer to one request 60 s, for the next bytes of an object 60 s; a request that fails
/// for a reason that may pass is sent 3 times in all, with a growing pause of at most a few seconds.
/// </para>
/// Permissions needed: <c>s3:GetObject</c>, <c>s3:PutObject</c>, <c>s3:DeleteObject</c>, <c>s3:AbortMultipartUpload</c>, and
/// <c>s3:ListBucket</c>, to list and since without it S3 answers 403 for an object that is not there. The bucket is not made.
/// </summary>
public sealed class S3ObjectStore : IObjectStore, IObjectLinks, IDisposable
{
    internal const long PartSize = 8 * 1024 * 1024;
    private static readonly TimeSpan AbortTime = TimeSpan.FromSeconds(10);

    private readonly AmazonS3Client _client;
    private readonly S3Options _options;
    private readonly TimeProvider _time;
    private readonly ILogger<S3ObjectStore> _logger;

    // HEAD answers 404 with no word on whether the object or the bucket is missing; once seen, a bucket is taken to stay.
    private volatile bool _bucketSeen;

    /// <summary>A store on the bucket that the options name. Nothing is sent yet.</summary>
    public S3ObjectStore(S3Options options, TimeProvider time, ILogger<S3ObjectStore> logger)
    {
        _options = options;
        _time = time;
        _logger = logger;
        _client = S3Client.Create(options, options.Endpoint);
    }

    /// <summary>Makes sure that the bucket is there and the keys may use it.</summary>
    /// <exception cref="InvalidOperationException">They may not, or it isn't; the message says what to do.</exception>
    /// <exception cref="UnavailableException">The store doesn't answer.</exception>
    public async Task CheckAsync(CancellationToken cancellationToken)
    {
        try
        {
            await _client.HeadBucketAsync(new HeadBucketRequest { BucketName = _options.Bucket }, cancellationToken);
            _bucketSeen = true;
        }
        catch (AmazonServiceException e) when (e.StatusCode == HttpStatusCode.NotFound)
        {
            throw new InvalidOperationException($"There is no bucket '{_options.Bucket}' at {_options.Endpoint}: make it, or correct S3:Bucket.", e);
        }
        catch (AmazonServiceException e) when (e.StatusCode == HttpStatusCode.Forbidden)
        {
            throw new InvalidOperationException(
                $"{_options.Endpoint} refuses the bucket '{_options.Bucket}' to these keys: correct S3:AccessKey and S3:SecretKey, or allow them s3:ListBucket.", e);
        }
        catch (Exception e) when (S3Faults.IsStores(e, cancellationToken))
        {
            throw S3Faults.Of(e);
        }
    }

    /// <inheritdoc/>
    public async Task<StoredObject> PutAsync(string key, Stream content, string contentType, CancellationToken cancellationToken)
    {
        ObjectKey.ThrowIfInvalid(key);
        using var spool = new PartSpool(_options.SpoolFolder);
        var length = await spool.FillAsync(content, PartSize, cancellationToken);
        if (length < PartSize) await PutWholeAsync(key, contentType, spool, length, cancellationToken);
        else length = await PutPartsAsync(key, contentType, spool, content, cancellationToken);
        // The store's own time is a request away, and equal to the second.
        return new StoredObject(key, length, contentType, _time.GetUtcNow());
    }

    /// <inheritdoc/>
    public async Task<ObjectReader?> OpenAsync(string key, Storage.ByteRange? range, CancellationToken cancellationToken)
    {
        ObjectKey.ThrowIfInvalid(key);
        if (range is { } part && (part.Offset < 0 || part.Length < 1 || part.Offset > long.MaxValue - part.Length)) throw OutOfRange(range);
        var request = new GetObjectRequest { BucketName = _options.Bucket, Key = key };
        if (range is { } bytes) request.ByteRange = new Amazon.S3.Model.ByteRange(bytes.Offset, bytes.Offset + bytes.Length - 1);
        GetObjectResponse response;
        try
        {
            response = await _client.GetObjectAsync(request, cancellationToken);
        }
        catch (AmazonServiceException e) when (S3Faults.IsMissing(e))
        {
            return null;
        }
        catch (AmazonServiceException e) when (e.StatusCode == HttpStatusCode.RequestedRangeNotSatisfiable)
        {
            throw OutOfRange(range);
        }
        catch (Exception e) when (S3Faults.IsStores(e, cancellationToken))
        {
            throw S3Faults.Of(e);
        }

        // "bytes 0-9/100": S3 shortens a range that begins within the object and ends past it.
        var total = range is null ? response.ContentLength : long.Parse(response.ContentRange.AsSpan(response.ContentRange.IndexOf('/') + 1), provider: null);
        if (range is { } wanted && wanted.Offset + wanted.Length > total)
        {
            response.Dispose();
            throw OutOfRange(range);
        }
        var info = new StoredObject(key, total, response.Headers.ContentType, Time(response.LastModified));
        return new ObjectReader(info, new S3Content(response, range?.Length ?? total, S3Client.AnswerTime));
    }

    /// <inheritdoc/>
    public async Task<StoredObject?> FindAsync(string key, CancellationToken cancellationToken)
    {
        ObjectKey.ThrowIfInvalid(key);
        try
        {
            var response = await _client.GetObjectMetadataAsync(_options.Bucket, key, cancellationToken);
            _bucketSeen = true;
            return new StoredObject(key, response.ContentLength, response.Headers.ContentType, Time(response.LastModified));
        }
        catch (AmazonServiceException e) when (S3Faults.IsMissing(e))
        {
            if (!_bucketSeen) await RequireBucketAsync(cancellationToken);
            return null;
        }
        catch (Exception e) when (S3Faults.IsStores(e, cancellationToken))
        {
            throw S3Faults.Of(e);
        }
    }

    /// <inheritdoc/>
    public async Task DeleteAsync(string key, CancellationToken cancellationToken)
    {
        ObjectKey.ThrowIfInvalid(key);
        try
        {
            await _client.DeleteObjectAsync(_options.Bucket, key, cancellationToken);
        }
        catch (AmazonServiceException e) when (S3Faults.IsMissing(e))
        {
            // S3 answers 204 for what is not there; some stores don't.
        }
        catch (Exception e) when (S3Faults.IsStores(e, cancellationToken))
        {
            throw S3Faults.Of(e);
        }
    }

    /// <inheritdoc/>
    public async IAsyncEnumerable<ListedObject> ListAsync(string prefix, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        var request = new ListObjectsV2Request { BucketName = _options.Bucket, Prefix = prefix };
        ListObjectsV2Response page;
        do
        {
            page = await AskAsync(() => _client.ListObjectsV2Async(request, cancellationToken), cancellationToken);
            foreach (var found in page.S3Objects ?? []) yield return new ListedObject(found.Key, found.Size ?? 0, Time(found.LastModified));
            request.ContinuationToken = page.NextContinuationToken;
        }
        while (page.IsTruncated == true);
    }

    /// <inheritdoc/>
    public Uri ReadUrl(string key, DateTimeOffset until)
    {
        ObjectKey.ThrowIfInvalid(key);
        return new Uri(_client.GetPreSignedURL(new GetPreSignedUrlRequest
        {
            BucketName = _options.Bucket,
            Key = key,
            Verb = HttpVerb.GET,
            Expires = until.UtcDateTime,
            Protocol = S3Client.Protocol(_options.Endpoint),
        }));
    }

    /// <inheritdoc/>
    public void Dispose() => _client.Dispose();

    private Task<PutObjectResponse> PutWholeAsync(string key, string contentType, PartSpool spool, long length, CancellationToken cancellationToken) => AskAsync(
        () => _client.PutObjectAsync(
            new PutObjectRequest { BucketName = _options.Bucket, Key = key, ContentType = contentType, InputStream = spool.Open(length) },
            cancellationToken),
        cancellationToken);

    private async Task<long> PutPartsAsync(string key, string contentType, PartSpool spool, Stream content, CancellationToken cancellationToken)
    {
        string? upload = null;
        try
        {
            // Filling the spool runs the caller's stream: what that throws must not be taken for the store's.
            upload = await AskAsync(async () => (await _client.InitiateMultipartUploadAsync(
                new InitiateMultipartUploadRequest { BucketName = _options.Bucket, Key = key, ContentType = contentType }, cancellationToken)).UploadId, cancellationToken);
            var parts = new List<PartETag>();
            long total = 0;
            for (var length = PartSize; length > 0; length = length < PartSize ? 0 : await spool.FillAsync(content, PartSize, cancellationToken))
            {
                parts.Add(await AskAsync(() => PutPartAsync(key, upload, parts.Count + 1, spool, length, cancellationToken), cancellationToken));
                total += length;
            }
            await AskAsync(() => _client.CompleteMultipartUploadAsync(
                new CompleteMultipartUploadRequest { BucketName = _options.Bucket, Key = key, UploadId = upload, PartETags = parts }, cancellationToken), cancellationToken);
            return total;
        }
        catch
        {
            if (upload is not null) await AbortAsync(key, upload);
            throw;
        }
    }

    private async Task<PartETag> PutPartAsync(string key, string upload, int number, PartSpool spool, long length, CancellationToken cancellationToken)
    {
        await using var bytes = spool.Open(length);
        var response = await _client.UploadPartAsync(
            new UploadPartRequest { BucketName = _options.Bucket, Key = key, UploadId = upload, PartNumber = number, PartSize = length, InputStream = bytes },
            cancellationToken);
        return new PartETag(number, response.ETag);
    }

    /// <summary>Not with the caller's token: an upload that was cancelled is to be aborted too.</summary>
    private async Task AbortAsync(string key, string upload)
    {
        using var limit = new CancellationTokenSource(AbortTime);
        try
        {
            await _client.AbortMultipartUploadAsync(_options.Bucket, key, upload, limit.Token);
        }
        catch (AmazonServiceException e) when (S3Faults.IsMissing(e))
        {
            // Completing it had worked after all, or the store has forgotten it.
        }
        catch (Exception e) when (S3Faults.IsStores(e, CancellationToken.None))
        {
            _logger.LogWarning(e, "The upload {Upload} of {Key} could not be aborted; its parts stay until the bucket's lifecycle rule removes them.", upload, key);
        }
    }

    private async Task RequireBucketAsync(CancellationToken cancellationToken)
    {
        try
        {
            await CheckAsync(cancellationToken);
        }
        catch (InvalidOperationException e)
        {
            throw new UnavailableException(S3Faults.Name, e);
        }
    }

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

    private static ArgumentOutOfRangeException OutOfRange(Storage.ByteRange? range) =>
        new(nameof(range), range, "The range reaches past the object's end.");

    private static DateTimeOffset Time(DateTime? time) => new(time!.Value.ToUniversalTime());
}
