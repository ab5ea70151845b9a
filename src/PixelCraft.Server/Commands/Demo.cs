using System.Globalization;
using System.Security.Cryptography;
using System.Text.RegularExpressions;
using PixelCraft.Accounts.Contracts;
using PixelCraft.Ids;
using PixelCraft.Images.Contracts;

namespace PixelCraft.Server.Commands;

/// <summary>
/// What <c>--demo</c> begins with: two members and a public gallery, taken in as any upload is. Does nothing where there
/// are members already.
/// </summary>
/// <param name="photographs">A folder of JPEG files; null, or one without any, has images generated.</param>
internal sealed partial class Demo(string? photographs)
{
    private const int MaxPhotographs = 40;
    private const int GeneratedImages = 16;
    private static readonly (string Email, string Name, bool IsAdministrator)[] Members =
        [("ada@example.org", "Ada", true), ("ben@example.org", "Ben", false)];

    private string? _password;

    public async Task FillAsync(IServiceProvider services, CancellationToken cancellationToken)
    {
        await using var scope = services.CreateAsyncScope();
        if (!await scope.ServiceProvider.GetRequiredService<ISignIn>().IsFirstAsync(cancellationToken)) return;

        _password = RandomNumberGenerator.GetString("abcdefghijkmnpqrstuvwxyz23456789", 12);
        var owners = new List<Id>();
        foreach (var (email, name, isAdministrator) in Members)
        {
            var result = await scope.ServiceProvider.GetRequiredService<IMemberAdmission>()
                .AdmitAsync(new Registration(email, name, _password, null), isAdministrator, cancellationToken);
            owners.Add(result.Member ?? throw new InvalidOperationException($"The demo's member {email} was refused: {string.Join(' ', result.Errors.Values)}"));
        }

        var uploads = scope.ServiceProvider.GetRequiredService<IUploads>();
        var images = scope.ServiceProvider.GetRequiredService<IImages>();
        var number = 0;
        foreach (var (name, open) in Files())
        {
            var owner = owners[number++ % owners.Count];
            await using var content = open();
            var image = await uploads.ReceiveAsync(owner, name, Visibility.Public, content, null, cancellationToken);
            var edit = new ImageEdit(TitleOf(name), null, ["demo"], null);
            await images.EditAsync(new Caller(owner, IsAdministrator: false, CanWrite: true), image.Id, edit, null, cancellationToken);
        }
    }

    /// <summary>Tells who can sign in; only after they were made, since the password is kept nowhere.</summary>
    public void Tell()
    {
        if (_password is null)
        {
            Console.WriteLine("The demo was begun before: its members and their password are those that were printed then. For a new one, remove the data folder.");
            return;
        }
        Console.WriteLine();
        Console.WriteLine("The demo's members, both with the password " + _password);
        foreach (var (email, name, isAdministrator) in Members) Console.WriteLine($"  {email}  ({name}{(isAdministrator ? ", administrator" : "")})");
        Console.WriteLine();
    }

    private IEnumerable<(string Name, Func<Stream> Open)> Files()
    {
        // One photograph may be there in several sizes: "elephants", "elephants-3840x2160".
        var files = photographs is not null && Directory.Exists(photographs)
            ? Directory.EnumerateFiles(photographs).Where(file => Path.GetExtension(file).ToLowerInvariant() is ".jpg" or ".jpeg")
                .Order(StringComparer.Ordinal).DistinctBy(file => Sizes().Replace(Path.GetFileNameWithoutExtension(file), "")).Take(MaxPhotographs).ToList()
            : [];
        if (files.Count > 0) return files.Select(file => (Path.GetFileName(file), (Func<Stream>)(() => File.OpenRead(file))));
        return Enumerable.Range(1, GeneratedImages).Select(number => ($"generated {number}.png", (Func<Stream>)(() => GeneratedImage.Png(number))));
    }

    [GeneratedRegex("-[0-9]+x[0-9]+$", RegexOptions.CultureInvariant)]
    private static partial Regex Sizes();

    /// <summary>"sunset-by-aitzol-berasategi.jpg" as "Sunset by Aitzol Berasategi".</summary>
    private static string TitleOf(string fileName)
    {
        var words = Path.GetFileNameWithoutExtension(fileName).Split(['_', '-', ' '], StringSplitOptions.RemoveEmptyEntries);
        var by = Array.IndexOf(words, "by");
        for (var i = 0; i < words.Length; i++)
            if (i == 0 || (by > 0 && i > by)) words[i] = string.Create(CultureInfo.InvariantCulture, $"{char.ToUpperInvariant(words[i][0])}{words[i][1..]}");
        return words.Length == 0 ? fileName : string.Join(' ', words);
    }
}
