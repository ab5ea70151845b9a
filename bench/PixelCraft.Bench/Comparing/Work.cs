using PixelCraft.Bench.Measuring;
using PixelCraft.Bench.Seeding;
using PixelCraft.Ids;
using PixelCraft.Images.Contracts;

namespace PixelCraft.Bench.Comparing;

/// <summary>One kind of request, as both servers are asked it.</summary>
/// <param name="Name">Its row in the table; also what <c>--only</c> names.</param>
/// <param name="Aim">PixelCraft's CPU as a share of the peer's that is aimed at; null where it is only told.</param>
/// <param name="Ours">The requests to PixelCraft.</param>
/// <param name="Peers">The requests to the peer; the function writes an id as the peer does.</param>
/// <param name="Items">Images that a list must have; null where the answer is no list.</param>
internal sealed record Work(
    string Name, double? Aim, Func<Seeded, IEnumerable<Request>> Ours, Func<Seeded, Func<Id, string>, IEnumerable<Request>> Peers, int? Items = null)
{
    public static IReadOnlyList<Work> All { get; } =
    [
        new("floor", null,
            _ => [new("/health/live")],
            (_, _) => [new("/health/ready")]),
        new("metadata", 0.7,
            data => data.Shown.Select((image, i) => new Request($"/api/v1/images/{image.Id}", Cookie(data, i))),
            (data, id) => data.Shown.Select((image, i) => new Request($"/api/v1/images/{id(image.Id)}", Cookie(data, i)))),
        new("list", 0.4,
            data => data.Positions.Select((image, i) => new Request($"/api/v1/images?limit=50&after={image.Id}", Cookie(data, i))),
            (data, id) => data.Positions.Select((image, i) => new Request($"/api/v1/images?limit=50&after={id(image.Id)}", Cookie(data, i))), 50),
        new("list-tag", 0.4,
            data => data.Sessions.Select(session => new Request($"/api/v1/images?limit=50&tag={Seeder.RareTag}", session.Key)),
            (data, _) => data.Sessions.Select(session => new Request($"/api/v1/images?limit=50&tag={Seeder.RareTag}", session.Key)), 3),
        // The peer asks the same table for the same words, as whole ones.
        new("search-rare", null,
            data => data.Shown.Select((image, i) => new Request($"/api/v1/images?limit=50&q={Number(image)}%20photograph", Cookie(data, i))),
            (data, _) => data.Shown.Select((image, i) => new Request($"/api/v1/images?limit=50&q={Number(image)}%20photograph", Cookie(data, i))), 1),
        new("search-common", null,
            data => data.Sessions.Select(session => new Request("/api/v1/images?limit=50&q=seeded%20photograph", session.Key)),
            (data, _) => data.Sessions.Select(session => new Request("/api/v1/images?limit=50&q=seeded%20photograph", session.Key)), 50),
        new("list-1-percent", 0.4,
            data => Others(data).Select(session => new Request($"/api/v1/images?limit=50&owner={data.Shy}", session.Key)),
            (data, id) => Others(data).Select(session => new Request($"/api/v1/images?limit=50&owner={id(data.Shy)}", session.Key)), 50),
        new("variant", 0.35,
            data => data.WithFiles.Select(image => new Request($"/i/{image.Id}/{image.ContentHash}/400.webp")),
            (data, id) => data.WithFiles.Select(image => new Request($"/i/{id(image.Id)}/{image.ContentHash}/400.webp"))),
        new("variant-session", 0.35,
            data => data.Hidden.Select((image, i) => new Request($"/p/{image.Id}/400.webp", data.Sessions[i % 10].Key)),
            (data, id) => data.WithFiles.Select((image, i) => new Request($"/v/{id(image.Id)}/400.webp", Cookie(data, i)))),
        new("upload", 0.5,
            data => [.. data.Sessions.Select(session => new Request("/api/v1/images", session.Key, "POST", data.UploadBody))],
            (data, _) => [.. data.Sessions.Select(session => new Request("/api/v1/images", session.Key, "POST", data.UploadBody))]),
    ];

    /// <summary>The word that this image alone has: the number in IMG_1234.jpg.</summary>
    private static string Number(ImageRecord image) => image.FileName[4..^4];

    private static string Cookie(Seeded data, int i) => data.Sessions[i % data.Sessions.Count].Key;

    private static IEnumerable<SeededSession> Others(Seeded data) => data.Sessions.Where(session => session.Member != data.Shy);
}
