using CsCheck;
using PixelCraft.Consistency;
using PixelCraft.Ids;
using PixelCraft.Images;
using PixelCraft.Images.Contracts;
using Xunit;

namespace PixelCraft.Tests.Contracts;

/// <summary>What every view finds by words.</summary>
public abstract partial class CatalogueViewContract
{
    [Fact]
    public async Task Search_FindsByWhatTheRecordAndTheOriginalSay()
    {
        ReadPosition.Current = new ReadPosition();
        var image = CatalogueContract.NewImage(_ids) with
        {
            Title = "Crème Brûlée, the 2nd",
            Description = "Über den Straßen von Ærøskøbing 東京タワー 🌅",
            Tags = ["holiday", "two words"],
            FileName = "IMG_1234-final.JPG",
            Metadata = new ImageMetadata { Make = "Canon", Model = "EOS R5", Lens = "RF24-70mm", Title = "Hafen", Keywords = ["Дождь"], Description = "سَلام" },
        };
        await _catalogue.AddAsync(image, Cancellation);
        await _catalogue.AddAsync(CatalogueContract.NewImage(_ids, image.OwnerId) with { Title = "100% of_it \\ 'quoted' \"twice\"" }, Cancellation);

        foreach (var text in new[] { "creme", "BRULEE creme", "cre", "2nd bru", "1234", "img final jpg", "holi", "words two", "strassen", "aeroskobing", "京 東", "タワー", "🌅", "canon r5", "rf24 7", "hafen", "дождь", "سلام", "\u200fسلام\u200e" })
            Assert.True(await SearchAsync(image.OwnerId, text) is [var id] && id == image.Id, $"'{text}' finds nothing.");
        foreach (var text in new[] { "reme", "cremes", "creme hafer", "cre bru", "c%e", "c_eme", "%", "_", "'", "cr* eme", "x' OR '1'='1" })
            Assert.True(await SearchAsync(image.OwnerId, text) is [], $"'{text}' finds something.");
        Assert.Single(await SearchAsync(image.OwnerId, "\"quoted\" 100%"));
        Assert.Empty(await SearchAsync(_ids.ForMember(), "creme"));
    }

    [Fact]
    public async Task Search_FollowsEveryChangeOfTheRecord()
    {
        ReadPosition.Current = new ReadPosition();
        var image = CatalogueContract.NewImage(_ids) with { Title = "before", Tags = ["red"] };
        await _catalogue.AddAsync(image, Cancellation);
        Assert.Equal((1, 0), (await OwnAsync("before"), await ListedAsync("before")));

        // Processed: what the original says comes with it.
        await ChangeAsync(image with { Status = ImageStatus.Ready, Visibility = Visibility.Public, Metadata = new ImageMetadata { Model = "X100" } });
        Assert.Equal((1, 1), (await OwnAsync("x100"), await ListedAsync("x100")));

        await ChangeAsync(image with { Title = "after", Tags = ["blue"] });
        Assert.Equal((0, 0), (await OwnAsync("before"), await ListedAsync("red")));
        Assert.Equal((1, 1), (await OwnAsync("after blue"), await ListedAsync("blue after")));

        await ChangeAsync(image with { Visibility = Visibility.Private });
        Assert.Equal((1, 0), (await OwnAsync("after"), await ListedAsync("after")));
        await ChangeAsync(image with { Visibility = Visibility.Public, TrashedAt = DateTimeOffset.UnixEpoch });
        Assert.Equal((0, 1, 0), (await OwnAsync("after"), (await SearchAsync(image.OwnerId, "after", trashed: true)).Count, await ListedAsync("after")));
        await ChangeAsync(image with { TrashedAt = null });
        Assert.Equal((1, 1), (await OwnAsync("after"), await ListedAsync("after")));

        Assert.Equal(UpdateOutcome.Conflict, await _catalogue.UpdateAsync(image with { Title = "late", Version = 1 }, Cancellation));
        Assert.Equal(0, await OwnAsync("late"));
        await _catalogue.RemoveAsync(image.Id, null, Cancellation);
        Assert.Equal((0, 0), (await OwnAsync("after"), await ListedAsync("after")));

        async Task<int> OwnAsync(string text) => (await SearchAsync(image.OwnerId, text)).Count;
        async Task<int> ListedAsync(string text) => (await SearchAsync(null, text)).Count;
        async Task ChangeAsync(ImageRecord change)
        {
            Assert.Equal(UpdateOutcome.Updated, await _catalogue.UpdateAsync(change, Cancellation));
            image = change with { Version = change.Version + 1 };
        }
    }

    /// <summary>Words that are rare, common, of many spellings and of too many: whatever leads the search, it finds what a look at every image finds, page by page, both ways.</summary>
    [Fact]
    public async Task Search_WhateverIsCommon_FindsWhatALookAtEveryImageFinds()
    {
        var owners = Enumerable.Range(0, 3).Select(_ => _ids.ForMember()).ToArray();
        var images = Enumerable.Range(0, 1_300).Select(i => CatalogueContract.NewImage(_ids, owners[i % 3]) with
        {
            Title = $"c{i % 50:d2} {(i % 2 == 0 ? "even" : "odd")}{(i % 600 == 7 ? " needle" : "")}",
            FileName = $"n{i}.jpg",
            Tags = i % 5 == 0 ? ["five"] : [],
            Status = ImageStatus.Ready,
            Visibility = i % 7 == 0 ? Visibility.Unlisted : Visibility.Public,
            TrashedAt = i % 11 == 0 ? DateTimeOffset.UnixEpoch : null,
        }).ToList();
        await Parallel.ForEachAsync(images.SkipLast(1), new ParallelOptions { MaxDegreeOfParallelism = 4, CancellationToken = Cancellation }, async (image, stop) => await _catalogue.AddAsync(image, stop));
        ReadPosition.Current = new ReadPosition();
        await _catalogue.AddAsync(images[^1], Cancellation);

        var listed = new ImageQuery { Visibility = Visibility.Public, Status = ImageStatus.Ready, Trashed = false, Limit = 40 };
        foreach (var query in new[] { listed with { Limit = 50 }, listed with { Owner = owners[0] }, new ImageQuery { Owner = owners[1], Trashed = false, Limit = 100 }, new ImageQuery { Owner = owners[2], Trashed = true, Limit = 9 }, listed with { Tag = "five" } })
            foreach (var text in new[] { "c", "n", "even", "needle", "even odd", "even need", "odd needle", "c07 n7", "jpg n1", "jpg c1", "c1 n1", "nothing", "even nothing", "j e" })
                await IsAsALookAtEveryImageAsync(query, text, images);
    }

    [Fact]
    public async Task Search_OfAnyNamesAndWords_FindsWhatALookAtEveryImageFinds()
    {
        var word = Gen.OneOf(Gen.Char["abÄß"].Array[1, 3].Select(letters => new string(letters)), Gen.OneOfConst("東京", "a-b", "%", "🌅", "A_1", "١٢"));
        var text = word.List[1, 3].Select(words => string.Join(' ', words));
        var owner = _ids.ForMember();
        var images = new List<ImageRecord>();
        await text.List[1, 6].Select(text, Gen.Int[1, 4]).SampleAsync(
            async (titles, asked, limit) =>
            {
                ReadPosition.Current = new ReadPosition();
                foreach (var title in titles)
                {
                    var image = CatalogueContract.NewImage(_ids, owner) with { Title = title, FileName = "f" };
                    await _catalogue.AddAsync(image, Cancellation);
                    lock (images) images.Add(image);
                }
                if (SearchTerms.TryParse(asked, out _, out _)) await IsAsALookAtEveryImageAsync(new ImageQuery { Owner = owner, Trashed = false, Limit = limit }, asked, images);
            },
            iter: 40, threads: 1);
    }

    private static bool Has(ImageRecord image, SearchTerms terms)
    {
        var words = SearchWords.Of(image);
        return terms.Words.All(words.Contains) && (terms.Prefix is null || words.Any(word => word.StartsWith(terms.Prefix, StringComparison.Ordinal)));
    }

    private async Task IsAsALookAtEveryImageAsync(ImageQuery query, string text, IEnumerable<ImageRecord> images)
    {
        Assert.True(SearchTerms.TryParse(text, out var terms, out _));
        var expected = images.Where(image => (query.Owner is null || image.OwnerId == query.Owner) && (query.Tag is null || image.Tags.Contains(query.Tag))
                && (query.Visibility is null || image.Visibility == query.Visibility) && image.TrashedAt is not null == query.Trashed && Has(image, terms))
            .Select(image => image.Id).OrderDescending().ToList();
        var found = new List<Id>();
        Id? next = null;
        do
        {
            var page = await _view.SearchAsync(query with { After = next }, terms, Cancellation);
            Assert.True(page.Images.Count <= query.Limit);
            found.AddRange(page.Images.Select(image => image.Id));
            Assert.True(page.Next is null || next is null || page.Next.Value < next.Value);
            next = page.Next;
        }
        while (next is not null);
        Assert.True(expected.SequenceEqual(found), $"'{text}' finds {found.Count} instead of {expected.Count} for {query}.");

        if (expected.Count == 0) return;
        var back = await _view.SearchAsync(query with { Before = expected[^1] }, terms, Cancellation);
        Assert.Equal(expected.SkipLast(1).TakeLast(query.Limit), back.Images.Select(image => image.Id));
        Assert.Equal(expected.Count > query.Limit + 1 ? back.Images[0].Id : null, back.Next);
    }

    private async Task<IReadOnlyList<Id>> SearchAsync(Id? owner, string text, bool trashed = false)
    {
        Assert.True(SearchTerms.TryParse(text, out var terms, out var fault) || fault == SearchFault.NoWord);
        if (terms is null) return [];
        var query = new ImageQuery { Owner = owner, Trashed = trashed, Limit = 10 };
        var found = await _view.SearchAsync(owner is null ? query with { Visibility = Visibility.Public, Status = ImageStatus.Ready } : query, terms, Cancellation);
        Assert.Null(found.Next);
        return [.. found.Images.Select(image => image.Id)];
    }
}
