using PixelCraft.Consistency;

namespace PixelCraft.Capacity.Contracts;

/// <summary>A link between servers, and the ports whose data goes over it.</summary>
/// <param name="Id">The resource at its end.</param>
/// <param name="Between">What it joins, for people.</param>
/// <param name="Ports">The ports. What becomes of their data is declared beside them, and said nowhere else.</param>
public sealed record CutLink(string Id, string Between, IReadOnlyList<string> Ports)
{
    /// <summary>The links that can be cut in a diagram.</summary>
    public static IReadOnlyList<CutLink> All { get; } =
    [
        new("edge", "Edge and load balancers", ["IEdge"]),
        new("catalogue", "Servers and catalogue", ["IMemberStore", "IMemberView", "IMailOutbox", "ICatalogue", "ICatalogueView", "ICommentStore"]),
        new("redis", "Servers and Redis", ["ISessionStore", "IRateLimiter", "ICache", "IChangeNotices", "IJobQueue", "IEventStream", "ILiveBackplane"]),
        new("analytics", "Workers and analytics database", ["IEventStore"]),
        new("object_store", "Servers and object store", ["IObjectStore"]),
    ];

    /// <summary>Ports that nothing is kept behind.</summary>
    internal static IReadOnlyList<string> Nowhere { get; } = ["IImageEngine", "IMailSender"];

    /// <summary>What becomes of the data that goes over this link, as the ports declare it.</summary>
    public IEnumerable<DataConsistency> Affected => ConsistencyChoices.All.Where(kind => Ports.Contains(kind.Port));

    /// <summary>The data that doesn't, and goes on as it was.</summary>
    public IEnumerable<DataConsistency> Unaffected => ConsistencyChoices.All.Where(kind => kind.Choice is not Choice.None && !Ports.Contains(kind.Port));
}
