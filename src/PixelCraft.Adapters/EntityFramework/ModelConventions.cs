using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Storage.ValueConversion;
using PixelCraft.Ids;

namespace PixelCraft.Adapters.EntityFramework;

/// <summary>
/// How the program's own types are stored, so that both databases sort and compare them alike: an id as uuid in
/// PostgreSQL and as 16 bytes in SQLite; a time as timestamptz, in SQLite as microseconds since 1970.
/// </summary>
internal static class ModelConventions
{
    public static void Apply(ModelConfigurationBuilder builder, bool isSqlite)
    {
        if (isSqlite)
        {
            builder.Properties<Id>().HaveConversion<IdToBytes>();
            builder.Properties<DateTimeOffset>().HaveConversion<TimeToMicroseconds>();
        }
        else
        {
            builder.Properties<Id>().HaveConversion<IdToUuid>();
            builder.Properties<DateTimeOffset>().HaveConversion<TimeToUtc>();
        }
    }

    /// <summary>A time as SQLite keeps it.</summary>
    public static DateTimeOffset FromMicroseconds(long microseconds) => DateTimeOffset.UnixEpoch.AddTicks(microseconds * TimeSpan.TicksPerMicrosecond);

    /// <summary>How SQLite keeps a time.</summary>
    public static long ToMicroseconds(DateTimeOffset time) => (time.UtcTicks - DateTimeOffset.UnixEpoch.Ticks) / TimeSpan.TicksPerMicrosecond;

    private sealed class IdToUuid() : ValueConverter<Id, Guid>(id => id.ToGuid(), uuid => Id.FromGuid(uuid));

    private sealed class IdToBytes() : ValueConverter<Id, byte[]>(id => id.ToBytes(), bytes => Id.FromBytes(bytes));

    /// <summary>The precision of timestamptz, so that a time reads back the same from both databases.</summary>
    private sealed class TimeToMicroseconds() : ValueConverter<DateTimeOffset, long>(
        time => ToMicroseconds(time), microseconds => FromMicroseconds(microseconds));

    private sealed class TimeToUtc() : ValueConverter<DateTimeOffset, DateTimeOffset>(time => time.ToUniversalTime(), time => time);
}
