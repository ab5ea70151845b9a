using System.CommandLine;
using PixelCraft.Cluster;
using PixelCraft.Cluster.Tool;

var folder = new Option<string>("--folder")
{
    Description = "Where the nodes keep their data and logs.",
    DefaultValueFactory = _ => "/var/tmp/pixelcraft-cluster",
    Recursive = true,
};
var network = new Option<bool>("--network")
{
    Description = "Give each node a network namespace of its own, so that links can be cut. Needs root.",
    DefaultValueFactory = _ => Environment.IsPrivilegedProcess,
};
var counts = ClusterOptions.Roles.ToDictionary(
    role => role, role => new Option<int>($"--{role}") { Description = $"Processes of the role {role}.", DefaultValueFactory = _ => 2 });
var name = new Argument<string>("name") { Description = "A node, such as web1; see status." };
var a = new Argument<string>("a") { Description = "Nodes of one side, by comma." };
var b = new Argument<string>("b") { Description = "Nodes of the other side, by comma, or 'rest': all others." };
var oneWay = new Option<bool>("--one-way") { Description = "Drop only what A sends to B, and not what B sends to A." };

var delay = new Argument<int>("delay") { Description = "Milliseconds that each packet is held; an answer takes twice that." };

var minutes = new Argument<int>("minutes") { Description = "How long." };
var seed = new Option<int>("--seed") { Description = "The same number breaks the same things in the same order.", DefaultValueFactory = _ => Random.Shared.Next(10_000) };

var up = new Command("up", "Start the cluster and wait until every node serves.") { network };
foreach (var count in counts.Values) up.Add(count);
up.SetAction((parsed, ct) => Commands.UpAsync(
    new ClusterOptions
    {
        Folder = parsed.GetValue(folder),
        Lasting = true,
        Network = parsed.GetValue(network),
        Processes = counts.ToDictionary(count => count.Key, count => parsed.GetValue(count.Value)),
    }, ct));

var root = new RootCommand("The scaled architecture on this machine, of real servers that can be killed and cut off.")
{
    folder,
    up,
    WithCluster(new Command("status", "Show every node."), (cluster, _, ct) => Commands.StatusAsync(cluster, ct)),
    WithCluster(new Command("kill", "Kill a node without warning (SIGKILL).") { name }, (cluster, parsed, _) => Commands.Do(cluster[parsed.GetRequiredValue(name)].Kill)),
    WithCluster(new Command("pause", "Freeze a node: connections stay open and nothing answers.") { name }, (cluster, parsed, _) => Commands.Do(cluster[parsed.GetRequiredValue(name)].Pause)),
    WithCluster(new Command("resume", "Let a frozen node go on.") { name }, (cluster, parsed, _) => Commands.Do(cluster[parsed.GetRequiredValue(name)].Resume)),
    WithCluster(new Command("start", "Start a node that is down.") { name }, (cluster, parsed, ct) => cluster.StartAsync(parsed.GetRequiredValue(name), ct)),
    WithCluster(
        new Command("cut", "Cut the links between nodes. Needs nodes with networks of their own.") { a, b, oneWay },
        (cluster, parsed, ct) => Commands.CutAsync(cluster, parsed.GetRequiredValue(a), parsed.GetRequiredValue(b), parsed.GetValue(oneWay), ct)),
    WithCluster(
        new Command("slow", "Slow the links between nodes down. Needs nodes with networks of their own.") { a, b, delay },
        (cluster, parsed, ct) => Commands.SlowAsync(cluster, parsed.GetRequiredValue(a), parsed.GetRequiredValue(b), parsed.GetRequiredValue(delay), ct)),
    WithCluster(
        new Command("storm", "Break one thing after another, at random and under load, and count what was acknowledged.") { minutes, seed },
        (cluster, parsed, ct) => Commands.StormAsync(cluster, parsed.GetRequiredValue(minutes), parsed.GetValue(seed), ct)),
    WithCluster(new Command("heal", "Make it whole: links, frozen nodes, nodes that are down."), (cluster, _, ct) => cluster.HealAsync(ct)),
    WithCluster(new Command("down", "End the cluster. Only the logs are kept."), (cluster, _, ct) => cluster.DownAsync(ct)),
};
return await root.Parse(args).InvokeAsync();

Command WithCluster(Command command, Func<LocalCluster, ParseResult, CancellationToken, Task> run)
{
    command.SetAction((parsed, ct) => Commands.RunAsync(parsed.GetRequiredValue(folder), cluster => run(cluster, parsed, ct), ct));
    return command;
}
