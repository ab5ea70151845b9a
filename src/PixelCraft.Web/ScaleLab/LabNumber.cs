using System.Globalization;
using PixelCraft.Web.Text;

namespace PixelCraft.Web.ScaleLab;

/// <summary>Numbers of plans for people, in the forms of their culture.</summary>
internal static class LabNumber
{
    /// <summary>A whole number.</summary>
    public static string Whole(double number) => Math.Round(number).ToString("N0", CultureInfo.CurrentCulture);

    /// <summary>Three digits that count.</summary>
    public static string Short(double number) => Math.Abs(number) >= 99.95 || number == Math.Floor(number)
        ? Whole(number)
        : number.ToString(Math.Abs(number) >= 9.995 ? "0.#" : Math.Abs(number) >= 0.9995 ? "0.##" : "0.####", CultureInfo.CurrentCulture);

    /// <summary>Dollars; with cents and their parts when it is little.</summary>
    public static string Usd(double usd) => "$" + (usd >= 99.995 || usd == Math.Floor(usd) ? Whole(usd) : usd.ToString(usd < 0.1 ? "0.00####" : "0.00", CultureInfo.CurrentCulture));

    /// <summary>A share.</summary>
    public static string Percent(double share) => (share * 100).ToString(share is > 0 and < 0.0995 ? "0.#" : "0", CultureInfo.CurrentCulture) + "%";

    /// <summary>A time.</summary>
    public static string Milliseconds(double ms) => double.IsInfinity(ms) ? Texts.LabWithoutEnd
        : ms < 1000 ? Short(ms) + " ms" : ms < 120_000 ? Short(ms / 1000) + " s" : ms < 7_200_000 ? Short(ms / 60_000) + " min" : Short(ms / 3_600_000) + " h";

    /// <summary>Users as an axis has room for: 100, 10k, 1M.</summary>
    public static string Axis(long users) => users >= 1_000_000 ? $"{users / 1_000_000}M" : users >= 1000 ? $"{users / 1000}k" : users.ToString(CultureInfo.CurrentCulture);
}
