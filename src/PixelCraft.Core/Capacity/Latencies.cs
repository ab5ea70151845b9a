using PixelCraft.Capacity.Contracts;

namespace PixelCraft.Capacity;

/// <summary>How long things take at the peak hour: the time of the work, and that of waiting for it in each queue on the way.</summary>
internal static class Latencies
{
    private const double LongWaits = 0.01;
    private const double SecondsPerDay = 86_400;

    /// <summary>Everything that somebody waits for.</summary>
    public static IReadOnlyList<Latency> Of(Installation installation, Inputs inputs, Loads loads, double users)
    {
        var (local, latencies) = (users / installation.Regions, new List<Latency>());
        if (installation.Stage is Stage.One or Stage.Three)
        {
            var server = Sizing.Pools(installation.Stage)[0];
            latencies.Add(Waiting("A page or API call, in the server", "its processors", Requests(server)));
            latencies.Add(Jobs(server));
        }
        else
        {
            var (web, catalogue) = (Sizing.Pools(installation.Stage).Single(pool => pool.Name == "web"), Sizing.Pools(installation.Stage).Single(pool => pool.Name == "catalogue"));
            var (requests, queries) = (Requests(web), inputs["queries_per_request"]);
            var need = installation.Pools["catalogue"];
            var reads = QueueAt(catalogue, "reads_per_second_per_replica", need.Replicas, loads.Of("reads_per_second", local) / need.Shards);
            var writes = QueueAt(catalogue, "writes_per_second_per_primary", 1, loads.Of("writes_per_second", local) / need.Shards);
            var commit = inputs["catalogue.synchronous_commit_milliseconds"];
            latencies.Add(new Latency(
                "A page or API call that reads, in the servers", Mean(requests) + (queries * Mean(reads)),
                // One of the queries waits for long.
                Slow(requests) + (queries * Mean(reads)) + (Math.Min(queries, 1) * (Slow(reads) - Mean(reads))),
                $"web {Wording.Milliseconds(Mean(requests))}, {Wording.Number(queries)} queries of {Wording.Milliseconds(Mean(reads))}, waiting included"));
            latencies.Add(new Latency(
                "A change, in the servers", Mean(requests) + Mean(writes) + commit, Slow(requests) + Slow(writes) + commit,
                $"web {Wording.Milliseconds(Mean(requests))}, primary {Wording.Milliseconds(Mean(writes))}, its standby {Wording.Milliseconds(commit)}"));
            latencies.Add(Jobs(Sizing.Pools(installation.Stage).Single(pool => pool.Name == "worker")));
            var tick = inputs["realtime.tick_milliseconds"];
            latencies.Add(new Latency("A cursor move, in the servers", tick / 2, tick, $"half a tick of {Wording.Milliseconds(tick)} on average"));
        }
        latencies.Add(Image(installation, inputs));
        // Where fewer than one in a hundred wait, but for long, the mean is beyond what 99 have.
        return [.. latencies.Select(latency => latency with { SlowMilliseconds = Math.Max(latency.SlowMilliseconds, latency.MeanMilliseconds) })];

        Queue Requests(Pool pool) => QueueAt(pool, "requests_per_second_per_server", installation.Pools[pool.Name].Servers, loads.Of("requests_per_second", local));

        Queue QueueAt(Pool pool, string capacity, double servers, double arrivals)
        {
            var limit = pool.Limits.Single(limit => limit.Figure == capacity);
            var (slots, size) = (pool.Figure(inputs, "slots_per_server"), installation.Pools[pool.Name].Size);
            return new Queue(servers * slots * size, slots / pool.Full(inputs, limit), arrivals);
        }

        Latency Jobs(Pool pool)
        {
            // A job makes all variants of an image, one after the other.
            var variants = inputs["variants_per_image"];
            var thumbnail = QueueAt(pool, "thumbnails_per_server_per_day", installation.Pools[pool.Name].Servers, loads.Of("uploads_per_second", local));
            var seconds = thumbnail.ServiceSeconds * SecondsPerDay / inputs["declared_daily_peak_factor"];
            var queue = thumbnail with { ServiceSeconds = variants * seconds };
            return new Latency("From an upload to its variants", Mean(queue), Slow(queue),
                $"{Wording.Number(variants)} variants of {Wording.Milliseconds(seconds * 1000)} one after the other; waiting {Wording.Milliseconds(queue.MeanWaitSeconds * 1000)}, {Wording.Percent(queue.ChanceOfWaiting)} of them at all");
        }
    }

    private static Latency Image(Installation installation, Inputs inputs)
    {
        var origin = inputs[installation.Stage is Stage.Regions ? "region.origin_milliseconds" : "edge.origin_milliseconds"];
        if (installation.Stage is Stage.One) return new Latency("An image, at the browser", origin, origin, "from the server; there is no edge");
        var (edge, hits) = (inputs["edge.edge_milliseconds"], inputs["edge_hit_share"]);
        return new Latency("An image, at the browser", (hits * edge) + ((1 - hits) * origin), hits >= 1 - LongWaits ? edge : origin,
            $"{Wording.Percent(hits)} from the edge in {Wording.Milliseconds(edge)}, the others from the origin in {Wording.Milliseconds(origin)}");
    }

    private static Latency Waiting(string what, string where, Queue queue) =>
        new(what, Mean(queue), Slow(queue), $"{Wording.Milliseconds(queue.ServiceSeconds * 1000)} of work, {Wording.Milliseconds(queue.MeanWaitSeconds * 1000)} of waiting for {where}");

    private static double Mean(Queue queue) => (queue.ServiceSeconds + queue.MeanWaitSeconds) * 1000;

    /// <summary>The work, and a wait as long as 99 of 100 have at most.</summary>
    private static double Slow(Queue queue) => (queue.ServiceSeconds + queue.WaitSeconds(LongWaits)) * 1000;
}
