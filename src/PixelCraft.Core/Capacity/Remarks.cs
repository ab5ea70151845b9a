using PixelCraft.Capacity.Contracts;

namespace PixelCraft.Capacity;

/// <summary>What doesn't fit together in the inputs, what this version can't do yet, and what a plan leaves out.</summary>
internal static class Remarks
{
    private const double DaysWorthFlagging = 365;
    private const double ServersWorthFlagging = 1_000_000;

    public static IReadOnlyList<Remark> Of(Installation installation, Inputs inputs, Loads loads, double users, RegionalPlan? regional) =>
    [
        .. Contradictions(installation, inputs, loads, users).Concat(BetweenRegions(regional, inputs)).Select(text => new Remark(RemarkKind.Contradiction, text)),
        .. NotYet(installation, inputs).Select(text => new Remark(RemarkKind.NotYet, text)),
        .. LeftOut(installation, inputs).Select(text => new Remark(RemarkKind.LeftOut, text)),
    ];

    private static IEnumerable<string> Contradictions(Installation installation, Inputs inputs, Loads loads, double users)
    {
        var (uploads, images) = (loads.Of("uploads_per_day", users), loads.Of("images", users));
        if (uploads > 0 && images / uploads < DaysWorthFlagging)
            yield return $"{Wording.Number(uploads)} uploads a day pass {Wording.Number(images)} records in {Wording.Number(Math.Ceiling(images / uploads))} days. "
                + "The plan is for that many records: for later, raise images_per_user, or let people upload less.";
        var (known, writes) = (loads.Of("known_writes_per_second", users), loads.Of("writes_per_second", users));
        if (known > writes * 1.000001)
            yield return $"Uploads, comments and sign-ins alone make {Wording.Number(known)} changes a second, but a read share of {Wording.Percent(inputs["read_share"])} leaves {Wording.Number(writes)}. Lower read_share.";
        if (inputs["live_minutes_per_active_user_per_day"] > inputs["minutes_online_per_active_user_per_day"])
            yield return "People are live for longer than they are there: live_minutes_per_active_user_per_day is more than minutes_online_per_active_user_per_day.";
        var isNobodyThere = inputs["active_share_per_day"] == 0 || inputs["minutes_online_per_active_user_per_day"] == 0;
        if (isNobodyThere && (loads.Of("views_per_second", users) > 0 || uploads > 0))
            yield return "Nobody is ever there, yet images are viewed or uploaded: active_share_per_day or minutes_online_per_active_user_per_day is 0.";
        if (inputs.Changes.ContainsKey("participants_per_room") && loads.Of("sockets", users) is > 0 and var sockets && inputs["participants_per_room"] > sockets)
            yield return $"A room of {Wording.Number(inputs["participants_per_room"])} needs more people than have a socket at the peak hour, {Wording.Number(sockets)}.";
        if (images > 0 && inputs["metadata_kilobytes_per_image"] == 0)
            yield return "There are images whose records take no room: metadata_kilobytes_per_image is 0.";
        if (images > 0 && inputs["original_megabytes"] == 0)
            yield return "There are images whose originals take no room: original_megabytes is 0.";
        if (installation.Servers > ServersWorthFlagging)
            yield return $"{Wording.Number(installation.Servers)} servers are more than any installation has. Look for an input that nobody can mean.";
        if (inputs["most_use"] > inputs["declared_use"] + 0.3)
            yield return $"A use of {Wording.Percent(inputs["most_use"])} leaves little for waiting: queues grow steeply from {Wording.Percent(0.9)} on.";
    }

    private static IEnumerable<string> BetweenRegions(RegionalPlan? regional, Inputs inputs)
    {
        if (regional is null) yield break;
        if (regional.UseAfterLoss > 1)
            yield return $"When a region is lost, servers of the others are {Wording.Percent(regional.UseAfterLoss)} full: its users are turned away. Raise region.regions_at_least or region.remote_replicas_per_shard, or lower most_use.";
        if (inputs["region.remote_replicas_per_shard"] == 0)
            yield return "When a region is lost, so are its records: region.remote_replicas_per_shard is 0.";
    }

    private static IEnumerable<string> NotYet(Installation installation, Inputs inputs)
    {
        if (installation.Pools.TryGetValue("catalogue", out var catalogue) && catalogue.Shards > inputs["catalogue.databases_at_most"])
            yield return $"The catalogue needs {Wording.Number(catalogue.Shards)} databases in a region; this version can be given {Wording.Number(inputs["catalogue.databases_at_most"])}. Ids already carry one of 4,096 logical shards, so that records can be moved later.";
        if (installation.Pools.TryGetValue("analytics", out var analytics) && analytics.Shards > 1)
            yield return $"Events need {Wording.Number(analytics.Shards)} databases; this version has one for them.";
        if (installation.Stage is Stage.Regions)
            yield return "Regions are a design: this version has no home region of a user, and copies nothing between regions.";
    }

    private static IEnumerable<string> LeftOut(Installation installation, Inputs inputs)
    {
        if (installation.Stage is Stage.One)
            yield return "A failure of the only server is an outage until it is repaired or its backup is restored elsewhere.";
        if (installation.Pools.ContainsKey("load_balancer") && inputs["load_balancer.servers_without_price"] > 0)
            yield return $"The planned prices list neither the first {Wording.Number(inputs["load_balancer.servers_without_price"])} load balancers nor the first {Wording.Number(inputs["mail.included_mails_per_month"])} mails a month: they count as $0.";
        yield return "People, backups, staging, taxes and discounts are not in the cost.";
    }
}
