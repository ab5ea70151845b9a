using System.Globalization;
using System.Text;
using PixelCraft.Capacity.Contracts;

namespace PixelCraft.Capacity.Diagrams;

/// <summary>Draws a curve over the number of users, both axes logarithmic. Colours come from the page's style sheet.</summary>
internal static class CurveChart
{
    private const double Width = 560;
    private const double Height = 240;
    private const double Left = 76;
    private const double Right = 16;
    private const double Top = 14;
    private const double Bottom = 34;

    public static string Draw(IReadOnlyList<(double Users, double Value)> points, double at, Func<double, string> unit, string label)
    {
        var shown = points.Where(point => double.IsFinite(point.Value)).Select(point => (point.Users, Value: Math.Max(point.Value, 1e-3))).ToList();
        var (fromX, toX) = (Math.Log10(points[0].Users), Math.Log10(points[^1].Users));
        var (fromY, toY) = shown.Count == 0 ? (0, 1) : (Math.Floor(Math.Log10(shown.Min(point => point.Value))), Math.Ceiling(Math.Log10(shown.Max(point => point.Value))));
        if (toY <= fromY) toY = fromY + 1;
        double X(double users) => Left + ((Math.Log10(users) - fromX) / (toX - fromX) * (Width - Left - Right));
        double Y(double value) => Height - Bottom - ((Math.Log10(value) - fromY) / (toY - fromY) * (Height - Top - Bottom));

        var svg = new StringBuilder();
        svg.Append(CultureInfo.InvariantCulture, $"<svg xmlns=\"http://www.w3.org/2000/svg\" class=\"curve\" viewBox=\"0 0 {Width} {Height}\" role=\"img\" aria-label=\"{System.Security.SecurityElement.Escape(label)}\">");
        for (var power = fromX; power <= toX; power += 2) Tick(svg, X(Math.Pow(10, power)), Height - 10, "middle", Wording.Number(Math.Pow(10, power)));
        for (var power = fromY; power <= toY; power++)
        {
            svg.Append(CultureInfo.InvariantCulture, $"<path class=\"grid\" d=\"M{Left} {Y(Math.Pow(10, power)):0.#}H{Width - Right}\"/>");
            if (toY - fromY <= 6 || (power - fromY) % 2 == 0) Tick(svg, Left - 8, Y(Math.Pow(10, power)) + 4, "end", unit(Math.Pow(10, power)));
        }
        svg.Append("<polyline class=\"line\" points=\"").AppendJoin(' ', shown.Select(point => string.Create(CultureInfo.InvariantCulture, $"{X(point.Users):0.#},{Y(point.Value):0.#}"))).Append("\"/>");
        if (at >= points[0].Users && at <= points[^1].Users) svg.Append(CultureInfo.InvariantCulture, $"<path class=\"here\" d=\"M{X(at):0.#} {Top}V{Height - Bottom}\"/>");
        return svg.Append("</svg>").ToString();
    }

    private static void Tick(StringBuilder svg, double x, double y, string anchor, string text) =>
        svg.Append(CultureInfo.InvariantCulture, $"<text x=\"{x:0.#}\" y=\"{y:0.#}\" text-anchor=\"{anchor}\">{text}</text>");
}
