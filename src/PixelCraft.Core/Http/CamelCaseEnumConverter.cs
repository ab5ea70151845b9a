using System.Text.Json;
using System.Text.Json.Serialization;

namespace PixelCraft.Http;

/// <summary>Writes an enum as its name in camelCase and reads nothing else: no numbers.</summary>
/// <typeparam name="T">The enum.</typeparam>
public sealed class CamelCaseEnumConverter<T>() : JsonStringEnumConverter<T>(JsonNamingPolicy.CamelCase, allowIntegerValues: false)
    where T : struct, Enum;
