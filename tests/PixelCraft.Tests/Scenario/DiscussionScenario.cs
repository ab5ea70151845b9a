using System.Net;
using System.Net.Http.Json;
using System.Text.Json;
using Xunit;

namespace PixelCraft.Tests.Scenario;

/// <summary>Comments, pins and likes by HTTP. The same facts for every topology.</summary>
public abstract class DiscussionScenario(Installation installation)
{
    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Pin_Reply_AndChanges_AreThereForAll_AndWhatWasMissedIsFetched()
    {
        using var ada = await installation.SignInAsync("ada");
        using var ben = await installation.SignInAsync("ben");
        using var visitor = installation.Visitor();
        var image = await PublicAsync(ada);

        var pin = await AddedAsync(ben, image, new { text = "  look <b>here</b>\nhttps://example.org  ", x = 0.25, y = 0.75 });
        var reply = await AddedAsync(ada, image, new { text = "yes", threadId = pin.Id });
        var list = await ListAsync(visitor, image);
        Assert.Equal([("look <b>here</b>\nhttps://example.org", "ben", pin.Id), ("yes", "ada", pin.Id)], Texts(list));
        Assert.Equal((0.25, 0.75), (list.GetProperty("items")[0].GetProperty("x").GetDouble(), list.GetProperty("items")[0].GetProperty("y").GetDouble()));
        var revision = list.GetProperty("next").GetInt64();

        using (var same = await visitor.GetAsync($"/api/v1/images/{image}/comments", request => request.Headers.TryAddWithoutValidation("If-None-Match", $"\"{list.GetProperty("revision").GetInt64()}\"")))
            Assert.Equal(HttpStatusCode.NotModified, same.StatusCode);

        await OkAsync(ben, HttpMethod.Patch, $"/api/v1/images/{image}/comments/{pin.Id}", new { text = "look there" }, "*");
        await OkAsync(ada, HttpMethod.Put, $"/api/v1/images/{image}/comments/{reply.Id}/like");
        var missed = await ListAsync(visitor, image, revision);
        Assert.Equal([("look there", "ben", pin.Id), ("yes", "ada", pin.Id)], Texts(missed));
        Assert.NotEqual(JsonValueKind.Null, missed.GetProperty("items")[0].GetProperty("editedAt").ValueKind);
        Assert.Equal(1, missed.GetProperty("items")[1].GetProperty("likes").GetInt32());
        Assert.Empty((await ListAsync(visitor, image, missed.GetProperty("next").GetInt64())).GetProperty("items").EnumerateArray());
    }

    [Fact]
    public async Task Comment_SentAgainWithItsKey_IsOne_AlsoManyAtOnce()
    {
        using var ada = await installation.SignInAsync("ada");
        var image = await PublicAsync(ada);
        var key = Guid.NewGuid().ToString();
        var ids = await Task.WhenAll(Enumerable.Range(0, 6).Select(async _ => (await AddedAsync(ada, image, new { text = "once" }, key)).Id));
        Assert.Single(ids.Distinct());
        using var other = await SendAsync(ada, HttpMethod.Post, $"/api/v1/images/{image}/comments", new { text = "twice" }, key: key);
        Assert.Equal((HttpStatusCode.UnprocessableEntity, "idempotency-key-reused"), (other.StatusCode, await CodeAsync(other)));
        Assert.Single((await ListAsync(ada, image)).GetProperty("items").EnumerateArray());
    }

    [Fact]
    public async Task Edit_IsTheAuthors_OfTheVersionThatWasSeen()
    {
        using var ada = await installation.SignInAsync("ada");
        using var ben = await installation.SignInAsync("ben");
        var image = await PublicAsync(ada);
        var comment = await AddedAsync(ben, image, new { text = "one" });
        var path = $"/api/v1/images/{image}/comments/{comment.Id}";

        Assert.Equal("version-needed", await RefusedAsync(ben, HttpMethod.Patch, path, new { text = "two" }));
        Assert.Equal("forbidden", await RefusedAsync(ada, HttpMethod.Patch, path, new { text = "two" }, "*"));
        var changed = await OkAsync(ben, HttpMethod.Patch, path, new { text = "two" }, comment.ETag);
        Assert.Equal(("two", 2), (changed.GetProperty("text").GetString(), changed.GetProperty("version").GetInt32()));
        Assert.Equal("stale", await RefusedAsync(ben, HttpMethod.Patch, path, new { text = "three" }, comment.ETag));
        Assert.Equal("two", (await ben.JsonAsync(path)).GetProperty("text").GetString());
    }

    [Fact]
    public async Task Resolve_IsForWhoBegan_AndTheOwner()
    {
        using var ada = await installation.SignInAsync("ada");
        using var ben = await installation.SignInAsync("ben");
        using var cy = await JoinedAsync(ada, "cy");
        var image = await PublicAsync(ada);
        var comment = await AddedAsync(ben, image, new { text = "one" });
        var reply = await AddedAsync(cy, image, new { text = "two", threadId = comment.Id });
        var path = $"/api/v1/images/{image}/comments/{comment.Id}";

        Assert.Equal("forbidden", await RefusedAsync(cy, HttpMethod.Patch, path, new { resolved = true }, "*"));
        Assert.Equal("forbidden", await RefusedAsync(cy, HttpMethod.Patch, $"/api/v1/images/{image}/comments/{reply.Id}", new { resolved = true }, "*"));
        Assert.NotEqual(JsonValueKind.Null, (await OkAsync(ada, HttpMethod.Patch, path, new { resolved = true }, "*")).GetProperty("resolvedAt").ValueKind);
        Assert.Equal(JsonValueKind.Null, (await OkAsync(ben, HttpMethod.Patch, path, new { resolved = false }, "*")).GetProperty("resolvedAt").ValueKind);
    }

    [Fact]
    public async Task Delete_IsForTheAuthorAndTheOwner_AndLeavesThePlace()
    {
        using var ada = await installation.SignInAsync("ada");
        using var ben = await installation.SignInAsync("ben");
        using var cy = await JoinedAsync(ada, "cy");
        var image = await PublicAsync(ada);
        var (first, second) = (await AddedAsync(ben, image, new { text = "one" }), await AddedAsync(cy, image, new { text = "two" }));
        await AddedAsync(cy, image, new { text = "reply", threadId = first.Id });

        Assert.Equal("forbidden", await RefusedAsync(ben, HttpMethod.Delete, $"/api/v1/images/{image}/comments/{second.Id}"));
        await OkAsync(ben, HttpMethod.Delete, $"/api/v1/images/{image}/comments/{first.Id}");
        await OkAsync(ada, HttpMethod.Delete, $"/api/v1/images/{image}/comments/{second.Id}");
        await OkAsync(ada, HttpMethod.Delete, $"/api/v1/images/{image}/comments/{second.Id}"); // again: it is so already
        var left = await ListAsync(cy, image);
        Assert.Equal([("reply", "cy", first.Id), ("", null, first.Id), ("", null, second.Id)], Texts(left));
        Assert.Equal("forbidden", await RefusedAsync(ben, HttpMethod.Patch, $"/api/v1/images/{image}/comments/{first.Id}", new { text = "back" }, "*"));
        await AddedAsync(ben, image, new { text = "still a thread", threadId = first.Id });
    }

    [Fact]
    public async Task Likes_CountEachMemberOnce_AndSayWhoseTheyAre()
    {
        using var ada = await installation.SignInAsync("ada");
        using var ben = await installation.SignInAsync("ben");
        var image = await PublicAsync(ada);
        foreach (var member in new[] { ada, ben, ben }) await OkAsync(member, HttpMethod.Put, $"/api/v1/images/{image}/like");
        Assert.Equal((2, true), Likes(await ListAsync(ben, image)));
        Assert.Equal((1, false), Likes(await OkAsync(ben, HttpMethod.Delete, $"/api/v1/images/{image}/like")));
        Assert.Equal((1, false), Likes(await ListAsync(ben, image)));
        Assert.Equal((1, true), Likes(await ListAsync(ada, image)));

        static (int, bool) Likes(JsonElement answer) => (answer.GetProperty("likes").GetInt32(), answer.GetProperty("liked").GetBoolean());
    }

    [Fact]
    public async Task Mentions_AreMembersWhomTheTextNames()
    {
        using var ada = await installation.SignInAsync("ada");
        using var ben = await installation.SignInAsync("ben");
        var image = await PublicAsync(ada);
        var id = (await ben.JsonAsync("/api/v1/me")).GetProperty("id").GetString()!;
        var comment = await AddedAsync(ada, image, new { text = "what do you think, @ben?", mentions = new[] { id } });
        Assert.Equal([(id, "ben")], comment.Json.GetProperty("mentions").EnumerateArray().Select(one => (one.GetProperty("id").GetString(), one.GetProperty("name").GetString())));
        foreach (var body in new[] { new { text = "what do you think?", mentions = new[] { id } }, new { text = "@ben", mentions = new[] { image } } })
            Assert.Equal("invalid-field", await RefusedAsync(ada, HttpMethod.Post, $"/api/v1/images/{image}/comments", body));
    }

    [Fact]
    public async Task WhatIsNotAComment_IsRefused_AndLeavesNothing()
    {
        using var ada = await installation.SignInAsync("ada");
        using var visitor = installation.Visitor();
        var (image, other) = (await PublicAsync(ada), await PublicAsync(ada));
        var elsewhere = await AddedAsync(ada, other, new { text = "elsewhere" });
        var path = $"/api/v1/images/{image}/comments";
        foreach (var body in new object[]
        {
            new { text = " \n" }, new { text = new string('x', 2_001) }, new { text = "a\0b" }, new { text = "x", x = 0.5 }, new { text = "x", x = 1.01, y = 0 }, new { text = "x", x = -0.1, y = 0 },
            new { text = "x", mentions = Enumerable.Repeat(image, 11) },
        })
            Assert.Equal("invalid-field", await RefusedAsync(ada, HttpMethod.Post, path, body));
        Assert.Equal("invalid-request", await RefusedAsync(ada, HttpMethod.Post, path, new { }));
        Assert.Equal("not-found", await RefusedAsync(ada, HttpMethod.Post, path, new { text = "x", threadId = elsewhere.Id }));
        Assert.Equal("not-found", await RefusedAsync(ada, HttpMethod.Patch, $"{path}/{elsewhere.Id}", new { text = "x" }, "*"));
        Assert.Equal("not-found", await RefusedAsync(ada, HttpMethod.Put, $"{path}/{elsewhere.Id}/like"));
        Assert.Equal("sign-in-needed", await RefusedAsync(visitor, HttpMethod.Post, path, new { text = "x" }));
        Assert.Equal("invalid-request", await RefusedAsync(visitor, HttpMethod.Get, $"{path}?limit=101"));
        Assert.Equal("invalid-request", await RefusedAsync(visitor, HttpMethod.Get, $"{path}?after=-1"));
        Assert.Equal(0, (await ListAsync(visitor, image)).GetProperty("revision").GetInt64());
    }

    [Fact]
    public async Task ImageThatMayNotBeSeen_HasNoDiscussion_WithTheSameAnswerAsNone()
    {
        using var ada = await installation.SignInAsync("ada");
        using var ben = await installation.SignInAsync("ben");
        var image = await ada.UploadedAnewAsync(installation.Photographs[0]);
        var comment = await AddedAsync(ada, image, new { text = "to myself" });
        foreach (var id in new[] { image, "01m88afn7fetav7yn7drwbwa39" })
        {
            Assert.Equal("not-found", await RefusedAsync(ben, HttpMethod.Get, $"/api/v1/images/{id}/comments"));
            Assert.Equal("not-found", await RefusedAsync(ben, HttpMethod.Post, $"/api/v1/images/{id}/comments", new { text = "x" }));
            Assert.Equal("not-found", await RefusedAsync(ben, HttpMethod.Get, $"/api/v1/images/{id}/comments/{comment.Id}"));
            Assert.Equal("not-found", await RefusedAsync(ben, HttpMethod.Patch, $"/api/v1/images/{id}/comments/{comment.Id}", new { text = "x" }, "*"));
            Assert.Equal("not-found", await RefusedAsync(ben, HttpMethod.Delete, $"/api/v1/images/{id}/comments/{comment.Id}"));
            Assert.Equal("not-found", await RefusedAsync(ben, HttpMethod.Put, $"/api/v1/images/{id}/like"));
            Assert.Equal("not-found", await RefusedAsync(ben, HttpMethod.Put, $"/api/v1/images/{id}/comments/{comment.Id}/like"));
        }

        Assert.Single((await ListAsync(ada, image)).GetProperty("items").EnumerateArray());
    }

    [Fact]
    public async Task ClosedAccount_TakesItsCommentsAndLikesWithIt()
    {
        using var ada = await installation.SignInAsync("ada");
        using var gone = await JoinedAsync(ada, "dora");
        var image = await PublicAsync(ada);
        var comment = await AddedAsync(gone, image, new { text = "mine" });
        await OkAsync(gone, HttpMethod.Put, $"/api/v1/images/{image}/like");
        await OkAsync(gone, HttpMethod.Put, $"/api/v1/images/{image}/comments/{comment.Id}/like");

        await OkAsync(gone, HttpMethod.Delete, "/api/v1/me", new { password = Installation.Password });
        var list = await Eventually.GetAsync(
            () => ListAsync(ada, image),
            answer => answer.GetProperty("likes").GetInt32() == 0 && answer.GetProperty("items")[0] is var only && only.GetProperty("likes").GetInt32() == 0 && only.GetProperty("text").GetString() == "",
            TimeSpan.FromSeconds(60));
        Assert.Equal([("", null, comment.Id)], Texts(list));
    }

    internal static async Task<(string Id, string ETag, JsonElement Json)> AddedAsync(ApiClient member, string image, object body, string? key = null)
    {
        using var answer = await SendAsync(member, HttpMethod.Post, $"/api/v1/images/{image}/comments", body, key: key);
        Assert.True(answer.StatusCode == HttpStatusCode.Created, $"{answer.StatusCode}: {await answer.Content.ReadAsStringAsync(Cancellation)}");
        var json = await answer.Content.ReadFromJsonAsync<JsonElement>(Cancellation);
        var id = json.GetProperty("id").GetString()!;
        Assert.Equal($"/api/v1/images/{image}/comments/{id}", answer.Headers.Location!.OriginalString);
        return (id, answer.Headers.ETag!.Tag, json);
    }

    internal static async Task<JsonElement> OkAsync(ApiClient member, HttpMethod method, string path, object? body = null, string? version = null)
    {
        using var answer = await SendAsync(member, method, path, body, version);
        var text = await answer.Content.ReadAsStringAsync(Cancellation);
        Assert.True(answer.IsSuccessStatusCode, $"{answer.StatusCode}: {text}");
        return text.Length == 0 ? default : JsonSerializer.Deserialize<JsonElement>(text);
    }

    private static async Task<string?> RefusedAsync(ApiClient member, HttpMethod method, string path, object? body = null, string? version = null)
    {
        using var answer = await SendAsync(member, method, path, body, version);
        Assert.False(answer.IsSuccessStatusCode);
        return await CodeAsync(answer);
    }

    private static async Task<string?> CodeAsync(HttpResponseMessage answer) => (await answer.Content.ReadFromJsonAsync<JsonElement>(Cancellation)).GetProperty("code").GetString();

    private static Task<HttpResponseMessage> SendAsync(ApiClient member, HttpMethod method, string path, object? body, string? version = null, string? key = null) => member.SendAsync(method, path, request =>
    {
        if (body is not null) request.Content = JsonContent.Create(body);
        if (version is not null) request.Headers.TryAddWithoutValidation("If-Match", version);
        if (key is not null) request.Headers.TryAddWithoutValidation("Idempotency-Key", key);
    });

    private static Task<JsonElement> ListAsync(ApiClient member, string image, long after = 0) => member.JsonAsync($"/api/v1/images/{image}/comments?after={after}");

    private static IEnumerable<(string?, string?, string?)> Texts(JsonElement list) => list.GetProperty("items").EnumerateArray().Select(comment =>
        (comment.GetProperty("text").GetString(), comment.GetProperty("authorName").GetString(), comment.GetProperty("threadId").GetString()));

    /// <summary>A new member of this name, by an administrator's invitation.</summary>
    private async Task<ApiClient> JoinedAsync(ApiClient administrator, string name)
    {
        var invitation = (await OkAsync(administrator, HttpMethod.Post, "/api/v1/invitations", new { })).GetProperty("code").GetString();
        var email = $"{name}-{Guid.NewGuid():n}@example.org";
        using var visitor = installation.Visitor();
        await OkAsync(visitor, HttpMethod.Post, "/api/v1/members", new { email, name, password = Installation.Password, invitation });
        return await ApiClient.SignedInAsync(installation.Url, email, Installation.Password);
    }

    private async Task<string> PublicAsync(ApiClient owner)
    {
        var image = await owner.UploadedAnewAsync(installation.Photographs[0], "public");
        await owner.ProcessedAsync(image);
        return image;
    }
}

public sealed class EmbeddedDiscussionTests(EmbeddedInstallation installation) : DiscussionScenario(installation), IClassFixture<EmbeddedInstallation>;

public sealed class SplitDiscussionTests(SplitInstallation installation) : DiscussionScenario(installation), IClassFixture<SplitInstallation>;

public sealed class ServicesDiscussionTests(ServicesInstallation installation) : DiscussionScenario(installation), IClassFixture<ServicesInstallation>;
