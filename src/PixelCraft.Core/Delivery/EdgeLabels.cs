using Microsoft.AspNetCore.Http;
using PixelCraft.Ids;

namespace PixelCraft.Delivery;

/// <summary>Tells edges of which image an answer is.</summary>
internal static class EdgeLabels
{
    /// <summary>Sets the header that the edge wants, where it wants one.</summary>
    public static void Label(this HttpResponse response, IEdge edge, Id image)
    {
        if (edge.Label(image) is var (name, value)) response.Headers[name] = value;
    }
}
