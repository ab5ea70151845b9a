using PixelCraft.Accounts;
using PixelCraft.Adapters.OpenApi;
using PixelCraft.Adapters.SignalR;
using PixelCraft.Analytics;
using PixelCraft.Capacity;
using PixelCraft.Delivery;
using PixelCraft.Images;
using PixelCraft.Jobs;
using PixelCraft.Live;
using PixelCraft.Mail;
using PixelCraft.Web;

namespace PixelCraft.Server;

/// <summary>A part of the program that a process role can run.</summary>
/// <param name="Name">For logs and tests.</param>
/// <param name="Add">Registers its services.</param>
/// <param name="Map">Maps its routes; null when it has none.</param>
internal sealed record Part(string Name, Action<IServiceCollection> Add, Action<WebApplication>? Map = null)
{
    /// <summary>Adds to what every request passes, after who makes it is known; null when it adds nothing.</summary>
    public Action<WebApplication>? Use { get; init; }

    /// <summary>Only what it does for other parts of the same process: its contracts, without its routes.</summary>
    public Part Contracts() => this with { Map = null, Use = null };
}

/// <summary>Which parts a process role runs. The one place that knows roles: no part asks in which it is.</summary>
internal static class Roles
{
    /// <summary>The role that may keep its data in the embedded stores, since it is the only process there.</summary>
    public const string All = "all";

    /// <summary>The role of WebSocket servers.</summary>
    public const string Realtime = "realtime";

    private static readonly Part Access = new("access", services => services.AddAccess());
    private static readonly Part Accounts = new("accounts", services => services.AddAccounts(), app => app.MapAccounts());
    private static readonly Part AccountsWorker = new("accounts worker", services => services.AddAccountsWorker());
    private static readonly Part Mail = new("mail", services => services.AddMail());
    private static readonly Part MailWorker = new("mail worker", services => services.AddMailWorker());
    private static readonly Part Images = new("images", services => services.AddImages(), app => app.MapImages());
    private static readonly Part ImagesWorker = new("images worker", services => services.AddImagesWorker());
    private static readonly Part Delivery = new("delivery", services => services.AddDelivery(), app => app.MapDelivery());
    private static readonly Part DeliveryWorker = new("delivery worker", services => services.AddDeliveryWorker());
    private static readonly Part Analytics = new("analytics", services => services.AddAnalytics(), app => app.MapAnalytics());
    private static readonly Part AnalyticsWorker = new("analytics worker", services => services.AddAnalyticsWorker());
    private static readonly Part Live = new("live", services => services.AddLive().AddLiveProtocol(), app => app.MapLive());
    private static readonly Part Capacity = new("capacity", services => services.AddCapacity(), app => app.MapCapacity());
    private static readonly Part Pages = new("pages", services => services.AddPages(), app => app.MapPages()) { Use = app => app.UseAntiforgery() };
    private static readonly Part Reference = new("API reference", services => services.AddApiReference(Product.Version), app => app.MapApiReference());
    private static readonly Part JobAdministration = new("job administration", services => services.AddJobAdministration(), app => app.MapJobAdministration());
    private static readonly Part JobRunner = new("job runner", services => services.AddJobRunner());

    /// <summary>Role to parts.</summary>
    public static IReadOnlyDictionary<string, IReadOnlyList<Part>> Table { get; } = new Dictionary<string, IReadOnlyList<Part>>
    {
        [All] = [Access, Accounts, AccountsWorker, Mail, MailWorker, Images, ImagesWorker, Delivery, DeliveryWorker, Analytics, AnalyticsWorker, Live, Capacity, Pages, Reference, JobAdministration, JobRunner],
        ["web"] = [Access, Accounts, Mail, Images, Delivery, Analytics, Live, Capacity, Pages, Reference, JobAdministration],
        [Realtime] = [Access, Images.Contracts(), Live],
        ["worker"] = [AccountsWorker, MailWorker, ImagesWorker, DeliveryWorker, AnalyticsWorker, JobRunner],
        ["accounts"] = [Access, Accounts, Mail, Images.Contracts(), Delivery.Contracts(), Capacity.Contracts(), Pages],
        ["analytics"] = [Access, Images.Contracts(), Analytics],
        ["images"] = [Access, Accounts.Contracts(), Mail, Images, Delivery, Capacity, Pages, Reference, JobAdministration],
    };

    /// <summary>
    /// How long a process of a role goes on serving after the signal to stop where nothing else is configured: 5 s, which is more than most load
    /// balancers take to notice, where they send requests; 0 for a worker, which nobody asks, and for the one process that is everything.
    /// </summary>
    public static TimeSpan StopDelay(string role) =>
        role != All && Table[role].Any(part => part.Map is not null) ? TimeSpan.FromSeconds(5) : TimeSpan.Zero;

    /// <summary>
    /// Where each module has processes of its own: which role answers a path and all below it. <c>{}</c> is any one segment. The first that
    /// fits counts. The pages are in each of these processes; theirs are shared out so that a module's go on with it.
    /// </summary>
    public static IReadOnlyList<(string Path, string Role)> Services { get; } =
    [
        ("/api/v1/session", "accounts"),
        ("/api/v1/sessions", "accounts"),
        ("/api/v1/me", "accounts"),
        ("/api/v1/members", "accounts"),
        ("/api/v1/tokens", "accounts"),
        ("/api/v1/invitations", "accounts"),
        ("/api/v1/password-resets", "accounts"),
        ("/sign-in", "accounts"),
        ("/forgot-password", "accounts"),
        ("/reset-password", "accounts"),
        ("/sign-out", "accounts"),
        ("/register", "accounts"),
        ("/account", "accounts"),
        ("/admin/members", "accounts"),
        ("/api/v1/events", "analytics"),
        ("/api/v1/images/{}/insights", "analytics"),
        ("/live", "realtime"),
        ("/", "images"),
    ];
}
