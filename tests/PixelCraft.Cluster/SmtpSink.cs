using System.Globalization;

namespace PixelCraft.Cluster;

/// <summary>
/// An SMTP server that keeps each mail as a file. It refuses recipients whose name begins with <c>bounce</c> for good, and those
/// that begin with <c>defer</c> for now.
/// </summary>
public sealed class SmtpSink : RealServer
{
    // Debian's own Python: its packages are not seen by another one that may come first in PATH.
    private const string Python = "/usr/bin/python3";

    private SmtpSink(Place place) : base(place)
    {
    }

    /// <summary>Its IPv4 address.</summary>
    public string Address => Place.Address;

    /// <summary>The port that it listens on.</summary>
    public int Port { get; } = Ports.Free();

    /// <summary>The paths of the mails that it has taken, oldest first.</summary>
    public IReadOnlyList<string> Mails => [.. Directory.EnumerateFiles(File("mail"), "*.eml").Order(StringComparer.Ordinal)];

    /// <summary>Starts a server.</summary>
    /// <param name="ct">Ends the start.</param>
    /// <exception cref="ServerMissingException">aiosmtpd is not installed.</exception>
    public static Task<SmtpSink> StartAsync(CancellationToken ct = default) => StartAsync(Place.Temporary("smtp"), ct);

    internal static Task<SmtpSink> StartAsync(Place place, CancellationToken ct) => StartAsync(() => new SmtpSink(place), ct);

    /// <summary>What a mail program is told to reach it, as settings of the program.</summary>
    /// <param name="site">Where links in mails lead to.</param>
    public IReadOnlyDictionary<string, string> Settings(string site) => new Dictionary<string, string>
    {
        ["Mail:Smtp:Host"] = Address,
        ["Mail:Smtp:Port"] = Port.ToString(CultureInfo.InvariantCulture),
        ["Mail:Smtp:Tls"] = "none",
        ["Mail:From"] = "PixelCraft <images@example.org>",
        ["Mail:Site"] = site,
    };

    private protected override async Task PrepareAsync(CancellationToken ct)
    {
        if (!Directory.Exists("/usr/lib/python3/dist-packages/aiosmtpd"))
            throw new ServerMissingException("aiosmtpd is not installed (Debian package python3-aiosmtpd).");
        Directory.CreateDirectory(File("mail"));
        await System.IO.File.WriteAllTextAsync(File("sink.py"), """
            import asyncio, itertools, os, sys, time
            from aiosmtpd.controller import Controller

            folder, address, port = sys.argv[1], sys.argv[2], int(sys.argv[3])
            count = itertools.count()

            class Handler:
                async def handle_RCPT(self, server, session, envelope, address, options):
                    if address.startswith('bounce'):
                        return '550 5.1.1 no such user'
                    if address.startswith('defer'):
                        return '451 4.3.0 try later'
                    envelope.rcpt_tos.append(address)
                    return '250 OK'

                async def handle_DATA(self, server, session, envelope):
                    name = os.path.join(folder, f'{time.time_ns()}-{next(count)}')
                    with open(name, 'wb') as file:
                        file.write(f'X-Envelope-From: {envelope.mail_from}\r\nX-Envelope-To: {",".join(envelope.rcpt_tos)}\r\n'.encode())
                        file.write(envelope.original_content)
                    os.rename(name, name + '.eml')  # whole, or not there
                    return '250 OK'

            Controller(Handler(), hostname=address, port=port, data_size_limit=20 << 20).start()
            asyncio.new_event_loop().run_forever()
            """, ct);
    }

    private protected override ServerProcess StartProcess() =>
        Start("log", Python, [File("sink.py"), File("mail"), Place.Address, Port.ToString(CultureInfo.InvariantCulture)]);

    private protected override Task<bool> AnswersAsync(CancellationToken ct) => ListensAsync(Place.Address, Port, ct);
}
