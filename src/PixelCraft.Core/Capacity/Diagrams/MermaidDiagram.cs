using System.Text;
using PixelCraft.Capacity.Contracts;

namespace PixelCraft.Capacity.Diagrams;

/// <summary>Writes a diagram for Mermaid, which documents and wikis draw by themselves.</summary>
internal static class MermaidDiagram
{
    public static string Write(Diagram diagram)
    {
        var text = new StringBuilder("---\ntitle: ").Append('"').Append(diagram.Title).Append("\"\n---\nflowchart TD\n");
        var rows = diagram.Boxes.GroupBy(box => box.Row).OrderBy(row => row.Key).Select(row => row.ToList()).ToList();
        for (var row = 0; row < rows.Count; row++)
        {
            // What stands in a region begins behind the edge.
            if (row == 2 && diagram.Frame is not null) text.Append("  subgraph region [\"").Append(diagram.Frame).Append("\"]\n");
            foreach (var box in rows[row])
                text.Append("  ").Append(box.Id).Append("[\"").Append(box.Title).Append(box.Servers > 0 ? $" ×{Wording.Number(box.Servers)}" : "")
                    .Append(string.Concat(box.Lines.Select(line => "<br>" + line))).Append("\"]").Append(box.Broken is null ? "\n" : ":::bad\n");
        }
        if (diagram.Frame is not null) text.Append("  end\n  others[\"Other regions<br>").Append(diagram.Foot).Append("\"]\n  region -.-> others\n");
        for (var row = 0; row + 1 < rows.Count; row++)
            text.Append("  ").AppendJoin(" & ", rows[row].Select(box => box.Id)).Append(" --> ").AppendJoin(" & ", rows[row + 1].Where(box => box.IsAsked).Select(box => box.Id)).Append('\n');
        if (rows.Any(row => row.Any(box => box.Id == "edge"))) text.Append("  edge -. public variants .-> object_store\n");
        return text.Append("  classDef bad stroke:#b3261e,fill:#fdeceb,color:#b3261e\n").ToString();
    }
}
