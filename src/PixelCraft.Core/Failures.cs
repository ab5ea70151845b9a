namespace PixelCraft;

/// <summary>
/// A dependency (database, object store, Redis) can't be reached or can't answer now. The same request may succeed
/// later: HTTP answers 503 with <c>Retry-After</c>, a job is put back without counting as an attempt.
/// Adapters turn their vendor's exceptions into this one.
/// </summary>
/// <param name="dependency">What is away, in the words of the configuration: "object store", "catalogue", ...</param>
/// <param name="inner">The vendor's exception, for the log.</param>
public sealed class UnavailableException(string dependency, Exception? inner = null)
    : Exception($"The {dependency} is not available.", inner)
{
    /// <summary>What is away.</summary>
    public string Dependency { get; } = dependency;
}

/// <summary>A disk or bucket has no room for what should be written: HTTP answers 507.</summary>
/// <param name="where">What is full.</param>
/// <param name="inner">The system's exception, for the log.</param>
public sealed class StorageFullException(string where, Exception? inner = null) : Exception($"The {where} is full.", inner);
