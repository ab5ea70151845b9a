namespace PixelCraft.Cluster;

/// <summary>
/// A PostgreSQL server under Patroni, which makes it the leader or a standby of its group, and has a standby promoted when the
/// leader is lost. Commits wait for one standby, always.
/// </summary>
internal sealed class PatroniServer : RealServer
{
    private readonly string _program = Programs.Find("patroni", "patroni");
    private readonly string _bin = PostgresServer.FindBin();
    private readonly string _name;
    private readonly string _password;
    private readonly IReadOnlyList<string> _etcd;
    private readonly int _port = Ports.Free();
    private readonly int _restPort = Ports.Free();

    private PatroniServer(string name, Place place, string password, IReadOnlyList<string> etcd) : base(place) =>
        (_name, _password, _etcd) = (name, password, etcd);

    /// <summary>Address and port of the database.</summary>
    public string Endpoint => $"{Place.Address}:{_port}";

    /// <summary>Where Patroni itself answers.</summary>
    public string RestUrl => $"http://{Place.Address}:{_restPort}";

    /// <summary>Starts a server, which copies the leader unless it becomes the leader.</summary>
    public static Task<PatroniServer> StartAsync(string name, Place place, string password, IReadOnlyList<string> etcd, CancellationToken ct) =>
        StartAsync(() => new PatroniServer(name, place, password, etcd), ct);

    private protected override async Task PrepareAsync(CancellationToken ct)
    {
        await System.IO.File.WriteAllTextAsync(File("patroni.yml"), $$"""
            scope: pixelcraft
            namespace: /service/
            name: {{_name}}
            restapi: {listen: '{{Place.Address}}:{{_restPort}}', connect_address: '{{Place.Address}}:{{_restPort}}'}
            # Not etcd3: with it Patroni 3.0 takes the lead back by an unconditional write when it was frozen and goes on, and what
            # the new leader has acknowledged is lost. Here it compares.
            etcd: {hosts: [{{string.Join(", ", _etcd.Select(endpoint => $"'{endpoint}'"))}}]}
            watchdog: {mode: 'off'}
            bootstrap:
              dcs:
                # A leader that can't renew its lease within 10 s steps down, and another is elected.
                ttl: 10
                loop_wait: 2
                retry_timeout: 4
                maximum_lag_on_failover: 1048576
                primary_start_timeout: 0
                synchronous_mode: true
                # Without a standby nothing is acknowledged, instead of by the leader alone.
                synchronous_mode_strict: true
                synchronous_node_count: 1
                postgresql:
                  use_pg_rewind: true
                  use_slots: true
                  parameters: {max_connections: 300, shared_buffers: 64MB, wal_level: replica, hot_standby: 'on', wal_log_hints: 'on', max_wal_senders: 10, max_replication_slots: 10, wal_keep_size: 256MB, wal_sender_timeout: 5s, wal_receiver_timeout: 5s, wal_receiver_status_interval: 1s, wal_retrieve_retry_interval: 500ms}
              initdb: [{encoding: UTF8}, {locale: C.UTF-8}, no-sync]
              pg_hba: ['host replication all all scram-sha-256', 'host all all all scram-sha-256']
            postgresql:
              listen: '{{Place.Address}}:{{_port}}'
              connect_address: '{{Place.Address}}:{{_port}}'
              data_dir: {{File("data")}}
              bin_dir: {{_bin}}
              pgpass: {{File("pgpass")}}
              remove_data_directory_on_rewind_failure: true
              remove_data_directory_on_diverged_timelines: true
              authentication:
                superuser: {username: postgres, password: {{_password}}}
                replication: {username: replication, password: {{_password}}}
                rewind: {username: rewind, password: {{_password}}}
              # A commit survives the loss of the server, but not of the machine.
              parameters: {unix_socket_directories: '', dynamic_shared_memory_type: mmap, fsync: 'off'}
              basebackup: [{checkpoint: fast}]
            """, ct);
        await PostgresServer.OwnAsync(Folder, ct);
    }

    private protected override ServerProcess StartProcess() => Start(
        "log", _program, [File("patroni.yml")], PostgresServer.Account, new Dictionary<string, string?> { ["HOME"] = Folder, ["LC_ALL"] = "C.UTF-8" });

    // A leader, or a standby that follows one.
    private protected override Task<bool> AnswersAsync(CancellationToken ct) => SucceedsAsync($"{RestUrl}/readiness", ct);
}
