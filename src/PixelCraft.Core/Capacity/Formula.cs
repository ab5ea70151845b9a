using System.Globalization;
using PixelCraft.Capacity.Contracts;

namespace PixelCraft.Capacity;

/// <summary>
/// A sum or product of names and numbers: <c>views_per_second × (1 − edge_hit_share)</c>. The text that is shown is the one that is calculated, so
/// that the arithmetic on paper can't differ from the program's.
/// </summary>
internal sealed class Formula
{
    private readonly string[] _tokens;
    private int _next;

    private Formula(string text)
    {
        Text = text;
        _tokens = text.Replace("(", "( ", StringComparison.Ordinal).Replace(")", " )", StringComparison.Ordinal).Split(' ', StringSplitOptions.RemoveEmptyEntries);
        Value = Sum();
        if (_next != _tokens.Length) throw new FormatException($"'{text}' has more than a formula.");
    }

    /// <summary>As written.</summary>
    public string Text { get; }

    /// <summary>Calculates it from the value of each name.</summary>
    public Func<Func<string, double>, double> Value { get; }

    public static Formula Parse(string text) => new(text);

    /// <summary>The formula with each name's value in its place.</summary>
    public string With(Func<string, double> values) => string.Join(' ', _tokens.Select(token => IsName(token) ? Wording.Number(values(token)) : token))
        .Replace("( ", "(", StringComparison.Ordinal).Replace(" )", ")", StringComparison.Ordinal);

    private static bool IsName(string token) => char.IsAsciiLetterLower(token[0]);

    private Func<Func<string, double>, double> Sum()
    {
        var value = Product();
        while (_next < _tokens.Length && _tokens[_next] is "+" or "−")
        {
            var (left, isPlus) = (value, _tokens[_next++] == "+");
            var right = Product();
            value = isPlus ? values => left(values) + right(values) : values => left(values) - right(values);
        }
        return value;
    }

    private Func<Func<string, double>, double> Product()
    {
        var value = Factor();
        while (_next < _tokens.Length && _tokens[_next] is "×" or "÷")
        {
            var (left, isTimes) = (value, _tokens[_next++] == "×");
            var right = Factor();
            value = isTimes ? values => left(values) * right(values) : values => left(values) / right(values);
        }
        return value;
    }

    private Func<Func<string, double>, double> Factor()
    {
        if (_next == _tokens.Length) throw new FormatException($"'{Text}' ends too early.");
        var token = _tokens[_next++];
        if (token == "(")
        {
            var inner = Sum();
            if (_next == _tokens.Length || _tokens[_next++] != ")") throw new FormatException($"'{Text}' lacks a ')'.");
            return inner;
        }
        if (IsName(token)) return values => values(token);
        var number = double.Parse(token, NumberStyles.Float, CultureInfo.InvariantCulture);
        return _ => number;
    }
}
