using PixelCraft.Web.Text;

namespace PixelCraft.Web.Account;

/// <summary>Makes "Firefox on Windows" of what a browser sends, so that a member knows a session again.</summary>
internal static class BrowserName
{
    // In this order: Edge and Opera also say Chrome, Chrome also says Safari; Android also says Linux, iPhones also say Mac OS X.
    private static readonly (string Mark, string Name)[] Browsers =
        [("Edg", "Edge"), ("OPR/", "Opera"), ("Firefox/", "Firefox"), ("FxiOS", "Firefox"), ("CriOS", "Chrome"), ("Chrome/", "Chrome"), ("Safari/", "Safari"), ("curl/", "curl")];

    private static readonly (string Mark, string Name)[] Systems =
        [("Windows", "Windows"), ("iPhone", "iPhone"), ("iPad", "iPad"), ("Android", "Android"), ("CrOS", "ChromeOS"), ("Mac OS X", "macOS"), ("Linux", "Linux")];

    /// <summary>The browser and system; what is known of them.</summary>
    public static string Of(string userAgent) => (Find(Browsers, userAgent), Find(Systems, userAgent)) switch
    {
        ({ } browser, { } system) => Phrase.Fill(Texts.BrowserOnSystem, browser, system),
        ({ } browser, null) => browser,
        (null, { } system) => system,
        _ => Texts.UnknownBrowser,
    };

    private static string? Find((string Mark, string Name)[] marks, string userAgent) =>
        marks.FirstOrDefault(row => userAgent.Contains(row.Mark, StringComparison.Ordinal)).Name;
}
