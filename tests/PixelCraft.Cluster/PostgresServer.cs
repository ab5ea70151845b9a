using System.Globalization;
using System.Security.Cryptography;

namespace PixelCraft.Cluster;

/// <summary>A PostgreSQL server, the newest that is installed. Clients sign in with a password (SCRAM-SHA-256).</summary>
public sealed class PostgresServer : RealServer
{
    private const string User = "postgres";

    private readonly string _bin;
    private readonly bool _durable;
    private readonly int _port = Ports.Free();
    private readonly PostgresServer? _primary;
    private readonly string _password;
    private readonly Func<string, CancellationToken, Task>? _makeData;
    private int _databases;

    private PostgresServer(Place place, string bin, bool durable, PostgresServer? primary) : base(place)
    {
        (_bin, _durable, _primary) = (bin, durable, primary);
        _password = primary?._password ?? RandomNumberGenerator.GetHexString(32, lowercase: true);
    }

    private PostgresServer(string bin, string password, Func<string, CancellationToken, Task> makeData) : this(Place.Temporary("postgres"), bin, durable: false, null) =>
        (_password, _makeData) = (password, makeData);

    /// <summary>Where it listens.</summary>
    internal int Port => _port;

    /// <summary>Address and port.</summary>
    internal string Endpoint => $"{Place.Address}:{_port}";

    /// <summary>What a primary calls it when it replicates from there.</summary>
    internal string ReplicaName => $"r{_port}";

    /// <summary>The user that PostgreSQL runs as, since it refuses to run as root; null for the user of this process.</summary>
    internal static string? Account { get; } = Environment.UserName == "root" ? User : null;

    // SIGTERM would wait until every client has gone.
    private protected override int StopSignal => ServerProcess.SigInt;

    /// <summary>Starts a server whose commits survive the loss of the server, but not of the machine.</summary>
    /// <param name="ct">Ends the start.</param>
    /// <exception cref="ServerMissingException">PostgreSQL is not installed.</exception>
    public static Task<PostgresServer> StartAsync(CancellationToken ct = default) => StartAsync(durable: false, ct);

    /// <summary>Starts a server.</summary>
    /// <param name="durable">
    /// Whether a commit waits for the disk, as in production. Without it commits still survive <see cref="RealServer.Kill"/>.
    /// </param>
    /// <param name="ct">Ends the start.</param>
    /// <exception cref="ServerMissingException">PostgreSQL is not installed.</exception>
    public static Task<PostgresServer> StartAsync(bool durable, CancellationToken ct = default) =>
        StartAsync(Place.Temporary("postgres"), durable, null, ct);

    /// <summary>Starts a server, or a replica of another.</summary>
    /// <param name="place">Where it runs.</param>
    /// <param name="durable">As above.</param>
    /// <param name="primary">The server that it follows, which doesn't wait for it; null for one of its own.</param>
    /// <param name="ct">Ends the start.</param>
    /// <exception cref="ServerMissingException">PostgreSQL is not installed.</exception>
    internal static Task<PostgresServer> StartAsync(Place place, bool durable, PostgresServer? primary, CancellationToken ct)
    {
        var bin = FindBin();
        return StartAsync(() => new PostgresServer(place, bin, durable, primary), ct);
    }

    /// <summary>Starts a copy of a server that follows it by streaming replication.</summary>
    internal static Task<PostgresServer> StartReplicaAsync(PostgresServer primary, CancellationToken ct) =>
        StartAsync(Place.Temporary("postgres"), primary._durable, primary, ct);

    /// <summary>What a replica needs to follow this server.</summary>
    internal string ConnectionInfo(string replica) =>
        $"host=127.0.0.1 port={_port} user={User} password={_password} application_name={replica}";

    /// <summary>Runs SQL and returns what it prints, without column names.</summary>
    internal Task<string> ExecuteAsync(string sql, CancellationToken ct) =>
        Programs.RunOrThrowAsync(Path.Combine(_bin, "psql"), ["--tuples-only", "--no-align", .. Psql(sql)], Variables(), ct);

    /// <summary>Starts a server on a data folder that somebody makes, such as a restored one, and waits until it takes changes.</summary>
    /// <param name="users">The server whose users are in that folder.</param>
    /// <param name="makeData">Makes the folder of that path.</param>
    /// <param name="ct">Ends the start.</param>
    /// <exception cref="ServerMissingException">PostgreSQL is not installed.</exception>
    public static Task<PostgresServer> StartOnAsync(PostgresServer users, Func<string, CancellationToken, Task> makeData, CancellationToken ct = default) =>
        StartOnAsync(users._password, makeData, ct);

    /// <summary>The same for a folder in which the user <c>postgres</c> has that password.</summary>
    internal static Task<PostgresServer> StartOnAsync(string password, Func<string, CancellationToken, Task> makeData, CancellationToken ct)
    {
        var bin = FindBin();
        return StartAsync(() => new PostgresServer(bin, password, makeData), ct);
    }

    /// <summary>The connection string, in Npgsql's format, of a database of this server.</summary>
    /// <param name="database">Its name; <c>postgres</c> always exists.</param>
    public string ConnectionString(string database) =>
        // A thousand tests share a server, each with pools of its own: what they don't need any more must not fill it.
        $"Host={Place.Address};Port={_port};Username={User};Password={_password};Database={database};Connection Idle Lifetime=10;Connection Pruning Interval=2";

    /// <summary>Makes an empty database and returns its connection string.</summary>
    /// <param name="ct">Ends the command.</param>
    public async Task<string> CreateDatabaseAsync(CancellationToken ct = default)
    {
        var name = $"test_{Interlocked.Increment(ref _databases)}";
        await Programs.RunOrThrowAsync(Path.Combine(_bin, "psql"), Psql($"create database {name}"), Variables(), ct);
        // The program's 3 s are too little where fifty connections are opened at once on a machine whose processors are all taken.
        return ConnectionString(name) + ";Timeout=15";
    }

    private protected override async Task PrepareAsync(CancellationToken ct)
    {
        if (_makeData is not null)
        {
            await _makeData(File("data"), ct);
            await OwnAsync(Folder, ct);
            return;
        }

        var passwordFile = File("password");
        await System.IO.File.WriteAllTextAsync(passwordFile, _password, ct);
        await OwnAsync(Folder, ct);
        if (_primary is not null)
        {
            await AsOwnerAsync(
            [
                Path.Combine(_bin, "pg_basebackup"), "--pgdata", File("data"), "-h", _primary.Place.Address, "-p", $"{_primary._port}", "-U", User,
                "--checkpoint", "fast", "--write-recovery-conf", "--no-sync",
            ], Variables(), ct);
            return;
        }

        await AsOwnerAsync(
        [
            Path.Combine(_bin, "initdb"), "--pgdata", File("data"), "--username", User, "--pwfile", passwordFile,
            "--auth", "scram-sha-256", "--encoding", "UTF8", "--locale", "C.UTF-8", "--no-sync",
        ], null, ct);
        // Replicas and clients come from other addresses too.
        await System.IO.File.AppendAllTextAsync(File("data/pg_hba.conf"), "host all all all scram-sha-256\nhost replication all all scram-sha-256\n", ct);
    }

    private static Task<string> AsOwnerAsync(string[] program, IReadOnlyDictionary<string, string?>? environment, CancellationToken ct)
    {
        string[] asAccount = Account is null ? [] : ["setpriv", $"--reuid={Account}", $"--regid={Account}", "--init-groups"];
        string[] command = [.. asAccount, .. program];
        return Programs.RunOrThrowAsync(command[0], command[1..], environment, ct);
    }

    private protected override ServerProcess StartProcess()
    {
        // Left by a killed server. The process is known to be gone, but its number may be another's by now.
        System.IO.File.Delete(File("data/postmaster.pid"));
        List<string> settings =
        [
            $"port={_port}", $"listen_addresses={Place.Address}", "unix_socket_directories=", "max_connections=1000",
            // Files in the data folder, which are removed with it; a killed server would leave /dev/shm full.
            "dynamic_shared_memory_type=mmap",
            // For replicas: they find what they missed, and soon see that a server has gone.
            $"cluster_name={ReplicaName}", "wal_receiver_timeout=5s", "wal_sender_timeout=5s", "wal_retrieve_retry_interval=200ms",
            // For replicas that are being made, or were away for a while.
            "wal_keep_size=1GB",
            // A thousand tests make a database each, and every minute each would be looked at by a process of its own. What needs figures for its plans says ANALYZE.
            "autovacuum_naptime=1h",
        ];
        // synchronous_commit stays on: without it a killed server loses what it acknowledged.
        if (!_durable)
            settings.AddRange(["fsync=off", "full_page_writes=off"]);

        return Start(
            "log", Path.Combine(_bin, "postgres"), ["-D", File("data"), .. settings.SelectMany(setting => new[] { "-c", setting })], Account);
    }

    private protected override async Task<bool> AnswersAsync(CancellationToken ct) =>
        // Our password proves that it is our server.
        (await Programs.RunAsync(Path.Combine(_bin, "psql"), Psql(_makeData is null ? "select 1" : "select 1 / (not pg_is_in_recovery())::int"), Variables(), ct)).ExitCode == 0;

    private string[] Psql(string sql) =>
        ["--no-psqlrc", "--quiet", "-h", Place.Address, "-p", _port.ToString(CultureInfo.InvariantCulture), "-U", User, "-d", "postgres", "-c", sql];

    private Dictionary<string, string?> Variables() => new() { ["PGPASSWORD"] = _password, ["PGCONNECT_TIMEOUT"] = "5" };

    /// <summary>Gives a folder to the user that PostgreSQL runs as.</summary>
    internal static async Task OwnAsync(string folder, CancellationToken ct)
    {
        if (Account is not null)
            await Programs.RunOrThrowAsync("chown", ["-R", Account, folder], null, ct);
    }

    // Debian keeps the server programs of each version out of PATH.
    internal static string FindBin()
    {
        const string Root = "/usr/lib/postgresql";
        var versions = Directory.Exists(Root) ? Directory.GetDirectories(Root) : [];
        return versions
            .Where(path => System.IO.File.Exists(Path.Combine(path, "bin/postgres")))
            .OrderByDescending(path => int.TryParse(Path.GetFileName(path), CultureInfo.InvariantCulture, out var version) ? version : 0)
            .Select(path => Path.Combine(path, "bin"))
            .FirstOrDefault() ?? throw new ServerMissingException("PostgreSQL is not installed (Debian package postgresql).");
    }
}
