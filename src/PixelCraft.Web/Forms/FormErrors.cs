namespace PixelCraft.Web.Forms;

/// <summary>What is wrong with what somebody entered: a text for each field, in the order of the fields.</summary>
public sealed class FormErrors
{
    private readonly List<KeyValuePair<string, string>> _texts = [];

    /// <summary>The id of the field and the text.</summary>
    public IReadOnlyList<KeyValuePair<string, string>> Texts => _texts;

    /// <summary>Whether anything is wrong.</summary>
    public bool Any => _texts.Count > 0;

    /// <summary>What was away or full when the form was sent; null when nothing was.</summary>
    public Exception? Outage { get; set; }

    /// <summary>The text for a field; null when nothing is wrong with it.</summary>
    public string? this[string field] => _texts.FirstOrDefault(text => text.Key == field).Value;

    /// <summary>Adds a text; the first one for a field stays.</summary>
    public void Add(string field, string text)
    {
        if (this[field] is null) _texts.Add(new(field, text));
    }
}
