using PixelCraft.Accounts;
using PixelCraft.Adapters.OpenApi;
using PixelCraft.Delivery;
using PixelCraft.Images;
using PixelCraft.Jobs;
using PixelCraft.Web;

namespace PixelCraft.Server;

/// <summary>A part of the program that a process role can run.</summary>
/// <param name="Name">For logs and tests.</param>
/// <param name="Add">Registers its services.</param>
/// <param name="Map">Maps its routes; null when it has none.</param>
internal sealed record Part(string Name, Action<IServiceCollection> Add, Action<WebApplication>? Map = null);

/// <summary>Which parts a process role runs. The one place that knows roles: no part asks in which it is.</summary>
internal static class Roles
{
    /// <summary>The role that may keep its data in the embedded stores, since it is the only process there.</summary>
    public const string All = "all";

    private static readonly Part Accounts = new("accounts", services => services.AddAccounts(), app => app.MapAccounts());
    private static readonly Part AccountsWorker = new("accounts worker", services => services.AddAccountsWorker());
    private static readonly Part Images = new("images", services => services.AddImages(), app => app.MapImages());
    private static readonly Part ImagesWorker = new("images worker", services => services.AddImagesWorker());
    private static readonly Part Delivery = new("delivery", services => services.AddDelivery(), app => app.MapDelivery());
    private static readonly Part Pages = new("pages", services => services.AddPages(), app => app.MapPages());
    private static readonly Part Reference = new("API reference", services => services.AddApiReference(Product.Version), app => app.MapApiReference());
    private static readonly Part JobRunner = new("job runner", services => services.AddJobRunner());

    /// <summary>Role to parts.</summary>
    public static IReadOnlyDictionary<string, IReadOnlyList<Part>> Table { get; } = new Dictionary<string, IReadOnlyList<Part>>
    {
        [All] = [Accounts, AccountsWorker, Images, ImagesWorker, Delivery, Pages, Reference, JobRunner],
        ["web"] = [Accounts, Images, Delivery, Pages, Reference],
        ["worker"] = [AccountsWorker, ImagesWorker, JobRunner],
    };
}
