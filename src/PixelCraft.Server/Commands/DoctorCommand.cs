using System.CommandLine;
using System.Globalization;
using PixelCraft.Adapters.EntityFramework;
using PixelCraft.Adapters.Redis;
using PixelCraft.Adapters.Rendering;
using PixelCraft.Images.Engine;
using PixelCraft.Mail;
using PixelCraft.Server.Configuration;
using PixelCraft.Server.Health;

namespace PixelCraft.Server.Commands;

/// <summary><c>pixelcraft doctor</c>: asks every configured dependency, and says what to do.</summary>
internal static class DoctorCommand
{
    public static Command Create()
    {
        var command = new Command("doctor", "Check every configured dependency, and say what to do.").WithConfiguration();
        command.SetAction(async (parsed, cancellationToken) =>
            parsed.LoadOrExplain() is { } settings ? await RunAsync(settings, cancellationToken) : 2);
        return command;
    }

    private static async Task<int> RunAsync(Settings settings, CancellationToken cancellationToken)
    {
        await using var app = ServerHost.Build(settings, quiet: true);
        var sick = 0;
        foreach (var dependency in app.Services.GetRequiredService<Dependencies>().All.Concat(Mail(app.Services)))
        {
            var (isThere, text) = await Dependencies.AskAsync(dependency, cancellationToken);
            Console.WriteLine($"{(isThere ? "ok    " : "FAULT ")} {dependency.Name}: {text}");
            if (isThere) continue;
            sick++;
            Console.WriteLine($"       {dependency.Advice}");
        }
        foreach (var database in app.Services.GetServices<IModuleDatabase>()) sick += await TellServersAsync(database, cancellationToken);
        if (app.Services.GetService<IMailSender>() is null) Console.WriteLine("note   mail: off, so forgotten passwords can't be changed by their members.\n       Set Mail:Smtp:Host, Mail:From and Mail:Site.");
        if (Adapters.HasRedis(settings)) await TellEvictionAsync(app.Services);
        if (!await EngineIsWellAsync(settings.Get<EngineOptions>(), cancellationToken)) sick++;
        Console.WriteLine(sick == 0 ? "Everything that this configuration needs is there." : $"{sick} of the things that this configuration needs {(sick == 1 ? "is" : "are")} not there.");
        return sick == 0 ? 0 : 1;
    }

    /// <summary>What takes mails. Not one of the dependencies, which load balancers ask for all the time: a mail server would see nothing else.</summary>
    private static IEnumerable<Dependency> Mail(IServiceProvider services)
    {
        if (services.GetService<IMailSender>() is { } sender)
            yield return new Dependency("mail", sender.CheckAsync, "Mails wait until it is there: start it, or correct the section Mail:Smtp.");
    }

    /// <summary>
    /// Tells each of several PostgreSQL servers of a database. Not one of the dependencies, as with one server fewer everything goes on; without
    /// a primary the line of the database has said so already.
    /// </summary>
    /// <returns>How many can't be reached.</returns>
    private static async Task<int> TellServersAsync(IModuleDatabase database, CancellationToken cancellationToken)
    {
        var servers = await database.ServersAsync(cancellationToken);
        foreach (var server in servers)
        {
            var text = server switch
            {
                { Answers: false } => "can't be reached.",
                { IsPrimary: true } => "primary",
                { Behind: { } time } => string.Create(CultureInfo.InvariantCulture, $"replica, {time.TotalSeconds:0.0} s and {server.BehindBytes:#,0} bytes behind"),
                _ => string.Create(CultureInfo.InvariantCulture, $"replica, {server.BehindBytes:#,0} bytes behind"),
            };
            Console.WriteLine($"{(server.Answers ? "ok    " : "FAULT ")} {database.Name} database at {server.Address}: {text}");
            if (!server.Answers) Console.WriteLine("       The others go on without it, with less to lose. Start it, or take it out of the connection string.");
        }
        return servers.Count(server => !server.Answers);
    }

    /// <summary>
    /// Warns of a Redis that would throw sessions and jobs out when its memory is full, and of one for the cache that would take nothing more in. Of the cache's
    /// it also says when it is away, as no other line does: everything goes on without.
    /// </summary>
    private static async Task TellEvictionAsync(IServiceProvider services)
    {
        try
        {
            var policies = (await RedisServices.EvictionAsync(services)).Where(eviction => !eviction.KeepsAll).Select(eviction => eviction.Policy).Distinct().ToList();
            if (policies.Count > 0)
            {
                Console.WriteLine($"note   Redis: maxmemory-policy is {string.Join(", ", policies)}.");
                Console.WriteLine("       When its memory is full it signs members out and loses jobs. Set noeviction; a cache that evicts can be named by Redis:Cache.");
            }
        }
        catch (UnavailableException)
        {
            // As the lines above say.
        }

        try
        {
            if (!(await RedisServices.CacheEvictionAsync(services)).Any(eviction => eviction is { KeepsAll: true, IsBounded: true })) return;
            Console.WriteLine("note   Redis for the cache: maxmemory-policy is noeviction, with a maxmemory.");
            Console.WriteLine("       When its memory is full it takes nothing in: databases are asked instead, and what hides an image waits up to 10 s. Set allkeys-lru.");
        }
        catch (UnavailableException e)
        {
            Console.WriteLine($"note   Redis for the cache: {Outages.Text(e)}");
            Console.WriteLine("       Databases are asked instead, and what hides an image waits up to 10 s. Start it, or correct Redis:Cache.");
        }
    }

    /// <summary>Starts a child, and has one try what it may not. Not one of the dependencies, which load balancers ask for all the time.</summary>
    private static async Task<bool> EngineIsWellAsync(EngineOptions options, CancellationToken cancellationToken)
    {
        try
        {
            await RenderingServices.TryChildAsync(RenderCommand.Child, options, cancellationToken);
        }
        catch (UnavailableException e)
        {
            Console.WriteLine($"FAULT  image engine: the process that decodes does not start. {e.InnerException?.Message}\n       Nothing can be processed until it does; please report this.");
            return false;
        }
        var (full, text) = Confinement.Describe();
        var could = await ConfinementProbe.RunAsync(RenderCommand.Child, confined: true, cancellationToken);
        var asDescribed = could.Count == 0 || !full;
        Console.WriteLine($"{(asDescribed ? full ? "ok    " : "note  " : "FAULT ")} image engine: {text}");
        if (could.Count == 0) return true;
        Console.WriteLine($"       These processes can {string.Join(", ", could)}. {(full ? "Please report this." : "A kernel with Landlock (5.13 or later, and turned on) would keep them from it.")}");
        return asDescribed;
    }
}
