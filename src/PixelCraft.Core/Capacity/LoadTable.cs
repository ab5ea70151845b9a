namespace PixelCraft.Capacity;

/// <summary>A load, and how it follows from what people do.</summary>
/// <param name="Name">What other formulas call it.</param>
/// <param name="Title">For people.</param>
/// <param name="Unit">Of its value.</param>
/// <param name="Formula">From the inputs and the loads before it.</param>
internal sealed record LoadRow(string Name, string Title, string Unit, Formula Formula);

/// <summary>Every load, as a formula. All are proportional to the number of users; those per second are of the busiest hour of a day.</summary>
internal static class LoadTable
{
    public static IReadOnlyList<LoadRow> All { get; } =
    [
        Row("online", "People there at the peak hour", "people", "users × active_share_per_day × minutes_online_per_active_user_per_day ÷ 1440 × daily_peak_factor"),
        Row("connections", "Connections to web servers", "connections", "online × web_connections_per_online_user"),
        Row("sockets", "WebSockets", "sockets", "users × active_share_per_day × live_minutes_per_active_user_per_day ÷ 1440 × daily_peak_factor"),
        Row("all_connections", "Connections and sockets", "connections", "connections + sockets"),
        Row("views_per_second", "Views of images", "views/s", "users × image_views_per_user_per_month ÷ 30 ÷ 86400 × daily_peak_factor"),
        Row("variants_per_second", "Variants loaded", "variants/s", "views_per_second × variants_per_view"),
        Row("misses_per_second", "Variants that the edge doesn't have", "variants/s", "variants_per_second × (1 − edge_hit_share)"),
        Row("uploads_per_day", "Uploads", "a day", "users × uploads_per_user_per_day"),
        Row("uploads_per_second", "Uploads at the peak hour", "uploads/s", "uploads_per_day ÷ 86400 × daily_peak_factor"),
        Row("sign_ins_per_second", "Sign-ins", "sign-ins/s", "users × sign_ins_per_user_per_day ÷ 86400 × daily_peak_factor"),
        Row("comments_per_second", "Comments", "comments/s", "users × comments_per_user_per_day ÷ 86400 × daily_peak_factor"),
        Row("events_per_second", "Events", "events/s", "users × events_per_user_per_day ÷ 86400 × daily_peak_factor"),
        // A page and its data for a view, a permit for each variant that the edge lacks, two requests for signing in, three for an upload.
        Row("requests_per_second", "Requests to web servers", "requests/s", "views_per_second + misses_per_second + 2 × sign_ins_per_second + 3 × uploads_per_second + comments_per_second + events_per_second ÷ events_per_batch"),
        Row("reads_per_second", "Queries that read", "queries/s", "requests_per_second × queries_per_request × read_share"),
        Row("writes_per_second", "Changes", "changes/s", "requests_per_second × queries_per_request × (1 − read_share)"),
        // A record is reserved, committed and made ready.
        Row("known_writes_per_second", "Changes by uploads, comments and sign-ins alone", "changes/s", "3 × uploads_per_second + comments_per_second + sign_ins_per_second"),
        Row("thumbnails_per_day", "Thumbnails", "a day", "uploads_per_day × variants_per_image"),
        Row("thumbnails_at_declared_peak", "Thumbnails, for the peak that capacities are declared for", "a day", "thumbnails_per_day × daily_peak_factor ÷ declared_daily_peak_factor"),
        Row("moves_per_second", "Cursor moves", "moves/s", "sockets × moves_per_live_minute ÷ 60"),
        Row("updates_per_second", "Cursor updates sent", "updates/s", "moves_per_second × (participants_per_room − 1)"),
        Row("commands_per_second", "Redis commands", "commands/s", "requests_per_second × redis_commands_per_request + moves_per_second"),
        Row("images", "Images", "images", "users × images_per_user"),
        Row("original_terabytes", "Originals", "TB", "images × original_megabytes ÷ 1000000"),
        Row("stored_terabytes", "Originals and variants", "TB", "original_terabytes + images × variants_per_image × variant_kilobytes ÷ 1000000000"),
        Row("uploaded_terabytes_per_month", "Originals uploaded", "TB a month", "uploads_per_day × 30 × original_megabytes ÷ 1000000"),
        Row("growth_terabytes_per_month", "Growth of the object store", "TB a month", "uploaded_terabytes_per_month + uploads_per_day × 30 × variants_per_image × variant_kilobytes ÷ 1000000000"),
        Row("catalogue_gigabytes", "Records in the catalogue", "GB", "images × metadata_kilobytes_per_image ÷ 1000000"),
        Row("catalogue_growth_gigabytes_per_month", "Growth of the catalogue", "GB a month", "uploads_per_day × 30 × metadata_kilobytes_per_image ÷ 1000000"),
        Row("local_gigabytes", "Images and catalogue", "GB", "stored_terabytes × 1000 + catalogue_gigabytes"),
        Row("event_gigabytes", "Events kept", "GB", "users × events_per_user_per_day × event_bytes × event_days_kept ÷ 1000000000"),
        Row("redis_gigabytes", "Sessions and cache", "GB", "(users × sessions_per_user × session_kilobytes + images × hot_image_share × cached_record_kilobytes) ÷ 1000000"),
        Row("edge_terabytes_per_month", "Transfer from the edge", "TB a month", "users × image_views_per_user_per_month × variants_per_view × variant_kilobytes ÷ 1000000000"),
        Row("out_terabytes_per_month", "Transfer out of the object store", "TB a month", "edge_terabytes_per_month × (1 − edge_hit_share)"),
        Row("mails_per_month", "Mails", "a month", "users × mails_per_user_per_month"),
    ];

    private static LoadRow Row(string name, string title, string unit, string formula) => new(name, title, unit, Formula.Parse(formula));
}
