using Amazon.Runtime;
using Amazon.S3;
using Amazon.S3.Model;
using PixelCraft.Cluster;
using Xunit;

namespace PixelCraft.Tests.Cluster;

public sealed class S3ServerTests : ServerContract<S3Server>
{
    [Fact]
    public async Task Kill_AfterPut_KeepsTheObject()
    {
        await using var server = await Servers.SkipIfMissingAsync(StartAsync);
        var bucket = await server.CreateBucketAsync(Ct);
        using var s3 = Connect(server);
        await s3.PutObjectAsync(new PutObjectRequest { BucketName = bucket, Key = "a/b", ContentBody = "bytes" }, Ct);

        server.Kill();
        await server.RestartAsync(Ct);

        using var answer = await s3.GetObjectAsync(bucket, "a/b", Ct);
        using var reader = new StreamReader(answer.ResponseStream);
        Assert.Equal("bytes", await reader.ReadToEndAsync(Ct));
    }

    [Fact]
    public async Task CreateBucket_Twice_GivesTwoEmptyBuckets()
    {
        await using var server = await Servers.SkipIfMissingAsync(StartAsync);
        var first = await server.CreateBucketAsync(Ct);
        var second = await server.CreateBucketAsync(Ct);
        using var s3 = Connect(server);

        await s3.PutObjectAsync(new PutObjectRequest { BucketName = first, Key = "a", ContentBody = "bytes" }, Ct);

        Assert.Equal(0, (await s3.ListObjectsV2Async(new ListObjectsV2Request { BucketName = second }, Ct)).KeyCount);
    }

    protected override Task<S3Server> StartAsync() => S3Server.StartAsync(Ct);

    protected override async Task<bool> AnswersAsync(S3Server server)
    {
        using var s3 = Connect(server);
        using var limit = CancellationTokenSource.CreateLinkedTokenSource(Ct);
        limit.CancelAfter(TimeSpan.FromSeconds(2));
        try
        {
            await s3.ListBucketsAsync(new ListBucketsRequest(), limit.Token);
            return true;
        }
        catch (Exception e) when (e is HttpRequestException or AmazonServiceException or OperationCanceledException)
        {
            return false;
        }
    }

    private static AmazonS3Client Connect(S3Server server) => new(
        new BasicAWSCredentials(server.AccessKey, server.SecretKey),
        new AmazonS3Config
        {
            ServiceURL = server.Endpoint,
            ForcePathStyle = true,
            MaxErrorRetry = 0,
            // radosgw 16 does not know the checksums that are sent by default.
            RequestChecksumCalculation = RequestChecksumCalculation.WHEN_REQUIRED,
            ResponseChecksumValidation = ResponseChecksumValidation.WHEN_REQUIRED,
        });
}
