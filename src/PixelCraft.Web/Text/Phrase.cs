using System.Globalization;

namespace PixelCraft.Web.Text;

/// <summary>Numbers and times as people read them, in the words of <see cref="Texts"/> and the forms of the current culture.</summary>
internal static class Phrase
{
    private static readonly string[] Units = ["B", "kB", "MB", "GB", "TB", "PB"];

    /// <summary>Fills the places of a text.</summary>
    public static string Fill(string text, params ReadOnlySpan<object?> values) => string.Format(CultureInfo.CurrentCulture, text, values);

    /// <summary>The text for one or for many, with the number in its place {0}.</summary>
    public static string Count(long number, string one, string many) => Fill(number == 1 ? one : many, number.ToString("N0", CultureInfo.CurrentCulture));

    /// <summary>A size in decimal units: three digits at most, as in "1.25 MB", "48.2 MB", "950 B".</summary>
    /// <param name="bytes">0 or more.</param>
    public static string Bytes(long bytes)
    {
        decimal value = bytes;
        var unit = 0;
        // 999.5 would be written as 1000.
        while (value >= 999.5m && unit < Units.Length - 1)
        {
            value /= 1000;
            unit++;
        }
        var format = unit == 0 || value >= 99.95m ? "0" : value >= 9.995m ? "0.#" : "0.##";
        return value.ToString(format, CultureInfo.CurrentCulture) + "\u00a0" + Units[unit];
    }

    /// <summary>Pixels, as "6,000 × 4,000".</summary>
    public static string Pixels(int width, int height) => $"{width.ToString("N0", CultureInfo.CurrentCulture)}\u00a0×\u00a0{height.ToString("N0", CultureInfo.CurrentCulture)}";

    /// <summary>How long ago, for people; the date when it is more than 30 days. A time in the future (a clock that is off) is "just now".</summary>
    public static string Ago(DateTimeOffset time, DateTimeOffset now)
    {
        var age = now - time;
        if (age < TimeSpan.FromMinutes(1)) return Texts.JustNow;
        if (age < TimeSpan.FromHours(1)) return Count((long)age.TotalMinutes, Texts.MinuteAgo, Texts.MinutesAgo);
        if (age < TimeSpan.FromDays(1)) return Count((long)age.TotalHours, Texts.HourAgo, Texts.HoursAgo);
        if (age < TimeSpan.FromDays(31)) return Count((long)age.TotalDays, Texts.DayAgo, Texts.DaysAgo);
        return Date(time);
    }

    /// <summary>How long something takes or has taken, as "12 s", "5 min", "3 h 20 min"; rounded down.</summary>
    public static string Duration(TimeSpan time) =>
        time < TimeSpan.FromMinutes(1) ? Fill(Texts.DurationSeconds, (int)time.TotalSeconds)
        : time < TimeSpan.FromHours(1) ? Fill(Texts.DurationMinutes, time.Minutes)
        : Fill(Texts.DurationHours, ((int)time.TotalHours).ToString("N0", CultureInfo.CurrentCulture), time.Minutes);

    /// <summary>The date, as "24 November 2026", in UTC.</summary>
    public static string Date(DateTimeOffset time) => time.UtcDateTime.ToString(Texts.DateFormat, CultureInfo.CurrentCulture);

    /// <summary>The date and time, in UTC and saying so.</summary>
    public static string Exact(DateTimeOffset time) => time.UtcDateTime.ToString(Texts.DateTimeFormat, CultureInfo.CurrentCulture);
}
