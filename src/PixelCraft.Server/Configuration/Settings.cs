using System.ComponentModel;
using System.ComponentModel.DataAnnotations;
using System.Globalization;
using System.Reflection;
using System.Text.RegularExpressions;

namespace PixelCraft.Server.Configuration;

/// <summary>
/// The whole configuration: from <c>pixelcraft.json</c>, then the environment (<c>PIXELCRAFT_Redis__Connection</c>), then
/// <c>--set Redis:Connection=…</c>. Every setting is a property of an options class; one that none has is a fault.
/// </summary>
internal sealed partial class Settings
{
    private readonly Dictionary<Type, object> _options = [];

    private Settings(IConfiguration configuration) => Configuration = configuration;

    /// <summary>Every setting there is, in the order of the sections.</summary>
    public static IReadOnlyList<Setting> All { get; } = [.. Section.All.SelectMany(Setting.Of)];

    public IConfiguration Configuration { get; }

    /// <summary>What is wrong with the values, each with its setting; empty when all is right.</summary>
    public IReadOnlyList<string> Faults { get; private set; } = [];

    /// <summary>Reads the configuration and finds every fault in it.</summary>
    /// <param name="sets">The values of <c>--set</c>, <c>Key=value</c>.</param>
    /// <param name="file">The path of a JSON file; null takes <c>pixelcraft.json</c> in the working folder where there is one.</param>
    public static Settings Load(IReadOnlyCollection<string> sets, string? file)
    {
        var faults = new List<string>();
        var builder = new ConfigurationBuilder();
        builder.AddJsonFile(Path.GetFullPath(file ?? "pixelcraft.json"), optional: file is null);
        builder.AddEnvironmentVariables("PIXELCRAFT_");
        var pairs = sets.Select(set => set.Split('=', 2)).ToList();
        faults.AddRange(pairs.Where(pair => pair.Length != 2).Select(pair => $"--set {pair[0]}: write it as Key=value."));
        // Of one that is repeated the last counts.
        builder.AddInMemoryCollection(pairs.Where(pair => pair.Length == 2)
            .GroupBy(pair => pair[0], StringComparer.OrdinalIgnoreCase)
            .Select(group => KeyValuePair.Create(group.Key, (string?)group.Last()[1])));

        IConfiguration configuration;
        try
        {
            configuration = builder.Build();
        }
        catch (Exception e) when (e is InvalidDataException or IOException or UnauthorizedAccessException)
        {
            faults.Add(e.Message + (e.InnerException is { } inner ? " " + inner.Message : ""));
            configuration = new ConfigurationBuilder().Build();
        }

        var settings = new Settings(configuration);
        faults.AddRange(settings.UnknownKeys());
        foreach (var section in Section.All) settings._options[section.Options] = settings.Bind(section, faults);
        if (faults.Count == 0) faults.AddRange(Adapters.Faults(settings));
        settings.Faults = faults;
        return settings;
    }

    /// <summary>The options of a class, as configured.</summary>
    public T Get<T>() => (T)_options[typeof(T)];

    /// <summary>Registers every options class as <c>IOptions</c>.</summary>
    public void AddOptions(IServiceCollection services)
    {
        foreach (var section in Section.All) section.Register(services, Configuration);
    }

    /// <summary>The settings whose value is not the default, with that value as text; secrets hidden.</summary>
    public IEnumerable<(Setting Setting, string Value)> Differences() =>
        from setting in All
        let value = setting.Value(_options[setting.Owner])
        where !Equals(value, setting.Default)
        select (setting, setting.IsSecret ? "(hidden)" : UserInfo().Replace(Setting.Text(value), "//(hidden)@"));

    /// <summary>A name and password inside a URL.</summary>
    [GeneratedRegex("//[^/@]*@")]
    private static partial Regex UserInfo();

    private IEnumerable<string> UnknownKeys()
    {
        var known = All.Select(setting => setting.Key).ToHashSet(StringComparer.OrdinalIgnoreCase);
        return from pair in Configuration.AsEnumerable()
               where pair.Value is not null && !known.Contains(pair.Key)
               let near = known.MinBy(key => Distance(key.ToUpperInvariant(), pair.Key.ToUpperInvariant()))
               select $"{pair.Key}: there is no such setting. Did you mean {near}?";
    }

    private object Bind(Section section, List<string> faults)
    {
        var options = Activator.CreateInstance(section.Options)!;
        foreach (var setting in All.Where(setting => setting.Owner == section.Options))
        {
            if (Configuration[setting.Key] is not { } text) continue;
            if (setting.TrySet(options, text)) continue;
            faults.Add($"{setting.Key}: '{(setting.IsSecret ? "(hidden)" : text)}' is not {setting.Form}.");
        }
        var results = new List<ValidationResult>();
        Validator.TryValidateObject(options, new ValidationContext(options), results, validateAllProperties: true);
        faults.AddRange(results.Select(result => $"{(section.Name.Length == 0 ? "" : section.Name + ":")}{string.Join(", ", result.MemberNames)}: {result.ErrorMessage}"));
        return options;
    }

    /// <summary>Levenshtein's distance, for the suggestion.</summary>
    private static int Distance(string a, string b)
    {
        var row = Enumerable.Range(0, b.Length + 1).ToArray();
        for (var i = 1; i <= a.Length; i++)
        {
            var diagonal = row[0];
            row[0] = i;
            for (var j = 1; j <= b.Length; j++)
                (diagonal, row[j]) = (row[j], Math.Min(Math.Min(row[j], row[j - 1]) + 1, diagonal + (a[i - 1] == b[j - 1] ? 0 : 1)));
        }
        return row[^1];
    }
}

/// <summary>One setting: a property of an options class, or of a class within it.</summary>
/// <param name="Key">As it is configured: <c>Limits:SignIn:Permits</c>.</param>
/// <param name="Owner">The options class.</param>
/// <param name="Path">From the options class to the property.</param>
/// <param name="Default">The value when nothing is configured.</param>
internal sealed record Setting(string Key, Type Owner, IReadOnlyList<PropertyInfo> Path, object? Default)
{
    public bool IsSecret => Property.GetCustomAttribute<SecretAttribute>() is not null;

    /// <summary>What a value must look like, for messages.</summary>
    public string Form => (Nullable.GetUnderlyingType(Property.PropertyType) ?? Property.PropertyType) switch
    {
        { IsEnum: true } type => "one of " + string.Join(", ", Enum.GetNames(type).Select(name => name.ToLowerInvariant())),
        var type when type == typeof(TimeSpan) => "a time such as 00:05:00 or 7.00:00:00",
        var type when type == typeof(bool) => "true or false",
        _ => "a number",
    };

    private PropertyInfo Property => Path[^1];

    public static IEnumerable<Setting> Of(Section section) =>
        Of(section.Name, section.Options, [], Activator.CreateInstance(section.Options)!);

    public object? Value(object options) => Path.Aggregate((object?)options, (value, property) => property.GetValue(value));

    public static string Text(object? value) => Convert.ToString(value, CultureInfo.InvariantCulture) ?? "";

    public bool TrySet(object options, string text)
    {
        try
        {
            var type = Property.PropertyType;
            // An enum's numbers are no names.
            if (type.IsEnum && !Enum.GetNames(type).Contains(text, StringComparer.OrdinalIgnoreCase)) return false;
            var owner = Path.SkipLast(1).Aggregate((object?)options, (value, property) => property.GetValue(value));
            Property.SetValue(owner, type == typeof(string) ? text : TypeDescriptor.GetConverter(type).ConvertFromInvariantString(text));
            return true;
        }
        catch (Exception e) when (e is FormatException or ArgumentException or OverflowException or NotSupportedException)
        {
            return false;
        }
    }

    private static IEnumerable<Setting> Of(string section, Type owner, PropertyInfo[] path, object options)
    {
        foreach (var property in options.GetType().GetProperties().Where(property => property.CanWrite))
        {
            var key = section.Length == 0 ? property.Name : $"{section}:{property.Name}";
            var value = property.GetValue(options);
            if (property.PropertyType.IsClass && property.PropertyType != typeof(string))
                foreach (var inner in Of(key, owner, [.. path, property], value!)) yield return inner;
            else
                yield return new Setting(key, owner, [.. path, property], value);
        }
    }
}
