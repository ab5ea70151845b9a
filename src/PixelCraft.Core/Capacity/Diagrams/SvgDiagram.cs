using System.Globalization;
using System.Text;
using PixelCraft.Capacity.Contracts;

namespace PixelCraft.Capacity.Diagrams;

/// <summary>
/// Draws a diagram as SVG. Shapes have classes and no colours: in a page its style sheet gives them (the site allows no styles in a page), a file brings
/// its own, for light and dark.
/// </summary>
internal static class SvgDiagram
{
    private const int Width = 1200;
    private const int Margin = 32;
    private const int Head = 64;
    private const int Inner = 1096;
    private const int Outer = 1164;
    private const int BoxHeight = 104;
    private const int LowHeight = 66;
    private const int TextTop = 50;
    private const int LineHeight = 18;
    private const int SquaresHeight = 18;
    private const int RowGap = 40;
    private const int Gap = 20;
    private const int MostSquares = 22;
    private const double CharWidth = 7.7;

    // Wide enough for a line of text on a slide; the colours of the site's tokens in forms that every program for drawings knows.
    private const string Style = """
        <style>
          .dg { --ground: #fcfdfd; --box: #ffffff; --line: #c9d0d4; --ink: #1c2327; --soft: #566067; --accent: #0c6e5f; --accent-soft: #dcf1ec; --bad: #b3261e; --bad-soft: #fdeceb; font-family: "Inter", system-ui, sans-serif; }
          @media (prefers-color-scheme: dark) { .dg { --ground: #121618; --box: #1d2326; --line: #465056; --ink: #ecf0f2; --soft: #a7b2b8; --accent: #6fd3bf; --accent-soft: #17332e; --bad: #ff9d94; --bad-soft: #431b18; } }
          .dg-ground { fill: var(--ground); }
          .dg-box { fill: var(--box); stroke: var(--line); stroke-width: 1.5; }
          .dg-box.bad { fill: var(--bad-soft); stroke: var(--bad); stroke-width: 2.5; }
          .dg-frame { fill: none; stroke: var(--line); stroke-width: 1.5; stroke-dasharray: 6 5; }
          .dg-link { fill: none; stroke: var(--soft); stroke-width: 1.75; }
          .dg-link.cut { stroke: var(--bad); stroke-dasharray: 5 6; }
          .dg-head { fill: var(--ink); font-size: 24px; font-weight: 650; }
          .dg-title { fill: var(--ink); font-size: 17px; font-weight: 620; }
          .dg-count { fill: var(--accent); font-size: 24px; font-weight: 680; }
          .dg-text { fill: var(--soft); font-size: 14px; }
          .dg-bad { fill: var(--bad); font-size: 13px; font-weight: 550; }
          .dg-server { fill: var(--accent-soft); stroke: var(--accent); stroke-width: 1; }
          .dg-server.bad { fill: var(--bad-soft); stroke: var(--bad); }
        </style>
        """;

    /// <param name="diagram">What to draw.</param>
    /// <param name="isFile">Whether it stands by itself, with its own colours and ground.</param>
    /// <param name="cut">The link that is drawn as cut, by the box at its end; null for none.</param>
    public static string Draw(Diagram diagram, bool isFile, string? cut = null)
    {
        var rows = diagram.Boxes.GroupBy(box => box.Row).OrderBy(row => row.Key).Select(row => row.ToList()).ToList();
        var places = new Dictionary<string, Place>();
        var y = (double)Head + (diagram.Notices.Count * 22);
        foreach (var row in rows)
        {
            var each = Math.Min(row.Count == 1 ? 560 : 1000, (Inner - (Gap * (row.Count - 1))) / (double)row.Count);
            var left = (Width - (each * row.Count) - (Gap * (row.Count - 1))) / 2;
            var boxHeight = row.Max(box => HeightOf(box, each));
            for (var i = 0; i < row.Count; i++) places[row[i].Id] = new Place(left + (i * (each + Gap)), y, each, boxHeight);
            y += boxHeight + RowGap;
            // The frame of a region begins between the edge and what is behind it, with what is written on it.
            if (diagram.Frame is not null && row[0].Id == "edge") y += 24;
        }
        var height = y - RowGap + Margin + (diagram.Foot is null ? 0 : 30);

        var svg = new StringBuilder();
        svg.Append(CultureInfo.InvariantCulture, $"<svg xmlns=\"http://www.w3.org/2000/svg\" class=\"dg\" viewBox=\"0 0 {Width} {height}\"{(isFile ? $" width=\"{Width}\" height=\"{height}\"" : "")} role=\"img\" aria-labelledby=\"dg-title dg-desc\">\n");
        svg.Append(CultureInfo.InvariantCulture, $"<title id=\"dg-title\">{Escape(diagram.Title)}</title>\n<desc id=\"dg-desc\">{Escape(string.Join("; ", diagram.Boxes.Select(Describe)))}</desc>\n");
        if (isFile) svg.Append(Style).Append('\n').Append(CultureInfo.InvariantCulture, $"<rect class=\"dg-ground\" width=\"{Width}\" height=\"{height}\"/>\n");
        Text(svg, "dg-head", Margin, 40, diagram.Title);
        for (var i = 0; i < diagram.Notices.Count; i++) Text(svg, "dg-bad", Margin, Head + (i * 22), Shortened(diagram.Notices[i], 150));
        if (diagram.Frame is not null) Frame(svg, diagram, places["load_balancer"].Y - 48, height);
        Links(svg, rows, places, cut);
        foreach (var box in diagram.Boxes) Draw(svg, box, places[box.Id]);
        if (cut is not null && !places.ContainsKey(cut)) CutWithin(svg, diagram, places, cut);
        return svg.Append("</svg>\n").ToString();
    }

    private static string Describe(Box box) =>
        $"{box.Title}{(box.Servers > 0 ? $" × {Wording.Number(box.Servers)}" : "")}: {string.Join(", ", box.Lines)}{(box.Broken is null ? "" : $" — too little: {box.Broken}")}";

    /// <summary>The region that is drawn, with the edges of others behind it.</summary>
    private static void Frame(StringBuilder svg, Diagram diagram, double y, double height)
    {
        for (var behind = 2; behind >= 0; behind--)
            svg.Append(CultureInfo.InvariantCulture, $"<rect class=\"dg-frame\" x=\"{14 + (behind * 5)}\" y=\"{y - (behind * 5):0.#}\" width=\"{Width - 38}\" height=\"{height - y - 14:0.#}\" rx=\"12\"/>\n");
        Text(svg, "dg-text", Margin, y + 24, diagram.Frame!);
        Text(svg, "dg-text", Margin, height - 36, diagram.Foot!);
    }

    /// <summary>One line between rows of one box, else a bar that all of both rows meet.</summary>
    private static void Links(StringBuilder svg, List<List<Box>> rows, Dictionary<string, Place> places, string? cut)
    {
        for (var row = 0; row + 1 < rows.Count; row++)
        {
            var (above, below) = (rows[row], rows[row + 1].Where(box => box.IsAsked).ToList());
            var bar = places[below[0].Id].Y - (RowGap / 2.0);
            foreach (var box in above) Line(svg, places[box.Id].Middle, places[box.Id].Y + places[box.Id].H, bar, isCut: false);
            foreach (var box in below) Line(svg, places[box.Id].Middle, bar, places[box.Id].Y, box.Id == cut || (cut == "edge" && above.Any(one => one.Id == "edge")));
            var ends = above.Concat(below).Select(box => places[box.Id].Middle).ToList();
            if (ends.Max() > ends.Min()) svg.Append(CultureInfo.InvariantCulture, $"<path class=\"dg-link\" d=\"M{ends.Min():0.#} {bar:0.#}H{ends.Max():0.#}\"/>\n");
        }
        // The edge fetches public variants from the store itself.
        if (places.TryGetValue("edge", out var edge) && places.TryGetValue("object_store", out var store))
        {
            svg.Append(CultureInfo.InvariantCulture, $"<path class=\"dg-link{(cut == "object_store" ? " cut" : "")}\" d=\"M{edge.X + edge.W:0.#} {edge.Y + (edge.H / 2):0.#}H{Outer}V{store.Y + (store.H / 2):0.#}H{store.X + store.W:0.#}\"/>\n");
            Text(svg, "dg-text", edge.X + edge.W + 12, edge.Y + (edge.H / 2) - 8, "public variants");
        }
    }

    private static void Line(StringBuilder svg, double x, double from, double to, bool isCut)
    {
        svg.Append(CultureInfo.InvariantCulture, $"<path class=\"dg-link{(isCut ? " cut" : "")}\" d=\"M{x:0.#} {from:0.#}V{to:0.#}\"/>\n");
        if (isCut) Text(svg, "dg-bad", x + 8, (from + to) / 2 + 5, "cut");
    }

    /// <summary>A link between servers that stand in one box.</summary>
    private static void CutWithin(StringBuilder svg, Diagram diagram, Dictionary<string, Place> places, string cut)
    {
        if (diagram.Boxes.FirstOrDefault(box => box.Servers > 1) is not { } box) return;
        var place = places[box.Id];
        svg.Append(CultureInfo.InvariantCulture, $"<path class=\"dg-link cut\" d=\"M{place.X + place.W:0.#} {place.Y + (place.H / 2):0.#}h36\"/>\n");
        Text(svg, "dg-bad", place.X + place.W + 44, place.Y + (place.H / 2) + 5, $"cut: {CutLink.All.First(link => link.Id == cut).Between}");
    }

    private static void Draw(StringBuilder svg, Box box, Place place)
    {
        var bad = box.Broken is null ? "" : " bad";
        svg.Append(CultureInfo.InvariantCulture, $"<g data-part=\"{box.Id}\"><rect class=\"dg-box{bad}\" x=\"{place.X:0.#}\" y=\"{place.Y:0.#}\" width=\"{place.W:0.#}\" height=\"{place.H:0.#}\" rx=\"10\"/>\n");
        Text(svg, "dg-title", place.X + 14, place.Y + 28, box.Title);
        if (box.Servers > 0) EndText(svg, "dg-count", place.X + place.W - 14, place.Y + 31, "×" + Wording.Number(box.Servers));
        var lines = LinesOf(box, place.W);
        for (var i = 0; i < lines.Count; i++) Text(svg, box.Broken is null ? "dg-text" : "dg-bad", place.X + 14, place.Y + TextTop + (i * LineHeight), lines[i]);
        if (box.Servers > 0) Squares(svg, box, place, bad);
        svg.Append("</g>\n");
    }

    /// <summary>What is said of a box: why it is too little, in as many lines as that takes, or what it does.</summary>
    private static List<string> LinesOf(Box box, double width)
    {
        var most = (int)((width - 24) / CharWidth);
        return box.Broken is null ? [.. box.Lines.Select(line => Shortened(line, most))] : [.. Wrapped(box.Broken, most)];
    }

    private static double HeightOf(Box box, double width)
    {
        if (box is { Servers: 0, Lines.Count: 1 }) return LowHeight;
        return Math.Max(BoxHeight, TextTop + (LinesOf(box, width).Count * LineHeight) + SquaresHeight);
    }

    private static void Squares(StringBuilder svg, Box box, Place place, string bad)
    {
        var squares = (int)Math.Min(box.Servers, Math.Min(MostSquares, Math.Floor((place.W - 100) / 17)));
        for (var i = 0; i < squares; i++)
            svg.Append(CultureInfo.InvariantCulture, $"<rect class=\"dg-server{bad}\" x=\"{place.X + 14 + (i * 17):0.#}\" y=\"{place.Y + place.H - 24:0.#}\" width=\"13\" height=\"13\" rx=\"3\"/>");
        if (box.Servers > squares) Text(svg, "dg-text", place.X + 16 + (squares * 17), place.Y + place.H - 13, "…");
        if (box.Size is not null) EndText(svg, "dg-text", place.X + place.W - 14, place.Y + place.H - 13, box.Size);
    }

    private static IEnumerable<string> Wrapped(string text, int width)
    {
        while (text.Length > width && text.LastIndexOf(' ', width) is > 0 and var at)
        {
            yield return text[..at];
            text = text[(at + 1)..];
        }
        yield return text;
    }

    private static string Shortened(string text, int most) => text.Length <= most ? text : text[..(most - 1)] + "…";

    private static void EndText(StringBuilder svg, string style, double x, double y, string text) =>
        svg.Append(CultureInfo.InvariantCulture, $"<text class=\"{style}\" x=\"{x:0.#}\" y=\"{y:0.#}\" text-anchor=\"end\">{Escape(text)}</text>\n");

    private static void Text(StringBuilder svg, string style, double x, double y, string text) =>
        svg.Append(CultureInfo.InvariantCulture, $"<text class=\"{style}\" x=\"{x:0.#}\" y=\"{y:0.#}\">{Escape(text)}</text>\n");

    private static string Escape(string text) => System.Security.SecurityElement.Escape(text);

    private readonly record struct Place(double X, double Y, double W, double H)
    {
        public double Middle => X + (W / 2);
    }
}
