using System.Globalization;

namespace PixelCraft.Capacity.Contracts;

/// <summary>Numbers as people read them, in one way on every machine: a plan is compared and kept.</summary>
public static class Wording
{
    /// <summary>Three digits that count, or all of a whole number: 0.868, 57.9, 1,667.</summary>
    public static string Number(double number)
    {
        var size = Math.Abs(number);
        var format = size >= 99.95 || size == Math.Floor(size) ? "#,0" : size >= 9.995 ? "0.#" : size >= 0.9995 ? "0.##" : size >= 0.001 ? "0.####" : "0.##E+0";
        return number.ToString(format, CultureInfo.InvariantCulture);
    }

    /// <summary>Money: $2,116, or with cents when it is little.</summary>
    public static string Usd(double usd) => usd is < 99.995 and not 0 && usd != Math.Floor(usd)
        ? "$" + usd.ToString(usd < 0.1 ? "0.00####" : "0.00", CultureInfo.InvariantCulture)
        : "$" + usd.ToString("#,0", CultureInfo.InvariantCulture);

    /// <summary>A share: 60%.</summary>
    public static string Percent(double share) => (share * 100).ToString(share is > 0 and < 0.0995 ? "0.#" : "0", CultureInfo.InvariantCulture) + "%";

    /// <summary>A time: 1.7 ms, 2.3 s, 3.2 h.</summary>
    public static string Milliseconds(double ms) =>
        double.IsInfinity(ms) ? "without end" : ms < 0.01 ? "under 0.01 ms" : ms < 1000 ? Number(ms) + " ms" : ms < 120_000 ? Number(ms / 1000) + " s" : ms < 7_200_000 ? Number(ms / 60_000) + " min" : Number(ms / 3_600_000) + " h";

    /// <summary>One, or many.</summary>
    public static string Count(double number, string one, string many) => $"{Number(number)} {(number == 1 ? one : many)}";
}
