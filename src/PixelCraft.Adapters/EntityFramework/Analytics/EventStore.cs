using PixelCraft.Analytics;
using PixelCraft.Analytics.Contracts;
using PixelCraft.Ids;

namespace PixelCraft.Adapters.EntityFramework.Analytics;

/// <summary>
/// Counts events on SQLite or PostgreSQL: in one transaction those that are new become rows, by which they are known later, and
/// are added to the roll-ups. On PostgreSQL that is one statement for thousands of events.
/// </summary>
internal sealed class EventStore(RawDatabase database) : IEventStore
{
    // In the order of the key, so that two workers lock the roll-ups in the same order.
    private readonly string _addAll = $"""
        WITH new AS (
            INSERT INTO {database.Table("events")} (id, at)
            SELECT DISTINCT ON (e.id) e.id, e.at FROM unnest($1, $2) AS e (id, at) ORDER BY e.id
            ON CONFLICT (id) DO NOTHING RETURNING id)
        INSERT INTO {database.Table("daily")} AS d (image_id, day, kind, count)
        SELECT e.image_id, e.day, e.kind, count(DISTINCT e.id) FROM unnest($1, $3, $4, $5) AS e (id, image_id, day, kind) JOIN new ON new.id = e.id
        GROUP BY 1, 2, 3 ORDER BY 1, 2, 3
        ON CONFLICT (image_id, day, kind) DO UPDATE SET count = d.count + excluded.count
        """;

    private readonly string _add = $"INSERT INTO {database.Table("events")} (id, at) VALUES ($1, $2) ON CONFLICT (id) DO NOTHING";
    // SQLite's: of the statement before.
    private readonly string _count = $"""
        INSERT INTO {database.Table("daily")} AS d (image_id, day, kind, count) SELECT $1, $2, $3, 1 WHERE changes() = 1
        ON CONFLICT (image_id, day, kind) DO UPDATE SET count = d.count + 1
        """;

    private readonly string _counts = $"SELECT day, kind, count FROM {database.Table("daily")} WHERE image_id = $1 AND day >= $2 AND day <= $3 ORDER BY day, kind";
    private readonly string _forget = $"DELETE FROM {database.Table("events")} WHERE at < $1";

    public Task AddAsync(IReadOnlyCollection<ImageEvent> events, CancellationToken cancellationToken)
    {
        if (events.Count == 0) return Task.CompletedTask;
        List<Statement> statements = database.IsSqlite
            ? [.. events.SelectMany(one => new Statement[]
            {
                new(_add, database.Value(Id.FromGuid(one.Id)), database.Value(one.At)),
                new(_count, database.Value(one.Image), Day(one), (int)one.Kind),
            })]
            : [new(
                _addAll,
                events.Select(one => Id.FromGuid(one.Id).ToGuid()).ToArray(),
                events.Select(one => one.At.UtcDateTime).ToArray(),
                events.Select(one => one.Image.ToGuid()).ToArray(),
                events.Select(Day).ToArray(),
                events.Select(one => (int)one.Kind).ToArray())];
        return database.ChangeAsync(statements, cancellationToken);
    }

    public async Task<IReadOnlyList<DailyCount>> CountsAsync(Id image, DateOnly from, DateOnly until, CancellationToken cancellationToken) =>
        await database.ListAsync(
            new Statement(_counts, database.Value(image), from.DayNumber, until.DayNumber),
            32,
            row => new DailyCount(DateOnly.FromDayNumber(row.GetInt32(0)), (EventKind)row.GetInt32(1), row.GetInt64(2)),
            cancellationToken);

    public async Task<int> ForgetAsync(DateTimeOffset before, CancellationToken cancellationToken) =>
        (await database.ChangeAsync([new Statement(_forget, database.Value(before))], cancellationToken))[0];

    private static int Day(ImageEvent one) => DateOnly.FromDateTime(one.At.UtcDateTime).DayNumber;
}
