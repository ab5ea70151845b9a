using System.Text.Json.Serialization;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.Options;
using PixelCraft.Accounts.Contracts;
using PixelCraft.Analytics.Contracts;
using PixelCraft.Http;
using PixelCraft.Ids;
using PixelCraft.Images.Contracts;
using PixelCraft.Limits;

namespace PixelCraft.Analytics;

/// <summary>Takes events from everybody, and shows an image's owner what came of it.</summary>
internal static class AnalyticsApi
{
    private const int MostEvents = 200;
    private const int MostDays = 366;
    private const int MostBytes = 64 * 1024;

    /// <summary>By how much a client's clock may be fast.</summary>
    private static readonly TimeSpan Fast = TimeSpan.FromHours(1);

    public static void Map(IEndpointRouteBuilder routes)
    {
        var api = routes.MapGroup("/api/v1").WithTags("Analytics").RequireRateLimit(LimitPolicy.Api);
        api.MapPost("/events", TakeAsync).WithMetadata(new Microsoft.AspNetCore.Mvc.RequestSizeLimitAttribute(MostBytes))
            .WithName("SendEvents").WithSummary("Tell what happened to images")
            .WithDescription($"1 to {MostEvents} events, each with a UUID of your making: sent again, it counts once. 202 means that they will be counted, also if parts of PixelCraft are away.");
        api.MapGet("/images/{id}/insights", InsightsAsync).RequireAuthorization(Policies.Read)
            .WithName("GetInsights").WithSummary("How often what happened to your image")
            .WithDescription("By UTC day, the newest last; days without events are left out. Counts lag behind the events.");
    }

    private static async Task<Results<Accepted, ProblemHttpResult>> TakeAsync(
        EventsInput input, EventIntake intake, TimeProvider time, IOptions<AnalyticsOptions> options, CancellationToken cancellationToken)
    {
        if (input.Events is not { Count: > 0 and <= MostEvents } events) return Problems.Field("events", $"1 to {MostEvents}.");
        var now = time.GetUtcNow();
        var taken = new List<ImageEvent>(events.Count);
        foreach (var one in events)
        {
            if (one is not { Id: { } id, Kind: { } kind, Image: { } image, At: { } at } || !Enum.IsDefined(kind))
                return Problems.Field("events", "each has an id, a kind, an image and a time (at).");
            if (at > now + Fast || at < now - options.Value.EventTime)
                return Problems.Field("events", $"{id} is not of the last {options.Value.EventTime.TotalDays:0.#} days.");
            taken.Add(new ImageEvent(id, kind, image, at > now ? now : at.ToUniversalTime()));
        }
        await intake.AppendAsync(taken, cancellationToken);
        return TypedResults.Accepted((string?)null);
    }

    private static async Task<Results<Ok<InsightsView>, ProblemHttpResult>> InsightsAsync(
        Id id, int? days, HttpContext http, IImages images, IEventStore store, TimeProvider time, CancellationToken cancellationToken)
    {
        http.Response.Headers.CacheControl = "private, no-cache";
        if (days is < 1 or > MostDays) return Problems.Field("days", $"1 to {MostDays}.");
        var caller = Caller.From(http.User);
        if (await images.FindAsync(caller, id, cancellationToken) is not { } image || !caller.Is(image.OwnerId)) return Problems.NotFound.Result();
        var today = DateOnly.FromDateTime(time.GetUtcNow().UtcDateTime);
        var counts = await store.CountsAsync(id, today.AddDays(1 - (days ?? 30)), today, cancellationToken);
        return TypedResults.Ok(new InsightsView(id, Total(counts), [.. counts.GroupBy(count => count.Day).Select(day => new DayView(day.Key, Total(day)))]));
    }

    private static CountsView Total(IEnumerable<DailyCount> counts)
    {
        var by = counts.ToLookup(count => count.Kind, count => count.Count);
        return new CountsView(by[EventKind.Viewed].Sum(), by[EventKind.Downloaded].Sum(), by[EventKind.Linked].Sum());
    }
}

/// <summary>A batch of events.</summary>
internal sealed record EventsInput(IReadOnlyList<EventInput?>? Events);

/// <summary>One event; all fields are needed.</summary>
internal sealed record EventInput(Guid? Id = null, EventKind? Kind = null, Id? Image = null, DateTimeOffset? At = null);

/// <summary>What happened to an image in the days asked for.</summary>
internal sealed record InsightsView(Id Image, CountsView Total, IReadOnlyList<DayView> Days);

/// <summary>What happened on a UTC day.</summary>
internal sealed record DayView(DateOnly Day, CountsView Counts);

/// <summary>How often.</summary>
internal sealed record CountsView(long Viewed, long Downloaded, long Linked);

/// <summary>The JSON of this module, generated at build time.</summary>
[JsonSourceGenerationOptions(System.Text.Json.JsonSerializerDefaults.Web)]
[JsonSerializable(typeof(EventsInput))]
[JsonSerializable(typeof(InsightsView))]
internal sealed partial class AnalyticsJson : JsonSerializerContext;
