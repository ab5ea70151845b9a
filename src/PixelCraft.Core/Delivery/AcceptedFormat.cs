using Microsoft.Net.Http.Headers;
using PixelCraft.Images.Contracts;

namespace PixelCraft.Delivery;

/// <summary>Chooses a format by <c>Accept</c> (RFC 9110 section 12.5.1).</summary>
internal static class AcceptedFormat
{
    /// <summary>
    /// The one of AVIF, WebP and JPEG that the client names with the highest weight; of equal ones the smaller. Wildcards
    /// count for JPEG alone, which everything can show: programs send <c>*/*</c> without knowing AVIF. JPEG when nothing fits.
    /// </summary>
    public static TransformFormat Of(IList<MediaTypeHeaderValue>? accept, bool preferAvif)
    {
        TransformFormat[] order = preferAvif ? [TransformFormat.Avif, TransformFormat.WebP] : [TransformFormat.WebP, TransformFormat.Avif];
        var (best, weight) = (TransformFormat.Jpeg, Weight(TransformFormat.Jpeg));
        foreach (var format in order)
        {
            var named = Weight(format);
            if (named > 0 && (named > weight || (named == weight && best == TransformFormat.Jpeg))) (best, weight) = (format, named);
        }
        return best;

        // 0 when it is not named.
        double Weight(TransformFormat format) => accept?
            .Where(type => type.MediaType.Equals(format.ContentType(), StringComparison.OrdinalIgnoreCase))
            .Max(type => (double?)(type.Quality ?? 1)) ?? 0;
    }
}
