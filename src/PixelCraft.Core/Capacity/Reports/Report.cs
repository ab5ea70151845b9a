using System.Text;

namespace PixelCraft.Capacity.Reports;

/// <summary>A table with a heading. Columns of numbers are those whose heading ends with a blank.</summary>
/// <param name="Title">The heading.</param>
/// <param name="Columns">The headings of the columns.</param>
/// <param name="Rows">As many cells each.</param>
internal sealed record Section(string Title, IReadOnlyList<string> Columns, IReadOnlyList<IReadOnlyList<string>> Rows)
{
    public static bool IsNumber(string column) => column.EndsWith(' ');
}

/// <summary>What is told of a plan, before it is decided how it is written.</summary>
/// <param name="Title">In a few words.</param>
/// <param name="Lead">In a sentence or two.</param>
/// <param name="Sections">The tables.</param>
/// <param name="Notes">What is to be known besides.</param>
internal sealed record Report(string Title, string Lead, IReadOnlyList<Section> Sections, IReadOnlyList<string> Notes)
{
    /// <summary>For a terminal: columns of even width, long cells broken at blanks.</summary>
    public string Table()
    {
        var text = new StringBuilder(Title).Append('\n').Append(Lead).Append('\n');
        foreach (var section in Sections.Where(section => section.Rows.Count > 0))
        {
            text.Append('\n').Append(section.Title).Append('\n');
            var widths = section.Columns.Select((column, i) => Math.Min(Widest, section.Rows.Max(row => row[i].Length) is var most && most < column.TrimEnd().Length ? column.TrimEnd().Length : most)).ToArray();
            Line(text, section, section.Columns.Select(column => column.TrimEnd()).ToArray(), widths);
            foreach (var row in section.Rows) Line(text, section, row, widths);
        }
        if (Notes.Count > 0) text.Append('\n');
        foreach (var note in Notes)
            text.Append("- ").AppendJoin("\n  ", Broken(note, NoteWidth)).Append('\n');
        return text.ToString();
    }

    /// <summary>For documents.</summary>
    public string Markdown()
    {
        var text = new StringBuilder("# ").Append(Title).Append("\n\n").Append(Lead).Append('\n');
        foreach (var section in Sections.Where(section => section.Rows.Count > 0)) text.Append("\n## ").Append(section.Title).Append("\n\n").Append(Markdown(section));
        if (Notes.Count > 0) text.Append("\n## To know\n\n");
        foreach (var note in Notes) text.Append("- ").Append(note).Append('\n');
        return text.ToString();
    }

    /// <summary>One table.</summary>
    public static string Markdown(Section section)
    {
        var text = new StringBuilder("| ").AppendJoin(" | ", section.Columns.Select(column => column.TrimEnd())).Append(" |\n| ")
            .AppendJoin(" | ", section.Columns.Select(column => Section.IsNumber(column) ? "---:" : "---")).Append(" |\n");
        foreach (var row in section.Rows) text.Append("| ").AppendJoin(" | ", row.Select(cell => cell.Replace("|", "\\|", StringComparison.Ordinal))).Append(" |\n");
        return text.ToString();
    }

    private const int Widest = 62;
    private const int NoteWidth = 118;

    private static void Line(StringBuilder text, Section section, IReadOnlyList<string> cells, int[] widths)
    {
        var broken = cells.Select((cell, i) => Broken(cell, widths[i])).ToList();
        for (var line = 0; line < broken.Max(cell => cell.Count); line++)
        {
            var row = broken.Select((cell, i) => (line < cell.Count ? cell[line] : "") is var part && Section.IsNumber(section.Columns[i]) ? part.PadLeft(widths[i]) : part.PadRight(widths[i]));
            text.Append(("  " + string.Join("  ", row)).TrimEnd()).Append('\n');
        }
    }

    private static List<string> Broken(string cell, int width)
    {
        var lines = new List<string>();
        while (cell.Length > width)
        {
            var at = cell.LastIndexOf(' ', width);
            if (at <= 0) break;
            lines.Add(cell[..at]);
            cell = cell[(at + 1)..];
        }
        lines.Add(cell);
        return lines;
    }
}
