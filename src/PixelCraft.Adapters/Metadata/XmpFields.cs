using System.Globalization;
using System.Xml;
using PixelCraft.Images.Contracts;

namespace PixelCraft.Adapters.Metadata;

/// <summary>
/// The few properties of XMP (ISO 16684-1) that are kept. Read forward once, without document types, entities or anything
/// from elsewhere, and up to a depth that no honest file has.
/// </summary>
internal sealed class XmpFields
{
    private const int MaxDepth = 64;
    private const string Rdf = "http://www.w3.org/1999/02/22-rdf-syntax-ns#";
    private const string DublinCore = "http://purl.org/dc/elements/1.1/";
    private const string Xap = "http://ns.adobe.com/xap/1.0/";

    private static readonly XmlReaderSettings Settings = new() { DtdProcessing = DtdProcessing.Prohibit, XmlResolver = null, CheckCharacters = true };

    private readonly List<string> _keywords = [];

    public string? Title { get; private set; }

    public string? Description { get; private set; }

    /// <summary>0 to 5; null when not said.</summary>
    public int? Rating { get; private set; }

    public IReadOnlyList<string> Keywords => _keywords;

    /// <summary>What stands there up to the first fault.</summary>
    public static XmpFields Read(byte[] xmp)
    {
        var fields = new XmpFields();
        using var reader = XmlReader.Create(new MemoryStream(xmp, writable: false), Settings);
        try
        {
            fields.Read(reader);
        }
        catch (XmlException)
        {
            // Cut off or broken: what came before counts.
        }
        return fields;
    }

    private void Read(XmlReader reader)
    {
        // The property of dc that the reader is in, and how deep that is.
        string? property = null;
        var depth = 0;
        while (reader.Read())
        {
            if (reader.Depth > MaxDepth) return;
            switch (reader.NodeType)
            {
                case XmlNodeType.Element when reader is { NamespaceURI: DublinCore, LocalName: "title" or "description" or "subject" }:
                    (property, depth) = (reader.LocalName, reader.Depth);
                    break;
                case XmlNodeType.Element when reader is { NamespaceURI: Xap, LocalName: "Rating" }:
                    (property, depth) = ("Rating", reader.Depth);
                    break;
                case XmlNodeType.Element when reader is { NamespaceURI: Rdf, LocalName: "Description" }:
                    Rating ??= Stars(reader.GetAttribute("Rating", Xap));
                    break;
                case XmlNodeType.EndElement when reader.Depth <= depth:
                    property = null;
                    break;
                case XmlNodeType.Text or XmlNodeType.CDATA when property is not null:
                    Take(property, reader.Value);
                    break;
            }
        }
    }

    private void Take(string property, string text)
    {
        switch (property)
        {
            // Of several languages the first, which is the default.
            case "title":
                Title ??= text;
                break;
            case "description":
                Description ??= text;
                break;
            case "subject" when _keywords.Count < ImageMetadata.MaxKeywords:
                _keywords.Add(text);
                break;
            case "Rating":
                Rating ??= Stars(text);
                break;
        }
    }

    private static int? Stars(string? text) =>
        double.TryParse(text, NumberStyles.Float, CultureInfo.InvariantCulture, out var stars) && stars is >= 0 and <= 5 ? (int)Math.Round(stars) : null;
}
