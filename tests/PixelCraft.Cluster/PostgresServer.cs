using System.Globalization;
using System.Security.Cryptography;

namespace PixelCraft.Cluster;

/// <summary>A PostgreSQL server, the newest that is installed. Clients sign in with a password (SCRAM-SHA-256).</summary>
public sealed class PostgresServer : Server
{
    private const string User = "postgres";

    private readonly string _bin;
    private readonly bool _durable;
    private readonly int _port = Ports.Free();
    private readonly string _password = RandomNumberGenerator.GetHexString(32, lowercase: true);
    // PostgreSQL refuses to run as root.
    private readonly string? _account = Environment.UserName == "root" ? User : null;
    private int _databases;

    private PostgresServer(string bin, bool durable) : base("postgres")
    {
        _bin = bin;
        _durable = durable;
    }

    // SIGTERM would wait until every client has gone.
    private protected override int StopSignal => ServerProcess.SigInt;

    /// <summary>Starts a server whose commits survive the loss of the server, but not of the machine.</summary>
    /// <param name="ct">Ends the start.</param>
    /// <exception cref="ServerMissingException">PostgreSQL is not installed.</exception>
    public static Task<PostgresServer> StartAsync(CancellationToken ct = default) => StartAsync(durable: false, ct);

    /// <summary>Starts a server.</summary>
    /// <param name="durable">
    /// Whether a commit waits for the disk, as in production. Without it commits still survive <see cref="Server.Kill"/>.
    /// </param>
    /// <param name="ct">Ends the start.</param>
    /// <exception cref="ServerMissingException">PostgreSQL is not installed.</exception>
    public static Task<PostgresServer> StartAsync(bool durable, CancellationToken ct = default)
    {
        var bin = FindBin();
        return StartAsync(() => new PostgresServer(bin, durable), ct);
    }

    /// <summary>The connection string, in Npgsql's format, of a database of this server.</summary>
    /// <param name="database">Its name; <c>postgres</c> always exists.</param>
    public string ConnectionString(string database) =>
        $"Host=127.0.0.1;Port={_port};Username={User};Password={_password};Database={database}";

    /// <summary>Makes an empty database and returns its connection string.</summary>
    /// <param name="ct">Ends the command.</param>
    public async Task<string> CreateDatabaseAsync(CancellationToken ct = default)
    {
        var name = $"test_{Interlocked.Increment(ref _databases)}";
        await Programs.RunOrThrowAsync(Path.Combine(_bin, "psql"), Psql($"create database {name}"), Variables(), ct);
        return ConnectionString(name);
    }

    private protected override async Task PrepareAsync(CancellationToken ct)
    {
        var passwordFile = File("password");
        await System.IO.File.WriteAllTextAsync(passwordFile, _password, ct);
        if (_account is not null)
            await Programs.RunOrThrowAsync("chown", ["-R", _account, Folder], null, ct);

        string[] initdb =
        [
            Path.Combine(_bin, "initdb"), "--pgdata", File("data"), "--username", User, "--pwfile", passwordFile,
            "--auth", "scram-sha-256", "--encoding", "UTF8", "--locale", "C.UTF-8", "--no-sync",
        ];
        string[] asAccount = _account is null ? [] : ["setpriv", $"--reuid={_account}", $"--regid={_account}", "--init-groups"];
        string[] command = [.. asAccount, .. initdb];
        await Programs.RunOrThrowAsync(command[0], command[1..], null, ct);
    }

    private protected override ServerProcess StartProcess()
    {
        // Left by a killed server. The process is known to be gone, but its number may be another's by now.
        System.IO.File.Delete(File("data/postmaster.pid"));
        List<string> settings =
        [
            $"port={_port}", "listen_addresses=127.0.0.1", "unix_socket_directories=", "max_connections=500",
            // Files in the data folder, which are removed with it; a killed server would leave /dev/shm full.
            "dynamic_shared_memory_type=mmap",
        ];
        // synchronous_commit stays on: without it a killed server loses what it acknowledged.
        if (!_durable)
            settings.AddRange(["fsync=off", "full_page_writes=off"]);

        return ServerProcess.Start(
            File("log"), Path.Combine(_bin, "postgres"), ["-D", File("data"), .. settings.SelectMany(setting => new[] { "-c", setting })], _account);
    }

    private protected override async Task<bool> AnswersAsync(CancellationToken ct) =>
        // Our password proves that it is our server.
        (await Programs.RunAsync(Path.Combine(_bin, "psql"), Psql("select 1"), Variables(), ct)).ExitCode == 0;

    private string[] Psql(string sql) =>
        ["--no-psqlrc", "--quiet", "-h", "127.0.0.1", "-p", _port.ToString(CultureInfo.InvariantCulture), "-U", User, "-d", "postgres", "-c", sql];

    private Dictionary<string, string?> Variables() => new() { ["PGPASSWORD"] = _password, ["PGCONNECT_TIMEOUT"] = "5" };

    // Debian keeps the server programs of each version out of PATH.
    private static string FindBin()
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
