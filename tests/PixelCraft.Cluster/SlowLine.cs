namespace PixelCraft.Cluster;

/// <summary>
/// A router that holds packets for a time. Not every kernel has its own (netem): this one reads them from a TUN device, and writes them back
/// when their time has come (https://docs.kernel.org/networking/tuntap.html). Only links that are slow lead through it.
/// </summary>
internal sealed class SlowLine : RealServer
{
    private const string Python = "/usr/bin/python3";

    private SlowLine(Place place) : base(place)
    {
    }

    public static Task<SlowLine> StartAsync(Place place, CancellationToken ct) => StartAsync(() => new SlowLine(place), ct);

    /// <summary>The file that tells how long packets are held: a line with sender, receiver and seconds for each link.</summary>
    public static string DelaysOf(string folder) => Path.Combine(folder, "delays");

    private protected override async Task PrepareAsync(CancellationToken ct)
    {
        await System.IO.File.WriteAllTextAsync(DelaysOf(Folder), "", ct);
        await System.IO.File.WriteAllTextAsync(File("line.py"), """
            import fcntl, heapq, os, select, socket, struct, subprocess, sys, time

            TUNSETIFF, IFF_TUN, IFF_NO_PI = 0x400454ca, 0x0001, 0x1000
            tun = os.open('/dev/net/tun', os.O_RDWR | os.O_NONBLOCK)
            fcntl.ioctl(tun, TUNSETIFF, struct.pack('16sH22x', b'slow', IFF_TUN | IFF_NO_PI))
            # What comes by wire goes through the device; what comes out of the device goes by wire.
            subprocess.run(['sh', '-ec', '''
                ip link set slow txqueuelen 10000 up
                sysctl -qw net.ipv4.ip_forward=1 net.ipv4.conf.all.rp_filter=0 net.ipv4.conf.eth0.rp_filter=0 net.ipv4.conf.slow.rp_filter=0
                ip rule show | grep -q 'lookup 100' || ip rule add iif eth0 lookup 100
                ip route add default dev slow table 100'''], check=True, env={**os.environ, 'PATH': os.environ['PATH'] + ':/usr/sbin:/sbin'})
            print('ready', flush=True)

            delays, version, waiting, count = {}, None, [], 0
            while True:
                select.select([tun], [], [], max(0, waiting[0][0] - time.monotonic()) if waiting else None)
                now = time.monotonic()
                state = os.stat(sys.argv[1])
                if version != (state.st_ino, state.st_mtime_ns):
                    version = (state.st_ino, state.st_mtime_ns)
                    with open(sys.argv[1]) as file:
                        lines = [line.split() for line in file]
                    delays = {(socket.inet_aton(sender), socket.inet_aton(receiver)): float(seconds) for sender, receiver, seconds in lines}
                try:
                    while True:
                        packet = os.read(tun, 65536)
                        count += 1  # keeps the order of those of one moment
                        heapq.heappush(waiting, (now + delays.get((packet[12:16], packet[16:20]), 0), count, packet))
                except BlockingIOError:
                    pass
                while waiting and waiting[0][0] <= time.monotonic():
                    try:
                        os.write(tun, heapq.heappop(waiting)[2])
                    except OSError:
                        pass  # lost, as on any wire
            """, ct);
    }

    private protected override ServerProcess StartProcess() => Start("log", Python, [File("line.py"), DelaysOf(Folder)]);

    private protected override Task<bool> AnswersAsync(CancellationToken ct) => Task.FromResult(Process.Log.Contains("ready"));
}
