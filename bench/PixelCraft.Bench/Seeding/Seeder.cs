using System.Security.Cryptography;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.DependencyInjection;
using PixelCraft.Accounts;
using PixelCraft.Accounts.Sessions;
using PixelCraft.Adapters.EntityFramework;
using PixelCraft.Adapters.EntityFramework.Catalogue;
using PixelCraft.Ids;
using PixelCraft.Images.Contracts;
using PixelCraft.Server.Configuration;
using PixelCraft.Storage;

namespace PixelCraft.Bench.Seeding;

/// <summary>
/// Fills an empty installation: 100 members with ten sessions each, and images that are a second apart. Every other image belongs
/// to one member, the shy one, and of those one in a hundred is public; the others' are all public. Three images have the
/// tag <see cref="RareTag"/>. Everything goes through the program's own stores and model.
/// </summary>
internal sealed class Seeder(Settings settings)
{
    public const string RareTag = "rare";
    public const int VariantBytes = 30_720;
    private const int Members = 100;
    private const int SessionsEach = 10;
    private const int WithFiles = 100;
    private const int Samples = 1_000;
    private static readonly int[] Sizes = [200, 400, 800, 1600];

    public async Task<Seeded> FillAsync(int images, CancellationToken cancellationToken)
    {
        await using var services = Build();
        foreach (var database in services.GetServices<IModuleDatabase>()) await database.MigrateAsync(cancellationToken);
        var members = await AddMembersAsync(services, cancellationToken);
        var sessions = await AddSessionsAsync(services, members, cancellationToken);

        var records = new Records(images, [.. members.Select(member => member.Id)]);
        await using (var db = await services.GetRequiredService<IDbContextFactory<CatalogueDbContext>>().CreateDbContextAsync(cancellationToken))
        {
            await BulkInsert.AllAsync(db, records.All(), cancellationToken);
            await BulkInsert.AllAsync(db, records.All().SelectMany(ImageTag.Of), cancellationToken);
            await BulkInsert.AllAsync(db, records.All().SelectMany(ImageWord.Of), cancellationToken);
        }

        var random = new Random(1);
        var shown = Enumerable.Range(0, Samples).Select(_ => records.At(random.Next(images / 2) * 2)).ToList();
        // Not among the oldest hundred: a page of 50 must follow them.
        var positions = Enumerable.Range(0, Samples).Select(_ => records.At((100 + random.Next(images / 2 - 100)) * 2)).ToList();
        var hidden = Enumerable.Range(1, WithFiles).Select(i => records.At(i * 2 + 1)).Where(image => image.Visibility == Visibility.Private).ToList();
        var store = services.GetRequiredService<IObjectStore>();
        var file = new byte[VariantBytes];
        random.NextBytes(file);
        foreach (var image in shown.Take(WithFiles).Concat(hidden))
            await store.PutAsync(ObjectKeys.Variant(image.Id, 400, VariantFormat.WebP), new MemoryStream(file), "image/webp", cancellationToken);
        return new Seeded(records.Shy, sessions, shown, positions, [.. shown.Take(WithFiles)], hidden, file);
    }

    /// <summary>The stores that the settings choose, as the server has them.</summary>
    private ServiceProvider Build()
    {
        var services = new ServiceCollection().AddLogging().AddMetrics();
        settings.AddOptions(services);
        PixelCraft.Server.Adapters.Add(services, settings);
        services.AddAccountsWorker();
        return services.BuildServiceProvider();
    }

    private static async Task<List<Member>> AddMembersAsync(IServiceProvider services, CancellationToken cancellationToken)
    {
        var store = services.GetRequiredService<IMemberStore>();
        var ids = services.GetRequiredService<IdGenerator>();
        var members = new List<Member>();
        for (var i = 0; i < Members; i++)
        {
            var email = $"member{i}@example.org";
            var member = new Member
            {
                Id = ids.ForMember(),
                Name = $"Member {i}",
                CreatedAt = DateTimeOffset.UtcNow,
                SecurityStamp = $"stamp-{i}",
                UserName = email,
                NormalizedUserName = email.ToUpperInvariant(),
                Email = email,
                NormalizedEmail = email.ToUpperInvariant(),
            };
            await store.AddAsync(member, null, cancellationToken);
            members.Add(member);
        }
        return members;
    }

    private static async Task<List<SeededSession>> AddSessionsAsync(IServiceProvider services, List<Member> members, CancellationToken cancellationToken)
    {
        var sessions = services.GetRequiredService<SessionService>();
        var made = new List<SeededSession>();
        foreach (var member in members)
            for (var i = 0; i < SessionsEach; i++)
                made.Add(new SeededSession(member.Id, await sessions.StartAsync(member.Id, member.SecurityStamp!, "wrk", "127.0.0.1", cancellationToken)));
        return made;
    }

    /// <summary>The records by number, oldest first; the same each time it is asked.</summary>
    private sealed class Records(int count, Id[] members)
    {
        private readonly DateTimeOffset _begin = DateTimeOffset.UtcNow.AddSeconds(-count - 60);

        public Id Shy => members[0];

        public IEnumerable<ImageRecord> All() => Enumerable.Range(0, count).Select(At);

        public ImageRecord At(int i)
        {
            var isShy = i % 2 == 1;
            var owner = isShy ? Shy : members[1 + i / 2 % (members.Length - 1)];
            var at = _begin.AddSeconds(i);
            List<string> tags = ["all", $"tag{i % 1_000:d3}"];
            // Near both ends and in the middle; never the shy one's.
            if (i == count / 20 * 2 || i == count / 4 * 2 || i == count - 2) tags.Insert(1, RareTag);
            return new ImageRecord
            {
                Id = Id.Create(at, owner.Shard, (ulong)(i * 2654435761L)),
                OwnerId = owner,
                Title = $"Image {i}",
                Description = "A photograph, seeded to measure with.",
                Tags = tags,
                Visibility = isShy && i % 200 != 1 ? Visibility.Private : Visibility.Public,
                Status = ImageStatus.Ready,
                FileName = $"IMG_{i}.jpg",
                ContentType = "image/jpeg",
                Bytes = 3_240_276,
                Sha256 = Convert.ToHexStringLower(SHA256.HashData(BitConverter.GetBytes(i))), // a member has the same bytes only once
                Width = 4032,
                Height = 3024,
                ThumbHash = "1QcSHQRnh493V4dIh4eXh1h4kJUI",
                ContentHash = $"{i:d16}",
                Variants = [.. Sizes.Select(size => new Variant(size, size, size * 3 / 4, size == 400 ? VariantBytes : size * 70L))],
                CreatedAt = at,
                UpdatedAt = at,
            };
        }
    }
}

/// <summary>What was seeded, as far as it is asked for.</summary>
/// <param name="Shy">The member of whose images others may see 1%.</param>
/// <param name="Sessions">All sessions; the first ten are the shy member's.</param>
/// <param name="Shown">Public images, drawn at random.</param>
/// <param name="Positions">Where pages begin, drawn at random.</param>
/// <param name="WithFiles">Those of <paramref name="Shown"/> whose variant of 400 is in the object store.</param>
/// <param name="Hidden">Private images of the shy member with such a file.</param>
/// <param name="File">Its bytes.</param>
internal sealed record Seeded(
    Id Shy, List<SeededSession> Sessions, List<ImageRecord> Shown, List<ImageRecord> Positions, List<ImageRecord> WithFiles, List<ImageRecord> Hidden, byte[] File)
{
    /// <summary>A file with the body of an upload; null when none is to be made.</summary>
    public string? UploadBody { get; init; }
}

/// <summary>A session: whose, and the value of its cookie.</summary>
internal sealed record SeededSession(Id Member, string Key);
