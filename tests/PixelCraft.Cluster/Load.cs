using System.Collections.Concurrent;
using System.Diagnostics;
using System.Globalization;
using System.Net;
using System.Net.Http.Json;
using System.Security.Cryptography;
using System.Text.Json;

namespace PixelCraft.Cluster;

/// <summary>
/// A member's programs at work on a cluster, at a bounded rate: reads of every kind, uploads, and edits, through the load balancers. It
/// writes down what was acknowledged, what failed and why, and in the end counts what is there.
/// <para>
/// It behaves as browsers do with a name of several addresses: a read that gets no answer from one balancer is asked of the next. An
/// upload that was not acknowledged is sent again, every other one with an idempotency key; without it the bytes tell that it is the same.
/// </para>
/// </summary>
public sealed class Load : IAsyncDisposable
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(40);
    private static readonly TimeSpan RetryPause = TimeSpan.FromMilliseconds(500);

    private readonly HttpClient _http = new(new SocketsHttpHandler
    {
        UseProxy = false,
        UseCookies = false,
        AllowAutoRedirect = false,
        ConnectTimeout = TimeSpan.FromSeconds(2),
    })
    { Timeout = Patience };

    private readonly IReadOnlyList<string> _urls;
    private readonly ConcurrentDictionary<string, string> _cookies = new();
    private readonly ConcurrentDictionary<string, Acknowledgement> _acknowledged = new();
    private readonly ConcurrentQueue<Failure> _reads = new();
    private readonly ConcurrentQueue<Failure> _writes = new();
    private readonly ConcurrentQueue<Edited> _edited = new();
    private readonly CancellationTokenSource _end = new();
    private readonly long _begun = Stopwatch.GetTimestamp();
    private readonly List<Task> _tasks = [];
    private string[] _reading = [];
    private long _readCount;

    private Load(IEnumerable<string> urls) => _urls = [.. urls];

    /// <summary>What was acknowledged, by id of the image.</summary>
    public IReadOnlyDictionary<string, Acknowledgement> Acknowledged => _acknowledged;

    /// <summary>Reads that got no answer from any balancer, or one of 500 and more, or a wrong one.</summary>
    public IReadOnlyCollection<Failure> FailedReads => _reads;

    /// <summary>Attempts to upload or edit that were not acknowledged.</summary>
    public IReadOnlyCollection<Failure> FailedWrites => _writes;

    /// <summary>Edits that were acknowledged, in order.</summary>
    public IReadOnlyCollection<Edited> Edits => _edited;

    /// <summary>Reads so far.</summary>
    public long ReadCount => Interlocked.Read(ref _readCount);

    /// <summary>The time since it began, which everything it notes is told by.</summary>
    public TimeSpan Now => Stopwatch.GetElapsedTime(_begun);

    /// <summary>Signs in, makes the images that will be read, and begins.</summary>
    /// <param name="urls">The balancers.</param>
    /// <param name="readers">Who read, five times a second each at the most; 0 for none.</param>
    /// <param name="writers">Who upload an image and edit it, twice a second each at the most.</param>
    /// <param name="ct">Ends the beginning.</param>
    public static async Task<Load> StartAsync(IEnumerable<string> urls, int readers = 6, int writers = 2, CancellationToken ct = default)
    {
        var load = new Load(urls);
        await load.SignInAsync(ct);
        await load.PrepareAsync(ct);
        for (var i = 0; i < readers; i++) load._tasks.Add(load.RepeatAsync(TimeSpan.FromMilliseconds(200), load.ReadAsync));
        for (var i = 0; i < writers; i++) load._tasks.Add(load.RepeatAsync(TimeSpan.FromMilliseconds(500), load.WriteAsync));
        return load;
    }

    /// <summary>Begins nothing more, and waits for what is under way.</summary>
    public async Task StopAsync()
    {
        await _end.CancelAsync();
        await Task.WhenAll(_tasks);
    }

    /// <summary>Ends it.</summary>
    public async ValueTask DisposeAsync()
    {
        await StopAsync();
        _http.Dispose();
        _end.Dispose();
    }

    /// <summary>Waits until some more uploads were acknowledged.</summary>
    /// <param name="count">How many more.</param>
    /// <param name="within">How long it may take.</param>
    /// <param name="ct">Ends the wait.</param>
    /// <exception cref="TimeoutException">It took longer; the message holds the last failures.</exception>
    public async Task AcknowledgesAsync(int count, TimeSpan within, CancellationToken ct = default)
    {
        var goal = _acknowledged.Count + count;
        var begun = Now;
        while (_acknowledged.Count < goal)
        {
            if (Now - begun > within)
                throw new TimeoutException($"{goal - _acknowledged.Count} of {count} uploads were not acknowledged within {within.TotalSeconds} s.\n{string.Join('\n', _writes.TakeLast(10))}");
            await Task.Delay(50, ct);
        }
    }

    /// <summary>Looks for everything that was acknowledged, when nothing is broken any more.</summary>
    /// <param name="within">How long images may take to become ready.</param>
    /// <param name="ct">Ends the count.</param>
    public async Task<LoadCount> CountAsync(TimeSpan within, CancellationToken ct = default)
    {
        var (lost, unready, doubled) = (new List<string>(), new List<string>(), new List<string>());
        var deadline = Now + within;
        foreach (var (id, acknowledgement) in _acknowledged)
        {
            var image = await ImageAsync(id, ct);
            while (image?.GetProperty("status").GetString() == "processing" && Now < deadline)
            {
                await Task.Delay(200, ct);
                image = await ImageAsync(id, ct);
            }

            if (image is not { } there) lost.Add($"{id}: no record");
            else if (there.GetProperty("sha256").GetString() != acknowledgement.Sha256) lost.Add($"{id}: other bytes");
            else if (there.GetProperty("status").GetString() != "ready") unready.Add($"{id}: {there.GetProperty("status")}, acknowledged at {acknowledgement.At}");
            else if (await OriginalAsync(id, ct) != acknowledgement.Sha256) lost.Add($"{id}: the original is not what was sent");
        }

        foreach (var edits in _edited.GroupBy(edit => edit.Id))
        {
            // A later edit may have been carried out too, though nobody said so.
            var title = int.Parse((await ImageAsync(edits.Key, ct))!.Value.GetProperty("title").GetString()!, CultureInfo.InvariantCulture);
            if (title < edits.Max(edit => edit.Number)) lost.Add($"{edits.Key}: the edit {edits.Max(edit => edit.Number)} was acknowledged, there is {title}");
        }

        var all = await AllAsync(ct);
        doubled.AddRange(all.GroupBy(image => image.Sha256).Where(same => same.Count() > 1).Select(same => string.Join(" = ", same.Select(image => image.Id))));
        return new LoadCount(_acknowledged.Count, lost, doubled, unready);
    }

    /// <summary>Asks for a path as the member, of one balancer after another until one answers.</summary>
    /// <param name="method">The method.</param>
    /// <param name="path">With the query.</param>
    /// <param name="change">What is added to the request; null for nothing.</param>
    /// <param name="first">The balancer to begin with, from 0; null for any.</param>
    /// <param name="ct">Ends the request.</param>
    /// <exception cref="HttpRequestException">None answers.</exception>
    public async Task<HttpResponseMessage> SendAsync(HttpMethod method, string path, Action<HttpRequestMessage>? change = null, int? first = null, CancellationToken ct = default)
    {
        var begin = first ?? Random.Shared.Next(_urls.Count);
        for (var i = 0; ; i++)
        {
            using var request = new HttpRequestMessage(method, _urls[(begin + i) % _urls.Count] + path);
            change?.Invoke(request);
            if (!_cookies.IsEmpty) request.Headers.Add("Cookie", string.Join("; ", _cookies.Select(cookie => $"{cookie.Key}={cookie.Value}")));
            try
            {
                var response = await _http.SendAsync(request, ct);
                foreach (var cookie in response.Headers.TryGetValues("Set-Cookie", out var cookies) ? cookies : [])
                {
                    var pair = cookie.Split(';')[0].Split('=', 2);
                    _cookies[pair[0]] = pair[1];
                }

                return response;
            }
            // Anything but a read may have been carried out: who sends it decides.
            catch (HttpRequestException) when (i + 1 < _urls.Count && method == HttpMethod.Get)
            {
            }
        }
    }

    private async Task SignInAsync(CancellationToken ct)
    {
        using var answer = await PatientlyAsync(() => SendAsync(HttpMethod.Post, "/api/v1/session", request =>
            request.Content = JsonContent.Create(new { email = LocalCluster.Email, password = LocalCluster.Password }), ct: ct), ct);
        if (!answer.IsSuccessStatusCode) throw new InvalidOperationException($"{Failed("sign-in", answer, await answer.Content.ReadAsStringAsync(ct))}");
    }

    private async Task PrepareAsync(CancellationToken ct)
    {
        var paths = new List<string> { "/", "/mine", "/api/v1/images?limit=20", "/api/v1/images?owner=me&limit=20", "/api/v1/images?q=j&limit=20", "/mine?q=jpg", "/api/v1/me" };
        foreach (var visibility in new[] { "public", "private" })
        {
            var file = TestImage.New();
            using var answer = await PatientlyAsync(() => UploadAsync(file, $"visibility={visibility}", null, ct), ct);
            var id = (await answer.EnsureSuccessStatusCode().Content.ReadFromJsonAsync<JsonElement>(ct)).GetProperty("id").GetString()!;
            for (var begun = Now; ; await Task.Delay(100, ct))
            {
                if (await ImageAsync(id, ct) is { } image && image.GetProperty("status").GetString() == "ready")
                {
                    paths.AddRange([$"/api/v1/images/{id}", $"/images/{id}", $"/p/{id}/original"]);
                    paths.AddRange(image.GetProperty("variants").EnumerateArray().Select(variant => variant.GetProperty("url").GetString()!));
                    break;
                }

                if (Now - begun > Patience) throw new TimeoutException($"The image {id} was not ready after {Patience.TotalSeconds} s.");
            }
        }

        _reading = [.. paths];
    }

    private async Task RepeatAsync(TimeSpan interval, Func<CancellationToken, Task> act)
    {
        await Task.Yield();
        using var timer = new PeriodicTimer(interval);
        try
        {
            while (await timer.WaitForNextTickAsync(_end.Token)) await act(_end.Token);
        }
        catch (OperationCanceledException) when (_end.IsCancellationRequested)
        {
        }
    }

    private async Task ReadAsync(CancellationToken ct)
    {
        var path = _reading[Interlocked.Increment(ref _readCount) % _reading.Length];
        try
        {
            using var answer = await SendAsync(HttpMethod.Get, path, ct: CancellationToken.None);
            if (answer.StatusCode != HttpStatusCode.OK) _reads.Enqueue(Failed($"GET {path}", answer, await answer.Content.ReadAsStringAsync(ct)));
        }
        catch (Exception e) when (e is HttpRequestException or IOException or TaskCanceledException && !ct.IsCancellationRequested)
        {
            _reads.Enqueue(new Failure(Now, $"GET {path}", null, false, e.Message));
        }
    }

    private async Task WriteAsync(CancellationToken ct)
    {
        var file = TestImage.New();
        var key = _acknowledged.Count % 2 == 0 ? Guid.NewGuid().ToString() : null;
        var id = await UntilAcknowledgedAsync("POST /api/v1/images", () => UploadAsync(file, "visibility=private", key, CancellationToken.None), async answer =>
        {
            var id = (await answer.Content.ReadFromJsonAsync<JsonElement>(CancellationToken.None)).GetProperty("id").GetString()!;
            _acknowledged[id] = new Acknowledgement(Now, Convert.ToHexStringLower(SHA256.HashData(file)));
            return id;
        }, ct);
        for (var number = 1; number <= 2; number++)
        {
            var edit = number;
            await UntilAcknowledgedAsync($"PATCH /api/v1/images/{id}", () => SendAsync(HttpMethod.Patch, $"/api/v1/images/{id}", request =>
            {
                request.Headers.TryAddWithoutValidation("If-Match", "*");
                request.Content = JsonContent.Create(new { title = edit.ToString(CultureInfo.InvariantCulture) });
            }), _ =>
            {
                _edited.Enqueue(new Edited(id, edit, Now));
                return Task.FromResult(id);
            }, ct);
        }
    }

    /// <summary>Sends again what was not acknowledged, until it is or the load ends.</summary>
    private async Task<string> UntilAcknowledgedAsync(string what, Func<Task<HttpResponseMessage>> send, Func<HttpResponseMessage, Task<string>> acknowledged, CancellationToken ct)
    {
        while (true)
        {
            try
            {
                using var answer = await send();
                if (answer.IsSuccessStatusCode) return await acknowledged(answer);
                _writes.Enqueue(Failed(what, answer, await answer.Content.ReadAsStringAsync(CancellationToken.None)));
            }
            catch (Exception e) when (e is HttpRequestException or IOException or TaskCanceledException)
            {
                _writes.Enqueue(new Failure(Now, what, null, false, e.Message));
            }

            await Task.Delay(RetryPause, ct);
        }
    }

    private Task<HttpResponseMessage> UploadAsync(byte[] file, string query, string? key, CancellationToken ct) =>
        SendAsync(HttpMethod.Post, $"/api/v1/images?fileName=a.png&{query}", request =>
        {
            request.Content = new ByteArrayContent(file);
            if (key is not null) request.Headers.Add("Idempotency-Key", key);
        }, ct: ct);

    private Task<HttpResponseMessage> GetAsync(string path, CancellationToken ct) => PatientlyAsync(() => SendAsync(HttpMethod.Get, path, ct: ct), ct);

    /// <summary>Asks as a patient client does: while the answer is "try again", it does.</summary>
    private async Task<HttpResponseMessage> PatientlyAsync(Func<Task<HttpResponseMessage>> send, CancellationToken ct)
    {
        var begun = Now;
        while (true)
        {
            var answer = await send();
            if (answer.StatusCode != HttpStatusCode.ServiceUnavailable || Now - begun > Patience) return answer;
            answer.Dispose();
            await Task.Delay(RetryPause, ct);
        }
    }

    private async Task<JsonElement?> ImageAsync(string id, CancellationToken ct)
    {
        using var answer = await GetAsync($"/api/v1/images/{id}", ct);
        return answer.StatusCode == HttpStatusCode.NotFound ? null : await answer.EnsureSuccessStatusCode().Content.ReadFromJsonAsync<JsonElement>(ct);
    }

    private async Task<string> OriginalAsync(string id, CancellationToken ct)
    {
        using var answer = await GetAsync($"/p/{id}/original", ct);
        return answer.IsSuccessStatusCode ? Convert.ToHexStringLower(SHA256.HashData(await answer.Content.ReadAsByteArrayAsync(ct))) : $"{answer.StatusCode}";
    }

    private async Task<List<(string Id, string Sha256)>> AllAsync(CancellationToken ct)
    {
        var all = new List<(string, string)>();
        for (string? after = ""; after is not null;)
        {
            using var answer = await GetAsync($"/api/v1/images?owner=me&limit=100&after={after}", ct);
            var page = await answer.EnsureSuccessStatusCode().Content.ReadFromJsonAsync<JsonElement>(ct);
            all.AddRange(page.GetProperty("items").EnumerateArray().Select(image => (image.GetProperty("id").GetString()!, image.GetProperty("sha256").GetString()!)));
            after = page.GetProperty("next").GetString();
        }

        return all;
    }

    private Failure Failed(string what, HttpResponseMessage answer, string text) =>
        new(Now, what, (int)answer.StatusCode, answer.Headers.RetryAfter is not null, text.Length > 300 ? text[..300] : text);

    /// <summary>An upload that was acknowledged.</summary>
    /// <param name="At">When, since the load began.</param>
    /// <param name="Sha256">Of the bytes that were sent, as lower-case hexadecimal.</param>
    public sealed record Acknowledgement(TimeSpan At, string Sha256);

    /// <summary>An edit that was acknowledged: the title became a number.</summary>
    /// <param name="Id">Of the image.</param>
    /// <param name="Number">The title.</param>
    /// <param name="At">When, since the load began.</param>
    public sealed record Edited(string Id, int Number, TimeSpan At);

    /// <summary>A request that did not succeed.</summary>
    /// <param name="At">When, since the load began.</param>
    /// <param name="Request">Method and path.</param>
    /// <param name="Status">The answer's; null when there was none.</param>
    /// <param name="RetryAfter">Whether the answer said when to try again.</param>
    /// <param name="Reason">The answer's text, or why there was none.</param>
    public sealed record Failure(TimeSpan At, string Request, int? Status, bool RetryAfter, string Reason);
}

/// <summary>What was found of what was acknowledged.</summary>
/// <param name="Acknowledged">How many uploads there were.</param>
/// <param name="Lost">What is missing or differs, in words.</param>
/// <param name="Doubled">Images that have the same bytes.</param>
/// <param name="Unready">Images that were not ready in time.</param>
public sealed record LoadCount(int Acknowledged, IReadOnlyList<string> Lost, IReadOnlyList<string> Doubled, IReadOnlyList<string> Unready);
