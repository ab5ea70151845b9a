using System.Net;
using System.Net.Http.Json;
using PixelCraft.Images.Contracts;
using PixelCraft.Tests.Scenario;
using Xunit;

namespace PixelCraft.Tests.Live;

/// <summary>Who meets in the room of an image, and what they see of one another. The same facts for every topology.</summary>
public abstract class RoomScenario(LiveInstallation installation)
{
    [Fact]
    public async Task Cursor_IsSeenByTheOthers_AlsoAtTheOtherServer()
    {
        using var ada = await installation.Members.SignInAsync("ada");
        var image = await installation.PublicImageAsync(ada);
        await using var one = await LiveClient.ConnectAsync(installation.One, ada);
        await using var two = await LiveClient.ConnectAsync(installation.Other);
        Assert.Equal("ok", await one.JoinAsync(image));
        Assert.Equal("ok", await two.JoinAsync(image, "Grace"));
        await Eventually.TrueAsync(() => one.Names.SequenceEqual(["Grace", "ada"]) && two.Names.SequenceEqual(["Grace", "ada"]));
        Assert.NotNull(two.Person("ada")!.Member);
        Assert.Null(one.Person("Grace")!.Member);

        await one.MoveAsync(1, 65_535);
        await Eventually.TrueAsync(() => two.CursorOf("ada") is { X: 1, Y: 65_535 });
        await two.MoveAsync(300, 400);
        await Eventually.TrueAsync(() => one.CursorOf("Grace") is { X: 300, Y: 400 });

        await two.IdleAsync(true);
        await Eventually.TrueAsync(() => one.Person("Grace")!.IsIdle);
        await two.LeaveAsync();
        await Eventually.TrueAsync(() => one.Names.SequenceEqual(["ada"]));
    }

    [Fact]
    public async Task Rooms_AreApart_AtBothServers()
    {
        using var ada = await installation.Members.SignInAsync("ada");
        var (image, otherImage) = (await installation.PublicImageAsync(ada), await installation.PublicImageAsync(ada));
        await using var mover = await LiveClient.ConnectAsync(installation.One);
        await using var here = await LiveClient.ConnectAsync(installation.One);
        await using var there = await LiveClient.ConnectAsync(installation.Other);
        await using var elsewhereHere = await LiveClient.ConnectAsync(installation.One);
        await using var elsewhereThere = await LiveClient.ConnectAsync(installation.Other);
        foreach (var (client, name) in new[] { (mover, "mover"), (here, "here"), (there, "there") }) Assert.Equal("ok", await client.JoinAsync(image, name));
        foreach (var (client, name) in new[] { (elsewhereHere, "a"), (elsewhereThere, "b") }) Assert.Equal("ok", await client.JoinAsync(otherImage, name));
        await Eventually.TrueAsync(() => new[] { mover, here, there }.All(client => client.Count == 3) && new[] { elsewhereHere, elsewhereThere }.All(client => client.Count == 2));
        // The last frame tells each of both that both are there.
        var before = (elsewhereHere.Frames, elsewhereThere.Frames);

        for (var i = 1; i <= 20; i++)
        {
            await mover.MoveAsync(i, i);
            // A room that it isn't in.
            await mover.SendAsync("Move", elsewhereHere.Room, 1, 1);
            await mover.SendAsync("Idle", elsewhereHere.Room, true);
            await mover.SendAsync("Leave", elsewhereHere.Room);
        }

        await Eventually.TrueAsync(() => here.CursorOf("mover") is { X: 20, Y: 20 } && there.CursorOf("mover") is { X: 20, Y: 20 });
        Assert.Equal(before, (elsewhereHere.Frames, elsewhereThere.Frames));
        Assert.Equal(["a", "b"], elsewhereThere.Names);
        Assert.Null(elsewhereThere.CursorOf("mover"));
    }

    [Fact]
    public async Task Connection_ThatReadsNothing_OrDies_HindersNobody()
    {
        using var ada = await installation.Members.SignInAsync("ada");
        var image = await installation.PublicImageAsync(ada);
        await using var one = await LiveClient.ConnectAsync(installation.One);
        await using var two = await LiveClient.ConnectAsync(installation.Other);
        await one.JoinAsync(image, "one");
        await two.JoinAsync(image, "two");
        // At the first's server.
        using var deaf = await DeafClient.JoinAsync(installation.One, image, "deaf");
        await Eventually.TrueAsync(() => one.Count == 3 && two.Count == 3);

        for (var i = 1; i <= 50; i++)
        {
            await one.MoveAsync(i, 1);
            await two.MoveAsync(i, 2);
            await Eventually.TrueAsync(() => two.CursorOf("one")?.X == i && one.CursorOf("two")?.X == i);
        }

        deaf.Abort();
        await Eventually.TrueAsync(() => one.Names.SequenceEqual(["one", "two"]) && two.Names.SequenceEqual(["one", "two"]));
        await one.MoveAsync(100, 100);
        await Eventually.TrueAsync(() => two.CursorOf("one") is { X: 100 });
    }

    [Fact]
    public async Task Member_WithAPageAtEachServer_IsThereUntilTheLastIsClosed()
    {
        using var ada = await installation.Members.SignInAsync("ada");
        var image = await installation.PublicImageAsync(ada);
        await using var watcher = await LiveClient.ConnectAsync(installation.One);
        await watcher.JoinAsync(image, "watcher");
        await using var first = await LiveClient.ConnectAsync(installation.One, ada);
        await using var second = await LiveClient.ConnectAsync(installation.Other, ada);
        await first.JoinAsync(image);
        await second.JoinAsync(image);
        await Eventually.TrueAsync(() => watcher.Names.SequenceEqual(["ada", "ada", "watcher"]) && second.Count == 3);

        await first.DisposeAsync();

        await Eventually.TrueAsync(() => watcher.Names.SequenceEqual(["ada", "watcher"]) && second.Count == 2);
        await second.MoveAsync(9, 9);
        await Eventually.TrueAsync(() => watcher.CursorOf("ada") is { X: 9 });
        await second.DisposeAsync();
        await Eventually.TrueAsync(() => watcher.Names.SequenceEqual(["watcher"]));
    }

    [Fact]
    public async Task Join_WhoComesLater_SeesWhatThereIs()
    {
        using var ada = await installation.Members.SignInAsync("ada");
        var image = await installation.PublicImageAsync(ada);
        await using var one = await LiveClient.ConnectAsync(installation.One, ada);
        await one.JoinAsync(image);
        await one.MoveAsync(7, 8);

        await using var two = await LiveClient.ConnectAsync(installation.Other);
        Assert.Equal("ok", await two.JoinAsync(image, "Grace"));

        await Eventually.TrueAsync(() => two.CursorOf("ada") is { X: 7, Y: 8 });
    }

    [Fact]
    public async Task Comments_AndTheirChanges_AreToldInTheRoom_OnceEach_AlsoAtTheOtherServer()
    {
        using var ada = await installation.Members.SignInAsync("ada");
        var image = await installation.PublicImageAsync(ada);
        await DiscussionScenario.AddedAsync(ada, image, new { text = "before" });
        await using var one = await LiveClient.ConnectAsync(installation.One, ada);
        await using var two = await LiveClient.ConnectAsync(installation.Other);
        await one.JoinAsync(image);
        await two.JoinAsync(image, "Grace");
        Assert.All([one, two], client => Assert.Equal(1, client.Answer!.State.Discussion.Revision));

        var me = (await ada.JsonAsync("/api/v1/me")).GetProperty("id").GetString();
        var pin = await DiscussionScenario.AddedAsync(ada, image, new { text = "<b>look</b>, @ada", x = 0.25, y = 0.5, mentions = new[] { me } });
        foreach (var client in new[] { one, two }) await Eventually.TrueAsync(() => client.News.Any(news => news.State.Discussion.Revision == 2));
        await DiscussionScenario.OkAsync(ada, HttpMethod.Put, $"/api/v1/images/{image}/comments/{pin.Id}/like");
        await DiscussionScenario.OkAsync(ada, HttpMethod.Delete, $"/api/v1/images/{image}/comments/{pin.Id}");
        await DiscussionScenario.OkAsync(ada, HttpMethod.Put, $"/api/v1/images/{image}/like");
        foreach (var client in new[] { one, two })
        {
            await Eventually.TrueAsync(() => client.News.Any(news => news.State.Discussion is { Revision: 5, Likes: 1 }));
            var told = client.News.ToList();
            var first = told[0];
            Assert.Equal(1, first.From);
            var news = Assert.Single(first.Comments);
            Assert.Equal((pin.Id, "<b>look</b>, @ada", "ada", 0.25, 0.5), (news.Comment.Id.ToString(), news.Comment.Text, news.AuthorName, news.Comment.X, news.Comment.Y));
            Assert.Equal((me, "ada"), (news.Comment.Mentions[0].ToString(), news.Mentions[0]));
            // Each builds upon the one before: nothing is missing and nothing told twice.
            foreach (var (former, next) in told.Zip(told.Skip(1))) Assert.Equal(former.State.Discussion.Revision, next.From);
            Assert.Contains(told.SelectMany(some => some.Comments), some => some.Comment is { DeletedAt: not null, Text: "", AuthorId: null } && some.AuthorName is null);
        }
    }

    [Fact]
    public async Task Image_ThatIsChanged_IsToldInTheRoom()
    {
        using var ada = await installation.Members.SignInAsync("ada");
        var image = await installation.PublicImageAsync(ada);
        await using var guest = await LiveClient.ConnectAsync(installation.Other);
        await guest.JoinAsync(image, "Grace");
        using var edited = await ada.PatchAsync(image, new { title = "another" }, "*");
        Assert.Equal(HttpStatusCode.OK, edited.StatusCode);
        await Eventually.TrueAsync(() => guest.News.Any(news => news.State.Version == guest.Answer!.State.Version + 1 && news.State.Status == ImageStatus.Ready && news.Comments.Count == 0));
    }

    [Fact]
    public async Task Member_IsToldOfTheOwnImages_AndOfMentions_OnEachPage_AndNobodyElseIs()
    {
        using var ada = await installation.Members.SignInAsync("ada");
        using var ben = await installation.Members.SignInAsync("ben");
        await using var one = await LiveClient.ConnectAsync(installation.One, ada);
        await using var two = await LiveClient.ConnectAsync(installation.Other, ada);
        await using var bens = await LiveClient.ConnectAsync(installation.Other, ben);
        await using var guest = await LiveClient.ConnectAsync(installation.One);
        foreach (var client in new[] { one, two, bens, guest }) await client.SendAsync("Watch");
        // An answer: what was sent before has arrived.
        foreach (var client in new[] { one, two, bens, guest }) await client.JoinAsync("none", "x");

        var image = await installation.PublicImageAsync(ada);
        await DiscussionScenario.AddedAsync(ben, image, new { text = "nice" });
        var me = (await ben.JsonAsync("/api/v1/me")).GetProperty("id").GetString();
        await DiscussionScenario.AddedAsync(ada, image, new { text = "thank you, @ben", mentions = new[] { me } });
        await Eventually.TrueAsync(() => bens.OwnNews.Contains(("mentioned", image, "ada")));
        foreach (var client in new[] { one, two })
            await Eventually.TrueAsync(() => client.OwnNews.Contains(("ready", image, null)) && client.OwnNews.Contains(("commented", image, "ben")));
        Assert.DoesNotContain(one.OwnNews, news => news.Actor == "ada"); // one's own comment is no news
        Assert.Equal([("mentioned", image, "ada")], bens.OwnNews);
        Assert.Empty(guest.OwnNews);
    }

    [Fact]
    public async Task Join_AgainWithTheSameKey_IsNotShownTwice()
    {
        using var ada = await installation.Members.SignInAsync("ada");
        var image = await installation.PublicImageAsync(ada);
        var key = Guid.NewGuid();
        await using var watcher = await LiveClient.ConnectAsync(installation.One, ada);
        await watcher.JoinAsync(image);
        await using var first = await LiveClient.ConnectAsync(installation.One, key: key);
        await first.JoinAsync(image, "Grace");
        await Eventually.TrueAsync(() => watcher.Names.SequenceEqual(["Grace", "ada"]));

        // The old connection is still there: the server doesn't know yet that it is dead.
        await using var second = await LiveClient.ConnectAsync(installation.Other, key: key);
        Assert.Equal("ok", await second.JoinAsync(image, "Grace again", attempt: 2));

        await Eventually.TrueAsync(() => watcher.Names.SequenceEqual(["Grace again", "ada"]) && second.Names.SequenceEqual(["Grace again", "ada"]));
    }

    [Fact]
    public async Task Join_WhoMayNotSeeTheImage_IsToldTheSameAsWhereThereIsNone()
    {
        using var ada = await installation.Members.SignInAsync("ada");
        using var ben = await installation.Members.SignInAsync("ben");
        var secret = await ada.UploadedAnewAsync(installation.Members.Photographs[0]);
        await using var other = await LiveClient.ConnectAsync(installation.One, ben);
        await using var guest = await LiveClient.ConnectAsync(installation.One);

        foreach (var image in new[] { secret, "01m88afn7fetav7yn7drwbwa39", "x", "" })
        {
            Assert.Equal("not-found", await other.JoinAsync(image));
            Assert.Equal("not-found", await guest.JoinAsync(image, "Grace"));
        }

        await using var owner = await LiveClient.ConnectAsync(installation.Other, ada);
        Assert.Equal("ok", await owner.JoinAsync(secret));
    }

    [Theory]
    [InlineData(null)]
    [InlineData("")]
    [InlineData("   ")]
    [InlineData("a\nb")]
    [InlineData("a\u202eb")]
    [InlineData("123456789012345678901234567890123456789012345678901")]
    public async Task Join_OfAGuestWithoutAUsableName_IsRefused(string? name)
    {
        using var ada = await installation.Members.SignInAsync("ada");
        var image = await installation.PublicImageAsync(ada);
        await using var guest = await LiveClient.ConnectAsync(installation.One);

        Assert.Equal("name", await guest.JoinAsync(image, name));
    }

    [Fact]
    public async Task ImageMadePrivate_PutsOutWhoMayNotSeeItAnyMore_WithinFiveSeconds()
    {
        using var ada = await installation.Members.SignInAsync("ada");
        var image = await installation.PublicImageAsync(ada);
        await using var owner = await LiveClient.ConnectAsync(installation.One, ada);
        await using var guest = await LiveClient.ConnectAsync(installation.Other);
        await owner.JoinAsync(image);
        await guest.JoinAsync(image, "Grace");
        await Eventually.TrueAsync(() => owner.Names.Count == 2);

        using var hidden = await ada.SendAsync(HttpMethod.Patch, $"/api/v1/images/{image}", request =>
        {
            request.Headers.TryAddWithoutValidation("If-Match", "*");
            request.Content = JsonContent.Create(new { visibility = "private" });
        });
        Assert.Equal(HttpStatusCode.OK, hidden.StatusCode);

        await Eventually.GetAsync(() => Task.FromResult(guest.Gone.Count), gone => gone == 1, TimeSpan.FromSeconds(5));
        await Eventually.TrueAsync(() => owner.Names.SequenceEqual(["ada"]));
        await owner.MoveAsync(1, 1);
        Assert.Equal("not-found", await guest.JoinAsync(image, "Grace"));
    }

    [Fact]
    public async Task SessionEnded_EndsItsConnections_WithinFiveSeconds()
    {
        using var ada = await installation.Members.SignInAsync("ada");
        await using var one = await LiveClient.ConnectAsync(installation.One, ada);
        await using var guest = await LiveClient.ConnectAsync(installation.One);

        using var signedOut = await ada.SendAsync(HttpMethod.Delete, "/api/v1/session");
        Assert.True(signedOut.IsSuccessStatusCode);

        await one.Closed.WaitAsync(TimeSpan.FromSeconds(5), TestContext.Current.CancellationToken);
        Assert.Equal(["signed-out"], one.Ends);
        Assert.Empty(guest.Ends);
    }

    [Fact]
    public async Task Moves_OfManyAtOnce_ComeInFewFrames_AndTheLastIsSeen()
    {
        using var ada = await installation.Members.SignInAsync("ada");
        var image = await installation.PublicImageAsync(ada);
        await using var watcher = await LiveClient.ConnectAsync(installation.One, ada);
        await watcher.JoinAsync(image);
        await using var mover = await LiveClient.ConnectAsync(installation.Other);
        await mover.JoinAsync(image, "Grace");
        await Eventually.TrueAsync(() => watcher.Names.Count == 2);
        var before = watcher.Frames;

        for (var i = 0; i < 100; i++) await mover.MoveAsync(i, i);

        await Eventually.TrueAsync(() => watcher.CursorOf("Grace") is { X: 99, Y: 99 });
        Assert.InRange(watcher.Frames - before, 1, 30);
    }

    [Fact]
    public async Task Messages_TooMany_AreToldAndEndTheConnection()
    {
        using var ada = await installation.Members.SignInAsync("ada");
        var image = await installation.PublicImageAsync(ada);
        await using var flood = await LiveClient.ConnectAsync(installation.One, ada);
        await flood.JoinAsync(image);

        await Eventually.TrueAsync(async () =>
        {
            try
            {
                for (var i = 0; i < 100; i++) await flood.MoveAsync(i, i);
            }
            catch (InvalidOperationException)
            {
                // It has ended.
            }

            return flood.Closed.IsCompleted;
        });

        Assert.Equal(["too-many-messages"], flood.Ends);
    }
}
