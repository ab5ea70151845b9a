using System.Globalization;
using System.Text.Json;
using System.Text.Json.Nodes;
using System.Text.RegularExpressions;

namespace PixelCraft.Bench.Measuring;

/// <summary>
/// What was measured, as lines of Markdown: printed as they are, and kept as JSON. One source for both, so that the table in README.md and the
/// file in <c>results/</c> can't differ.
/// </summary>
internal static partial class Report
{
    private static readonly JsonSerializerOptions Indented = new(JsonSerializerDefaults.Web) { WriteIndented = true };

    /// <summary>The file: date, machine, the command's arguments, and each table as rows of cell by column.</summary>
    /// <param name="lines">Tables, and text between them.</param>
    /// <param name="arguments">What was measured.</param>
    /// <param name="date">When.</param>
    public static string Json(IEnumerable<string> lines, IEnumerable<string> arguments, DateTimeOffset date)
    {
        var (tables, notes) = (new JsonArray(), new JsonArray());
        string[]? columns = null;
        foreach (var line in string.Join('\n', lines).Split('\n'))
        {
            if (!line.StartsWith('|'))
            {
                columns = null;
                if (line.Length > 0) notes.Add(line);
                continue;
            }
            var cells = line.Trim('|').Split('|', StringSplitOptions.TrimEntries);
            if (columns is null)
            {
                columns = cells;
                tables.Add(new JsonArray());
            }
            else if (!cells[0].StartsWith("---", StringComparison.Ordinal))
            {
                tables[^1]!.AsArray().Add(new JsonObject(columns.Zip(cells, (column, cell) => KeyValuePair.Create(column, Value(cell)))));
            }
        }
        return new JsonObject
        {
            ["date"] = date.ToString("O", CultureInfo.InvariantCulture),
            ["machine"] = Machine(),
            ["arguments"] = new JsonArray([.. arguments.Select(argument => JsonValue.Create(argument))]),
            ["tables"] = tables,
            ["notes"] = notes,
        }.ToJsonString(Indented);
    }

    /// <summary>A number, a median with its spread, or else the text.</summary>
    private static JsonNode? Value(string cell)
    {
        if (cell.Length == 0) return null;
        if (double.TryParse(cell, NumberStyles.Float | NumberStyles.AllowThousands, CultureInfo.InvariantCulture, out var number)) return number;
        if (Spread().Match(cell) is not { Success: true } match) return cell;
        return new JsonObject { ["median"] = Part(1), ["low"] = Part(2), ["high"] = Part(3) };

        double Part(int group) => double.Parse(match.Groups[group].ValueSpan, CultureInfo.InvariantCulture);
    }

    private static string Machine()
    {
        var model = File.ReadLines("/proc/cpuinfo").FirstOrDefault(line => line.StartsWith("model name", StringComparison.Ordinal))?.Split(':')[1].Trim();
        return $"{Environment.ProcessorCount} x {model}, {Environment.OSVersion}, .NET {Environment.Version}";
    }

    [GeneratedRegex(@"^(-?[\d.,]+) \((-?[\d.,]+)-(-?[\d.,]+)\)$")]
    private static partial Regex Spread();
}
