using System.Data.Common;
using System.Runtime.CompilerServices;
using Npgsql;

namespace PixelCraft.Adapters.EntityFramework.Postgres;

/// <summary>
/// Finds out commits that no standby has confirmed. When a command times out or is cancelled while its commit waits for the standby,
/// the server ends the wait, says so in a notice, and answers success: the commit is on one machine only and can be lost with it. Every
/// connection that writes is listened to, and whoever has written asks before they say so.
/// </summary>
internal static class SynchronousCommit
{
    // The notice's text is in the server's language; the function that gives it (src/backend/replication/syncrep.c) is not.
    private const string Routine = "SyncRepWaitForLSN";

    private static readonly ConditionalWeakTable<DbConnection, object> CutShort = [];
    private static readonly NoticeEventHandler Listener = Listen;
    private static volatile bool _hasHappened;

    /// <summary>Listens to a connection from now on.</summary>
    public static NpgsqlConnection Watch(NpgsqlConnection connection)
    {
        connection.Notice += Listener;
        return connection;
    }

    /// <summary>Throws when the wait for the standby was cut short since the connection was asked last.</summary>
    /// <param name="connection">One that is listened to.</param>
    /// <param name="database">What the exception calls the database.</param>
    /// <exception cref="UnavailableException">It was: the write is there now, and may yet be lost.</exception>
    public static void ThrowIfCutShort(DbConnection connection, string database)
    {
        if (_hasHappened && CutShort.Remove(connection))
            throw new UnavailableException($"{database} database", new TimeoutException("No standby confirmed the commit. It may be lost, or stay."));
    }

    private static void Listen(object sender, NpgsqlNoticeEventArgs e)
    {
        if (e.Notice.Routine != Routine) return;
        CutShort.AddOrUpdate((DbConnection)sender, CutShort);
        _hasHappened = true;
    }
}
