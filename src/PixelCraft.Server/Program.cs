using System.CommandLine;
using PixelCraft.Server.Commands;

if (args is [RenderCommand.Name, .. var limits]) return RenderCommand.Run(limits);

var root = new RootCommand("PixelCraft: a self-hosted image platform. Without a command it serves.")
{
    ServeCommand.Create(),
    ConfigCommand.Create(),
    DoctorCommand.Create(),
    MigrateCommand.Create(),
    MemberCommand.Create(),
    ShardCommand.Create(),
    PlanCommand.Create(),
    RoutesCommand.Create(),
};
return await root.Parse(IsServe(args) ? ["serve", .. args] : args).InvokeAsync(
    // The host hears the signals itself, and takes its time to drain; the parser would end it after 2 s.
    new InvocationConfiguration { ProcessTerminationTimeout = null });

// "pixelcraft" and "pixelcraft --demo" serve; "pixelcraft --help" and "--version" are the root's own.
static bool IsServe(string[] args) => args is [] || (args[0].StartsWith('-') && args[0] is not ("--help" or "-h" or "-?" or "--version"));
