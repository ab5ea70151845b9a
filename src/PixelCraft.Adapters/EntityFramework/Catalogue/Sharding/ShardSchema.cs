using Npgsql;

namespace PixelCraft.Adapters.EntityFramework.Catalogue.Sharding;

/// <summary>
/// What a catalogue over several databases has in each of them besides the tables: the table of shards (used in the first), and a guard on
/// every table. While a shard is listed in <c>shard_guards</c>, the guard writes down which of its rows change (<c>shard_changes</c>), or, once the
/// shard is closed, refuses to change them: whatever an old table says, no server writes to a database that a shard has left.
/// </summary>
internal static class ShardSchema
{
    /// <summary>One row: the table of shards as text.</summary>
    public const string Ranges = "shard_ranges";

    /// <summary>A setting of the mover's own sessions, which the guards let through.</summary>
    public const string Passage = "pixelcraft.moves_shards";

    private const string Closed = "PCSHD";

    /// <summary>The tables: by which column a row's shard is known, and by which rows are copied again when one has changed.</summary>
    public static IReadOnlyList<(string Name, string Owner, string Unit)> Tables { get; } =
    [
        ("images", "owner_id", "id"),
        ("image_tags", "owner_id", "image_id"),
        ("image_words", "owner_id", "image_id"),
        ("storage_use", "owner_id", "owner_id"),
        ("reservations", "owner_id", "id"),
        ("transforms", "image_id", "image_id"),
        ("withdrawals", "image_id", "image_id"),
        ("discussions", "image_id", "image_id"),
        ("comments", "image_id", "id"),
        ("likes", "image_id", "subject_id"),
        ("idempotency_keys", "owner_id", "owner_id"),
        ("uploads", "owner_id", "id"),
    ];

    /// <summary>Makes it all; again and again without harm.</summary>
    public static string Script { get; } = $"""
        CREATE TABLE IF NOT EXISTS catalogue.{Ranges} (id int PRIMARY KEY DEFAULT 1 CHECK (id = 1), ranges text NOT NULL);
        CREATE TABLE IF NOT EXISTS catalogue.shard_guards (shard int PRIMARY KEY, closed bool NOT NULL);
        CREATE TABLE IF NOT EXISTS catalogue.shard_changes (seq bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY, name text NOT NULL, unit uuid NOT NULL);
        CREATE OR REPLACE FUNCTION catalogue.shard_of(id uuid) RETURNS int LANGUAGE sql IMMUTABLE PARALLEL SAFE AS
            $$ SELECT ('x' || substr(id::text, 16, 3))::bit(12)::int $$;
        CREATE OR REPLACE FUNCTION catalogue.shard_guard(name text, owner uuid, unit uuid) RETURNS void LANGUAGE plpgsql AS $$
        DECLARE
            is_closed bool := (SELECT closed FROM catalogue.shard_guards WHERE shard = catalogue.shard_of(owner));
        BEGIN
            IF is_closed IS NULL OR current_setting('{Passage}', true) = 'on' THEN RETURN; END IF;
            IF is_closed THEN RAISE EXCEPTION 'Shard % is not open here.', catalogue.shard_of(owner) USING ERRCODE = '{Closed}'; END IF;
            INSERT INTO catalogue.shard_changes (name, unit) VALUES (shard_guard.name, shard_guard.unit);
        END $$;
        {string.Join('\n', Tables.Select(Guard))}
        """;

    /// <summary>Whether a write was refused since its shard is not open in that database.</summary>
    public static bool IsClosed(Exception? exception)
    {
        for (; exception is not null; exception = exception.InnerException)
            if (exception is PostgresException { SqlState: Closed }) return true;
        return false;
    }

    // After the row: what a statement doesn't change is none of its business.
    private static string Guard((string Name, string Owner, string Unit) table) => $"""
        CREATE OR REPLACE FUNCTION catalogue.shard_guard_{table.Name}() RETURNS trigger LANGUAGE plpgsql AS $$
        BEGIN
            IF TG_OP = 'DELETE' THEN PERFORM catalogue.shard_guard(TG_TABLE_NAME, OLD.{table.Owner}, OLD.{table.Unit});
            ELSE PERFORM catalogue.shard_guard(TG_TABLE_NAME, NEW.{table.Owner}, NEW.{table.Unit}); END IF;
            RETURN NULL;
        END $$;
        CREATE OR REPLACE TRIGGER shard_guard AFTER INSERT OR UPDATE OR DELETE ON catalogue.{table.Name} FOR EACH ROW EXECUTE FUNCTION catalogue.shard_guard_{table.Name}();
        """;
}
