using System.Security.Cryptography;

namespace PixelCraft.Images.Resumable;

/// <summary>Passes bytes on and throws <see cref="ChecksumMismatchException"/> at their end when they are not those of the checksum.</summary>
internal sealed class ChecksumStream(Stream inner, Checksum checksum) : ReadOnlyStream
{
    private readonly IncrementalHash _hash = IncrementalHash.CreateHash(checksum.Algorithm);

    public override async ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default)
    {
        var read = await inner.ReadAsync(buffer, cancellationToken);
        if (read > 0) _hash.AppendData(buffer.Span[..read]);
        else if (!buffer.IsEmpty && !_hash.GetCurrentHash().AsSpan().SequenceEqual(checksum.Hash.Span)) throw new ChecksumMismatchException();
        return read;
    }

    protected override void Dispose(bool disposing)
    {
        if (disposing) _hash.Dispose();
        base.Dispose(disposing);
    }
}

/// <summary>What the bytes of one request must hash to. The algorithms find errors of transmission, they prove nothing: the old ones will do.</summary>
internal sealed record Checksum(HashAlgorithmName Algorithm, ReadOnlyMemory<byte> Hash)
{
    /// <summary>As <c>Tus-Checksum-Algorithm</c> lists them.</summary>
    public const string Algorithms = "sha1,sha256,md5";

    /// <summary>Reads <c>Upload-Checksum</c>: the algorithm, a space, and the hash in base 64. Null when it can't be read or the algorithm isn't known.</summary>
    public static Checksum? Parse(string header)
    {
        if (header.Split(' ') is not [var name, var text]) return null;
        (HashAlgorithmName Name, int Length)? algorithm = name switch
        {
            "sha1" => (HashAlgorithmName.SHA1, 20),
            "sha256" => (HashAlgorithmName.SHA256, 32),
            "md5" => (HashAlgorithmName.MD5, 16),
            _ => null,
        };
        if (algorithm is not { } known) return null;
        var hash = new byte[known.Length];
        return Convert.TryFromBase64String(text, hash, out var length) && length == hash.Length ? new Checksum(known.Name, hash) : null;
    }
}

/// <summary>The bytes are not those of the checksum; it ends the store's work, which keeps nothing.</summary>
internal sealed class ChecksumMismatchException() : Exception("The bytes don't match their checksum.");
