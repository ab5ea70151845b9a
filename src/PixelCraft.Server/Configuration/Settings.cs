using System.ComponentModel;
using System.ComponentModel.DataAnnotations;
using System.Globalization;
using System.Reflection;

namespace PixelCraft.Server.Configuration;

/// <summary>
/// The whole configuration: from <c>pixelcraft.json</c>, then the environment (<c>PIXELCRAFT_Redis__Connection</c>), then
/// <c>--set Redis:Connection=…</c>. Every setting is a property of an options class; one that none has is a fault.
/// </summary>
internal sealed class Settings
{
    private readonly Dictionary<Type, object> _options = [];

    private Settings(IConfiguration configuration) => Configuration = configuration;

    /// <summary>Every setting there is, in the order of the sections.</summary>
    public static IReadOnlyList<Setting> All { get; } = [.. Sections.All.SelectMany(Setting.Of)];

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
        builder.AddInMemoryCollection(pairs.Where(pair => pair.Length == 2).Select(pair => KeyValuePair.Create(pair[0], (string?)pair[1])));

        IConfiguration configuration;
        try
        {
            configuration = builder.Build();
        }
        catch (Exception e) when (e is InvalidDataException or FileNotFoundException)
        {
            return new Settings(new ConfigurationBuilder().Build()) { Faults = [e.Message + (e.InnerException is { } inner ? " " + inner.Message : "")] };
        }

        var settings = new Settings(configuration);
        faults.AddRange(settings.UnknownKeys());
        foreach (var (section, type) in Sections.All) settings._options[type] = settings.Bind(section, type, faults);
        if (faults.Count == 0) faults.AddRange(Adapters.Faults(settings));
        settings.Faults = faults;
        return settings;
    }

    /// <summary>The options of a class, as configured.</summary>
    public T Get<T>() => (T)_options[typeof(T)];

    /// <summary>Registers every options class as <c>IOptions</c>.</summary>
    public void AddOptions(IServiceCollection services)
    {
        foreach (var (type, value) in _options)
        {
            var options = typeof(Microsoft.Extensions.Options.OptionsWrapper<>).MakeGenericType(type);
            services.AddSingleton(typeof(Microsoft.Extensions.Options.IOptions<>).MakeGenericType(type), Activator.CreateInstance(options, value)!);
        }
    }

    /// <summary>The settings whose value is not the default, with that value as text; secrets hidden.</summary>
    public IEnumerable<(Setting Setting, string Value)> Differences() =>
        from setting in All
        let value = setting.Value(_options[setting.Owner])
        where !Equals(value, setting.Default)
        select (setting, setting.IsSecret ? "(hidden)" : Setting.Text(value));

    private IEnumerable<string> UnknownKeys()
    {
        var known = All.Select(setting => setting.Key).ToHashSet(StringComparer.OrdinalIgnoreCase);
        return from pair in Configuration.AsEnumerable()
               where pair.Value is not null && !known.Contains(pair.Key)
               let near = known.MinBy(key => Distance(key.ToUpperInvariant(), pair.Key.ToUpperInvariant()))
               select $"{pair.Key}: there is no such setting. Did you mean {near}?";
    }

    private object Bind(string section, Type type, List<string> faults)
    {
        var options = Activator.CreateInstance(type)!;
        foreach (var setting in All.Where(setting => setting.Owner == type))
        {
            if (Configuration[setting.Key] is not { } text) continue;
            if (setting.TrySet(options, text)) continue;
            faults.Add($"{setting.Key}: '{(setting.IsSecret ? "(hidden)" : text)}' is not {setting.Form}.");
        }
        var results = new List<ValidationResult>();
        Validator.TryValidateObject(options, new ValidationContext(options), results, validateAllProperties: true);
        faults.AddRange(results.Select(result => $"{Prefix(section)}{string.Join(", ", result.MemberNames)}: {result.ErrorMessage}"));
        return options;
    }

    private static string Prefix(string section) => section.Length == 0 ? "" : section + ":";

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

/// <summary>One setting: a property of an options class.</summary>
internal sealed record Setting(string Key, Type Owner, PropertyInfo Property, object? Default)
{
    public bool IsSecret => Property.GetCustomAttribute<SecretAttribute>() is not null || Property.Name is "SecretKey" or "AccessKey" or "Connection";

    /// <summary>What a value must look like, for messages.</summary>
    public string Form => Property.PropertyType switch
    {
        { IsEnum: true } type => "one of " + string.Join(", ", Enum.GetNames(type).Select(name => name.ToLowerInvariant())),
        var type when type == typeof(TimeSpan) => "a time such as 00:05:00 or 7.00:00:00",
        var type when type == typeof(bool) => "true or false",
        _ => "a number",
    };

    public static IEnumerable<Setting> Of((string Section, Type Options) section)
    {
        var defaults = Activator.CreateInstance(section.Options)!;
        return section.Options.GetProperties()
            .Where(property => property.CanWrite)
            .Select(property => new Setting(section.Section.Length == 0 ? property.Name : $"{section.Section}:{property.Name}", section.Options, property, property.GetValue(defaults)));
    }

    public object? Value(object options) => Property.GetValue(options);

    public static string Text(object? value) => Convert.ToString(value, CultureInfo.InvariantCulture) ?? "";

    public bool TrySet(object options, string text)
    {
        try
        {
            var type = Property.PropertyType;
            // An enum's numbers are no names.
            if (type.IsEnum && !Enum.GetNames(type).Contains(text, StringComparer.OrdinalIgnoreCase)) return false;
            Property.SetValue(options, type == typeof(string) ? text : TypeDescriptor.GetConverter(type).ConvertFromInvariantString(text));
            return true;
        }
        catch (Exception e) when (e is FormatException or ArgumentException or OverflowException or NotSupportedException)
        {
            return false;
        }
    }
}
