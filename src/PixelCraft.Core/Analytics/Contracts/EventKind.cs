using System.Text.Json.Serialization;
using PixelCraft.Http;

namespace PixelCraft.Analytics.Contracts;

/// <summary>What happened to an image.</summary>
[JsonConverter(typeof(CamelCaseEnumConverter<EventKind>))]
public enum EventKind
{
    /// <summary>Somebody looked at it on its page.</summary>
    Viewed = 0,

    /// <summary>Somebody saved a variant or the original.</summary>
    Downloaded = 1,

    /// <summary>Somebody copied its link.</summary>
    Linked = 2,
}
