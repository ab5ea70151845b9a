using System.Globalization;

namespace PixelCraft.Capacity.Contracts;

/// <summary>Why an input can't be used.</summary>
public enum InputProblem
{
    /// <summary>There is no figure of this name.</summary>
    Unknown,

    /// <summary>It is no number.</summary>
    NotANumber,

    /// <summary>It is less than makes sense.</summary>
    TooSmall,

    /// <summary>It is more than makes sense.</summary>
    TooLarge,
}

/// <summary>An input that can't be used.</summary>
/// <param name="Name">Its name.</param>
/// <param name="Problem">Why.</param>
/// <param name="Text">For people, in a sentence.</param>
public sealed record InputFault(string Name, InputProblem Problem, string Text);

/// <summary>What was read: the inputs with what could be used, and what couldn't.</summary>
/// <param name="Inputs">To be used only without faults.</param>
/// <param name="Faults">All that is wrong, at once.</param>
public sealed record InputsResult(Inputs Inputs, IReadOnlyList<InputFault> Faults);

/// <summary>All that a plan is calculated from: the number of users, and the figures as shipped but for those that were changed.</summary>
public sealed class Inputs
{
    /// <summary>More people than there are need no plan.</summary>
    public const long MostUsers = 10_000_000_000;

    private readonly Dictionary<string, double> _changes;

    private Inputs(long users, Dictionary<string, double> changes) => (Users, _changes) = (users, changes);

    /// <summary>The figures as shipped, by file.</summary>
    public static IReadOnlyList<FigureFile> Shipped => FigureFiles.All;

    /// <summary>How many users.</summary>
    public long Users { get; }

    /// <summary>The figures that aren't as shipped, by full name.</summary>
    public IReadOnlyDictionary<string, double> Changes => _changes;

    /// <summary>A figure by its full name.</summary>
    public double this[string name] => _changes.TryGetValue(name, out var value) ? value : FigureFiles.ByName[name].Value;

    /// <summary>The figures as shipped.</summary>
    public static Inputs Of(long users) => new(users, []);

    /// <summary>The same figures for another number of users.</summary>
    public Inputs With(long users) => new(users, _changes);

    /// <summary>Reads inputs as people give them. <c>users</c> is one of them; of a name that is repeated the last counts.</summary>
    public static InputsResult Read(IEnumerable<KeyValuePair<string, string>> values, long users = 1_000_000)
    {
        var (changes, faults) = (new Dictionary<string, double>(), new List<InputFault>());
        foreach (var (name, text) in values.GroupBy(pair => pair.Key).Select(group => group.Last()))
        {
            if (name == "users")
            {
                if (Number(name, text, 1, MostUsers, faults) is { } number) users = (long)Math.Round(number);
            }
            else if (!FigureFiles.ByName.TryGetValue(name, out var figure))
                faults.Add(new InputFault(name, InputProblem.Unknown, "There is no figure of this name." + Suggestion(name)));
            else if (Number(name, text, figure.Least, figure.Most, faults) is { } number && number != figure.Value)
                changes[name] = number;
        }
        return new InputsResult(new Inputs(users, changes), faults);
    }

    private static double? Number(string name, string text, double least, double most, List<InputFault> faults)
    {
        var (problem, why) = double.TryParse(text, NumberStyles.Float | NumberStyles.AllowThousands, CultureInfo.InvariantCulture, out var number) && double.IsFinite(number)
            ? number < least ? (InputProblem.TooSmall, $"{Text(number)} is too small: {Text(least)} to {Text(most)} can be calculated with.")
            : number > most ? (InputProblem.TooLarge, $"{Text(number)} is too large: {Text(least)} to {Text(most)} can be calculated with.")
            : ((InputProblem?)null, "")
            : (InputProblem.NotANumber, $"'{(text.Length > 40 ? text[..40] + "…" : text)}' is not a number.");
        if (problem is null) return number;
        faults.Add(new InputFault(name, problem.Value, why));
        return null;
    }

    private static string Text(double number) => Wording.Number(number);

    /// <summary>The name that shares most of its words with one that isn't there.</summary>
    private static string Suggestion(string name)
    {
        var words = Words(name);
        var (nearest, shared) = FigureFiles.ByName.Keys.Select(key => (key, 2.0 * Words(key).Intersect(words).Count() / (Words(key).Length + words.Length))).MaxBy(pair => pair.Item2);
        return shared > 0 ? $" Did you mean {nearest}?" : "";
    }

    private static string[] Words(string name) => name.Split('_', '.', ' ', '-');
}
