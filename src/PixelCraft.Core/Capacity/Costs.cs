using PixelCraft.Capacity.Contracts;

namespace PixelCraft.Capacity;

/// <summary>What an installation costs a month. Prices decide nothing, so that a lower one never makes it dearer.</summary>
internal static class Costs
{
    /// <summary>By line; a line of which there is none is left out.</summary>
    public static IReadOnlyList<CostLine> Of(Installation installation, Inputs inputs, Loads loads, double users) =>
        [.. Lines(installation, inputs, loads, users)];

    /// <summary>The sum, and what it means.</summary>
    public static Money Sum(IReadOnlyList<CostLine> lines, Inputs inputs)
    {
        var (usd, share) = (lines.Sum(line => line.UsdPerMonth), inputs["infrastructure_share_of_revenue"]);
        return new Money(usd, usd / inputs.Users, share, usd / share, (long)Math.Ceiling(usd), (long)Math.Ceiling(usd / 10));
    }

    private static IEnumerable<CostLine> Lines(Installation installation, Inputs inputs, Loads loads, double users)
    {
        foreach (var pool in Sizing.Pools(installation.Stage))
        {
            var need = installation.Pools[pool.Name];
            var (servers, price, free) = (need.Servers * installation.Regions, pool.Figure(inputs, "price_usd_per_server_per_month") * need.Size, Free(pool, inputs));
            var paid = Math.Max(0, servers - free);
            yield return new CostLine(FigureFiles.Title(pool.Name), $"{Wording.Number(servers)}{(free > 0 ? $", {Wording.Number(Math.Min(free, servers))} of them in no price," : "")} × {Wording.Usd(price)}", paid * price);
        }
        if (installation.Stage is not Stage.One)
            foreach (var line in Shared(installation, inputs, loads, users)) yield return line;
        yield return new CostLine("Domain", "", inputs["services.domain_price_usd_per_month"]);
    }

    private static double Free(Pool pool, Inputs inputs) => pool.IsSharded ? 0 : pool.Figure(inputs, "servers_without_price");

    private static IEnumerable<CostLine> Shared(Installation installation, Inputs inputs, Loads loads, double users)
    {
        var (stored, originals, uploaded) = (loads.Of("stored_terabytes", users), loads.Of("original_terabytes", users), loads.Of("uploaded_terabytes_per_month", users));
        var storage = inputs["object_store.price_usd_per_terabyte_per_month"];
        yield return new CostLine("Storage", Terabytes(stored, storage), stored * storage);
        if (installation.Stage is Stage.Regions)
        {
            yield return new CostLine("Storage, originals in a second region", Terabytes(originals, storage), originals * storage);
            var between = inputs["region.price_usd_per_terabyte_between_regions"];
            yield return new CostLine("Transfer of originals between regions", Terabytes(uploaded, between), uploaded * between);
            var price = inputs["region.price_usd_per_region_per_month"];
            yield return new CostLine("Load balancing between regions", $"{installation.Regions} × {Wording.Usd(price)}", installation.Regions * price);
        }
        var (transfer, perTerabyte) = (loads.Of("out_terabytes_per_month", users), inputs["object_store.price_usd_per_terabyte_out"]);
        yield return new CostLine("Transfer out of the store", Terabytes(transfer, perTerabyte), transfer * perTerabyte);

        var (plan, above) = (inputs["edge.price_usd_per_month"], inputs["edge.price_usd_per_terabyte_above"]);
        var (edge, included) = (loads.Of("edge_terabytes_per_month", users), inputs["edge.included_terabytes_per_month"]);
        var beyond = Math.Max(0, edge - included);
        yield return new CostLine("Edge (CDN)", $"{Wording.Usd(plan)} with {Wording.Number(included)} TB, of {Wording.Number(edge)} TB" + (beyond > 0 ? $", + {Terabytes(beyond, above)}" : ""), plan + (beyond * above));

        var mails = Math.Max(0, loads.Of("mails_per_month", users) - inputs["mail.included_mails_per_month"]);
        if (mails > 0)
            yield return new CostLine("Mail", $"{Wording.Number(mails)} beyond {Wording.Number(inputs["mail.included_mails_per_month"])} × {Wording.Usd(inputs["mail.price_usd_per_thousand_mails"])} a 1,000", mails / 1000 * inputs["mail.price_usd_per_thousand_mails"]);
        yield return new CostLine("Error tracking", "", inputs["services.error_tracking_price_usd_per_month"]);
    }

    private static string Terabytes(double terabytes, double price) => $"{Wording.Number(terabytes)} TB × {Wording.Usd(price)}";
}
