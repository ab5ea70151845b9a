using Microsoft.AspNetCore.Http;

namespace PixelCraft.Web.Errors;

/// <summary>A form that was sent and could not be dealt with.</summary>
/// <param name="Action">Where it was sent to.</param>
/// <param name="Fields">What it had, without passwords.</param>
public sealed record SentForm(string Action, IReadOnlyList<KeyValuePair<string, string>> Fields)
{
    /// <summary>Reads it from the request; null where that is no form of a page, or can't be read any more.</summary>
    internal static async Task<SentForm?> ReadAsync(HttpContext http, string action)
    {
        if (!HttpMethods.IsPost(http.Request.Method) || !HasFields(http.Request)) return null;
        try
        {
            var form = await http.Request.ReadFormAsync(http.RequestAborted);
            return new SentForm(action, [.. from field in form
                                            where !field.Key.EndsWith("Password", StringComparison.OrdinalIgnoreCase)
                                            from value in field.Value
                                            select KeyValuePair.Create(field.Key, value ?? "")]);
        }
        catch (Exception e) when (e is IOException or InvalidDataException)
        {
            return null;
        }
    }

    private static bool HasFields(HttpRequest request) =>
        request.ContentType?.StartsWith("application/x-www-form-urlencoded", StringComparison.OrdinalIgnoreCase) == true;
}
