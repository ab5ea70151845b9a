using System.Globalization;
using Microsoft.AspNetCore.Http;
using PixelCraft.Capacity.Contracts;
using PixelCraft.Web.Text;

namespace PixelCraft.Web.ScaleLab;

/// <summary>What the address of the Scale Lab asks for. All of the page's state is in it, so that a link shows the same.</summary>
public sealed class LabRequest
{
    private const string BuiltForName = "built_for";
    private const string CutName = "cut";

    private LabRequest(InputsResult result, long? builtFor, CutLink? cut, IReadOnlyDictionary<string, string> typed) =>
        (Result, BuiltFor, Cut, Typed) = (result, builtFor, cut, typed);

    /// <summary>The inputs, and what is wrong with them.</summary>
    public InputsResult Result { get; }

    /// <summary>The users for whom the servers were made; null when they grow along.</summary>
    public long? BuiltFor { get; }

    /// <summary>The link that is cut; null when none is.</summary>
    public CutLink? Cut { get; }

    /// <summary>The fields as they were sent, for one that can't be used.</summary>
    public IReadOnlyDictionary<string, string> Typed { get; }

    /// <summary>Reads it.</summary>
    public static LabRequest Read(IQueryCollection query)
    {
        // A field that was emptied is as shipped.
        var typed = query.Where(pair => pair.Key is not (BuiltForName or CutName) && pair.Value.ToString().Trim().Length > 0)
            .ToDictionary(pair => pair.Key, pair => pair.Value.ToString().Trim());
        var result = Inputs.Read(typed);
        var (builtForText, cutText) = (query[BuiltForName].ToString().Trim(), query[CutName].ToString().Trim());
        var (builtFor, cut) = ((long?)null, CutLink.All.FirstOrDefault(link => link.Id == cutText));
        var faults = result.Faults.ToList();
        if (builtForText.Length > 0)
        {
            var read = Inputs.Read([new("users", builtForText)]);
            if (read.Faults.Count == 0) builtFor = read.Inputs.Users;
            faults.AddRange(read.Faults.Select(fault => fault with { Name = BuiltForName }));
        }
        if (cutText.Length > 0 && cut is null) faults.Add(new InputFault(CutName, InputProblem.Unknown, Phrase.Fill(Texts.LabNoLink, string.Join(", ", CutLink.All.Select(link => link.Id)))));
        return new LabRequest(result with { Faults = faults }, builtFor, cut, typed);
    }

    /// <summary>What a field shows.</summary>
    public string Text(string name, double value) => Typed.TryGetValue(name, out var text) ? text : value.ToString(CultureInfo.InvariantCulture);

    /// <summary>The query that asks for the same, with other users, and as a file where there is a format.</summary>
    public string Query(long? users = null, string? format = null)
    {
        var parts = new List<string> { $"users={users ?? Result.Inputs.Users}" };
        if (BuiltFor is { } built) parts.Add($"{BuiltForName}={built}");
        if (Cut is { } cut) parts.Add($"{CutName}={cut.Id}");
        parts.AddRange(Result.Inputs.Changes.OrderBy(pair => pair.Key, StringComparer.Ordinal).Select(pair => $"{pair.Key}={pair.Value.ToString("R", CultureInfo.InvariantCulture)}"));
        if (format is not null) parts.Add($"format={format}");
        return "?" + string.Join('&', parts);
    }
}
