using System.CommandLine;
using PixelCraft.Capacity.Contracts;

namespace PixelCraft.Server.Commands;

/// <summary><c>pixelcraft plan</c>: what a number of users needs, what breaks first, and what it costs. It asks nothing of any server.</summary>
internal static class PlanCommand
{
    private enum Format
    {
        Table,
        Json,
        Markdown,
        Svg,
        Mermaid,
    }

    public static Command Create()
    {
        var users = new Option<string?>("--users") { Description = "How many users, 1000000 when it isn't said; or the whole walk: 100..100000000." };
        var set = new Option<string[]>("--set") { Description = "An input, as name=value; can be repeated. --list shows all.", DefaultValueFactory = _ => [] };
        var compare = new Option<string[]?>("--compare") { Description = "Two JSON files with inputs, or plans written as JSON, side by side.", Arity = new ArgumentArity(2, 2), AllowMultipleArgumentsPerToken = true };
        var format = new Option<Format>("--format") { Description = "How it is written.", DefaultValueFactory = _ => Format.Table };
        var list = new Option<bool>("--list") { Description = "Every input, as shipped." };
        var command = new Command("plan", "What breaks at a number of users, what to change, and what it costs, with the arithmetic.") { users, set, compare, format, list };
        command.SetAction(parsed => parsed.GetValue(list) ? List()
            : parsed.GetValue(compare) is [var a, var b] ? Compare(a, b, parsed.GetValue(users), parsed.GetValue(set)!, parsed.GetValue(format))
            : Run(parsed.GetValue(users) ?? "1000000", parsed.GetValue(set)!, parsed.GetValue(format)));
        return command;
    }

    private static int Run(string users, string[] sets, Format format)
    {
        if (users.Split("..") is [var from, var to])
        {
            if (Read(sets, [new("users", from)]) is not { } first || Read(sets, [new("users", to)]) is not { } last) return 2;
            if (first.Users > last.Users) return Fail($"--users {users}: the first number is the larger one.");
            return format switch
            {
                Format.Table => Print(PlanText.Table(Planner.Walk(first, first.Users, last.Users))),
                Format.Markdown => Print(PlanText.Markdown(Planner.Walk(first, first.Users, last.Users))),
                Format.Json => Print(PlanText.Json(Planner.Walk(first, first.Users, last.Users))),
                _ => Fail($"A diagram is of one size: --users {to} --format {format.ToString().ToLowerInvariant()}."),
            };
        }
        if (Read(sets, [new("users", users)]) is not { } inputs) return 2;
        var plan = Planner.Plan(inputs);
        return Print(format switch
        {
            Format.Json => PlanText.Json(plan),
            Format.Markdown => PlanText.Markdown(plan),
            Format.Svg => PlanText.Svg(plan),
            Format.Mermaid => PlanText.Mermaid(plan),
            _ => PlanText.Table(plan),
        });
    }

    private static int Compare(string fileA, string fileB, string? users, string[] sets, Format format)
    {
        if (format is not (Format.Table or Format.Markdown)) return Fail("--compare is written as table or markdown.");
        if (users?.Contains("..", StringComparison.Ordinal) is true) return Fail("--compare is of one number of users, not of a walk.");
        // What is said here counts for both.
        KeyValuePair<string, string>[] said = users is null ? [] : [new("users", users)];
        if (ReadFile(fileA) is not { } a || ReadFile(fileB) is not { } b || Read(sets, [.. a, .. said]) is not { } inputsA || Read(sets, [.. b, .. said]) is not { } inputsB) return 2;
        var (planA, planB) = (Planner.Plan(inputsA), Planner.Plan(inputsB));
        return Print(format is Format.Markdown ? PlanText.CompareMarkdown(fileA, planA, fileB, planB) : PlanText.CompareTable(fileA, planA, fileB, planB));
    }

    private static int List()
    {
        foreach (var file in Inputs.Shipped)
        {
            Console.WriteLine(file.Title);
            foreach (var figure in file.Figures)
                Console.WriteLine($"  {file.FullName(figure)} = {figure.Value.ToString(System.Globalization.CultureInfo.InvariantCulture)}  ({figure.SourceText}) {figure.Means}");
        }
        return 0;
    }

    /// <summary>The inputs; null, with every fault written to the error output, when they can't be used.</summary>
    private static Inputs? Read(string[] sets, IReadOnlyList<KeyValuePair<string, string>> values)
    {
        var pairs = sets.Select(set => set.Split('=', 2)).ToList();
        var result = Inputs.Read([.. values, .. pairs.Where(pair => pair.Length == 2).Select(pair => KeyValuePair.Create(pair[0].Trim(), pair[1].Trim()))]);
        string[] faults = [.. pairs.Where(pair => pair.Length != 2).Select(pair => $"--set {pair[0]}: write it as name=value."), .. result.Faults.Select(fault => $"{fault.Name}: {fault.Text}")];
        if (faults.Length == 0) return result.Inputs;
        Console.Error.WriteLine("There is no plan for this:");
        foreach (var fault in faults) Console.Error.WriteLine($"  {fault}");
        Console.Error.WriteLine("'pixelcraft plan --list' shows every input.");
        return null;
    }

    private static IReadOnlyList<KeyValuePair<string, string>>? ReadFile(string path)
    {
        try
        {
            if (PlanText.ReadInputs(File.ReadAllText(path)) is { } values) return values;
            Fail($"{path} is no JSON object of names and numbers.");
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            Fail(e.Message);
        }
        return null;
    }

    private static int Print(string text)
    {
        Console.Write(text.EndsWith('\n') ? text : text + "\n");
        return 0;
    }

    private static int Fail(string text)
    {
        Console.Error.WriteLine(text);
        return 2;
    }
}
