using System.Security.Cryptography;
using PixelCraft.Ids;
using PixelCraft.Images;
using PixelCraft.Images.Contracts;
using Xunit;

namespace PixelCraft.Tests.Contracts;

/// <summary>What every catalogue does. An adapter's tests add only how it is made.</summary>
public abstract class CatalogueContract : IAsyncLifetime
{
    private readonly IdGenerator _ids = new(TimeProvider.System);
    private ICatalogue _catalogue = null!;

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    /// <summary>An empty catalogue.</summary>
    private protected abstract Task<ICatalogue> CreateAsync();

    /// <summary>One whose database can't be reached.</summary>
    private protected abstract ICatalogue CreateUnreachable();

    public async ValueTask InitializeAsync() => _catalogue = await CreateAsync();

    public virtual ValueTask DisposeAsync()
    {
        GC.SuppressFinalize(this);
        return ValueTask.CompletedTask;
    }

    [Fact]
    public async Task Find_AfterAdd_GivesEveryFieldBack()
    {
        var image = Image() with
        {
            Title = "Œuvre — 'quoted' \"twice\" \\ 日本",
            Description = new string('d', 5_000),
            Tags = ["a", "ö", "two words"],
            Visibility = Visibility.Unlisted,
            Status = ImageStatus.Failed,
            FailureReason = "The file ends too early.",
            Bytes = 5_000_000_000,
            ThumbHash = "1QcSHQRnh493V4dIh4eXh1h4kJUI",
            Variants = [new Variant(200, 200, 133, 4_321), new Variant(400, 400, 267, 12_345)],
            Metadata = new ImageMetadata { Make = "<b>Canon</b>", ExposureSeconds = 1 / 3.0, Keywords = ["a", "日本"], Place = new ImagePlace(-1.5, 2.25, null) },
            TakenAt = new DateTimeOffset(2024, 5, 1, 10, 34, 56, TimeSpan.Zero),
            TrashedAt = new DateTimeOffset(2026, 11, 24, 1, 2, 3, TimeSpan.Zero).AddMicroseconds(456_789),
        };
        await _catalogue.AddAsync(image, Cancellation);
        Same(image, await _catalogue.FindAsync(image.Id, Cancellation));
        // A list leaves out what can be longer than all the rest, and nothing else.
        var listed = Assert.Single(await _catalogue.ListAsync(new ImageQuery { Owner = image.OwnerId, Limit = 2 }, Cancellation));
        Same(image with { Metadata = null }, listed);
    }

    [Fact]
    public async Task Find_OfAnUnknownId_IsNull() => Assert.Null(await _catalogue.FindAsync(_ids.ForMember(), Cancellation));

    [Fact]
    public async Task Add_OfAnIdThatIsThere_ThrowsAndChangesNothing()
    {
        var image = Image();
        await _catalogue.AddAsync(image, Cancellation);
        await Assert.ThrowsAsync<ArgumentException>(() => _catalogue.AddAsync(image with { Title = "other" }, Cancellation));
        Same(image, await _catalogue.FindAsync(image.Id, Cancellation));
    }

    [Fact]
    public async Task Update_OfTheVersion_StoresEveryFieldAndCountsOn()
    {
        var image = Image();
        await _catalogue.AddAsync(image, Cancellation);
        var change = image with
        {
            Title = "t",
            Description = "d",
            Tags = ["x"],
            Visibility = Visibility.Public,
            Status = ImageStatus.Ready,
            FailureReason = "r",
            FileName = "f.png",
            ContentType = "image/png",
            Width = 1,
            Height = 2,
            ThumbHash = "h",
            ContentHash = "0123456789abcdef",
            Variants = [new Variant(200, 1, 2, 3)],
            AvifDone = true,
            Metadata = new ImageMetadata { Model = "M", Keywords = ["k"] },
            TakenAt = image.CreatedAt.AddDays(-1),
            UpdatedAt = image.UpdatedAt.AddHours(1),
            TrashedAt = image.CreatedAt.AddHours(2),
        };
        Assert.Equal(UpdateOutcome.Updated, await _catalogue.UpdateAsync(change, Cancellation));
        Same(change with { Version = 2 }, await _catalogue.FindAsync(image.Id, Cancellation));
    }

    [Fact]
    public async Task Update_OfAnotherVersion_IsAConflictAndChangesNothing()
    {
        var image = Image();
        await _catalogue.AddAsync(image, Cancellation);
        Assert.Equal(UpdateOutcome.Conflict, await _catalogue.UpdateAsync(image with { Title = "t", Version = 2 }, Cancellation));
        Same(image, await _catalogue.FindAsync(image.Id, Cancellation));
    }

    [Fact]
    public async Task Update_OfAnUnknownId_IsMissing() => Assert.Equal(UpdateOutcome.Missing, await _catalogue.UpdateAsync(Image(), Cancellation));

    [Fact]
    public async Task Update_ByManyAtOnce_LetsOneWinEachVersion()
    {
        var image = Image();
        await _catalogue.AddAsync(image, Cancellation);
        var outcomes = await Task.WhenAll(Enumerable.Range(0, 20).Select(i => Task.Run(() => _catalogue.UpdateAsync(image with { Title = $"{i}" }, Cancellation))));
        Assert.Single(outcomes, UpdateOutcome.Updated);
        Assert.Equal(19, outcomes.Count(outcome => outcome == UpdateOutcome.Conflict));
        Assert.Equal(2, (await _catalogue.FindAsync(image.Id, Cancellation))!.Version);
    }

    [Fact]
    public async Task Add_ByManyAtOnce_LosesNone()
    {
        var owner = _ids.ForMember();
        var images = Enumerable.Range(0, 100).Select(_ => Image(owner)).ToList();
        // Each on a connection of its own, which on a busy machine takes its time to be opened.
        await Parallel.ForEachAsync(images, new ParallelOptions { MaxDegreeOfParallelism = 25, CancellationToken = Cancellation }, async (image, cancel) => await _catalogue.AddAsync(image, cancel));
        var found = await _catalogue.ListAsync(new ImageQuery { Owner = owner, Limit = 1_000 }, Cancellation);
        Assert.Equal(images.Select(image => image.Id).OrderDescending(), found.Select(image => image.Id));
    }

    [Fact]
    public async Task Remove_TakesTheRecordAway_AndTwiceIsNoError()
    {
        var image = Image();
        await _catalogue.AddAsync(image, Cancellation);
        Assert.True(await _catalogue.RemoveAsync(image.Id, null, Cancellation));
        Assert.False(await _catalogue.RemoveAsync(image.Id, null, Cancellation));
        Assert.Null(await _catalogue.FindAsync(image.Id, Cancellation));
    }

    [Fact]
    public async Task Remove_OfAnotherVersion_ChangesNothing()
    {
        var image = Image();
        await _catalogue.AddAsync(image, Cancellation);
        Assert.False(await _catalogue.RemoveAsync(image.Id, 2, Cancellation));
        Same(image, await _catalogue.FindAsync(image.Id, Cancellation));
        Assert.True(await _catalogue.RemoveAsync(image.Id, 1, Cancellation));
    }

    [Fact]
    public async Task Add_OfTheSameBytesByTheSameOwner_GivesTheRecordThatIsThere()
    {
        var image = Image();
        Assert.Equal(AddOutcome.Added, (await _catalogue.AddAsync(image, Cancellation)).Outcome);
        var again = Image(image.OwnerId) with { Sha256 = image.Sha256 };

        var result = await _catalogue.AddAsync(again, Cancellation);

        Assert.Equal(AddOutcome.Duplicate, result.Outcome);
        Same(image, result.Existing);
        Assert.Null(await _catalogue.FindAsync(again.Id, Cancellation));
        // Somebody else's are another image, and after a removal the next is the first again.
        Assert.Equal(AddOutcome.Added, (await _catalogue.AddAsync(Image() with { Sha256 = image.Sha256 }, Cancellation)).Outcome);
        await _catalogue.RemoveAsync(image.Id, null, Cancellation);
        Assert.Equal(AddOutcome.Added, (await _catalogue.AddAsync(again, Cancellation)).Outcome);
    }

    [Fact]
    public async Task Add_OfTheSameBytesByManyAtOnce_AddsOne()
    {
        var first = Image();
        var images = Enumerable.Range(0, 20).Select(_ => Image(first.OwnerId) with { Sha256 = first.Sha256 }).ToList();

        var results = await Task.WhenAll(images.Select(image => Task.Run(() => _catalogue.AddAsync(image, Cancellation))));

        Assert.Single(results, result => result.Outcome == AddOutcome.Added);
        var there = Assert.Single(await _catalogue.ListAsync(new ImageQuery { Owner = first.OwnerId, Limit = 100 }, Cancellation));
        Assert.All(results.Where(result => result.Outcome == AddOutcome.Duplicate), result => Assert.Equal(there.Id, result.Existing!.Id));
    }

    [Fact]
    public async Task Existing_GivesThoseThatHaveARecord()
    {
        var images = Enumerable.Range(0, 3).Select(_ => Image()).ToList();
        foreach (var image in images) await _catalogue.AddAsync(image, Cancellation);
        var existing = await _catalogue.ExistingAsync([images[0].Id, _ids.ForMember(), images[2].Id], Cancellation);
        Assert.Equal(new[] { images[0].Id, images[2].Id }.Order(), existing.Order());
    }

    [Fact]
    public async Task List_TrashedBefore_GivesWhatIsInTheTrashForThatLong()
    {
        var owner = _ids.ForMember();
        var then = new DateTimeOffset(2026, 11, 24, 1, 2, 3, TimeSpan.Zero);
        var old = Image(owner) with { TrashedAt = then.AddSeconds(-1) };
        foreach (var image in new[] { old, Image(owner) with { TrashedAt = then }, Image(owner) }) await _catalogue.AddAsync(image, Cancellation);
        Assert.Equal(old.Id, Assert.Single(await _catalogue.ListAsync(new ImageQuery { TrashedBefore = then, Limit = 10 }, Cancellation)).Id);
    }

    [Theory]
    [InlineData(1)]
    [InlineData(7)]
    [InlineData(100)]
    public async Task List_PageByPage_GivesEachOnceNewestFirst(int limit)
    {
        var owner = _ids.ForMember();
        var ids = new List<Id>();
        for (var i = 0; i < 30; i++)
        {
            var image = Image(owner);
            ids.Add(image.Id);
            await _catalogue.AddAsync(image, Cancellation);
            await _catalogue.AddAsync(Image(), Cancellation); // somebody else's, in between
        }
        var seen = new List<Id>();
        Id? after = null;
        // At most as many pages as there are images, also where a store gives one twice.
        while (seen.Count <= ids.Count)
        {
            var page = await _catalogue.ListAsync(new ImageQuery { Owner = owner, After = after, Limit = limit }, Cancellation);
            if (page.Count == 0) break;
            Assert.True(page.Count <= limit);
            seen.AddRange(page.Select(image => image.Id));
            after = page[^1].Id;
        }
        Assert.Equal(ids.OrderDescending(), seen);
    }

    [Fact]
    public async Task List_Before_GivesTheNearestNewerOnes()
    {
        var owner = _ids.ForMember();
        var images = Enumerable.Range(0, 10).Select(_ => Image(owner)).OrderByDescending(image => image.Id).ToList();
        foreach (var image in images) await _catalogue.AddAsync(image, Cancellation);
        var page = await _catalogue.ListAsync(new ImageQuery { Owner = owner, Before = images[5].Id, Limit = 2 }, Cancellation);
        Assert.Equal([images[3].Id, images[4].Id], page.Select(image => image.Id));
    }

    [Fact]
    public async Task List_ByEveryFilter_GivesWhatFitsAndNothingElse()
    {
        var owner = _ids.ForMember();
        var images = (
            from visibility in Enum.GetValues<Visibility>()
            from status in Enum.GetValues<ImageStatus>()
            from trashed in new[] { false, true }
            select Image(owner) with { Visibility = visibility, Status = status, TrashedAt = trashed ? DateTimeOffset.UnixEpoch : null }).ToList();
        foreach (var image in images) await _catalogue.AddAsync(image, Cancellation);

        foreach (var visibility in Enum.GetValues<Visibility>().Cast<Visibility?>().Append(null))
            foreach (var status in Enum.GetValues<ImageStatus>().Cast<ImageStatus?>().Append(null))
                foreach (var trashed in new bool?[] { false, true, null })
                {
                    var found = await _catalogue.ListAsync(new ImageQuery { Owner = owner, Visibility = visibility, Status = status, Trashed = trashed, Limit = 100 }, Cancellation);
                    var expected = images.Where(image => (visibility is null || image.Visibility == visibility)
                        && (status is null || image.Status == status)
                        && (trashed is null || image.TrashedAt is not null == trashed));
                    Assert.Equal(expected.Select(image => image.Id).OrderDescending(), found.Select(image => image.Id));
                }
    }

    [Fact]
    public async Task List_ByAvifDone_FollowsTheRecord()
    {
        var owner = _ids.ForMember();
        var images = new[] { false, true, false }.Select(done => Image(owner) with { Status = ImageStatus.Ready, AvifDone = done }).ToList();
        foreach (var image in images) await _catalogue.AddAsync(image, Cancellation);
        await _catalogue.AddAsync(Image(owner) with { Status = ImageStatus.Ready, TrashedAt = DateTimeOffset.UnixEpoch }, Cancellation);
        await _catalogue.AddAsync(Image(owner), Cancellation);
        var query = new ImageQuery { Status = ImageStatus.Ready, Trashed = false, AvifDone = false, Limit = 10 };

        Assert.Equal(new[] { images[2].Id, images[0].Id }.OrderDescending(), (await _catalogue.ListAsync(query, Cancellation)).Select(image => image.Id));
        Assert.Equal([images[1].Id], (await _catalogue.ListAsync(query with { AvifDone = true }, Cancellation)).Select(image => image.Id));
        await _catalogue.UpdateAsync(images[2] with { AvifDone = true }, Cancellation);
        Assert.Equal([images[0].Id], (await _catalogue.ListAsync(query, Cancellation)).Select(image => image.Id));
    }

    [Fact]
    public async Task List_ByTag_FollowsEveryChangeOfTheRecord()
    {
        var owner = _ids.ForMember();
        var image = Image(owner) with { Tags = ["a", "b"] };
        await _catalogue.AddAsync(image, Cancellation);
        await _catalogue.AddAsync(Image(owner) with { Tags = ["c"] }, Cancellation);
        await _catalogue.AddAsync(Image() with { Tags = ["a"] }, Cancellation);
        Assert.Equal([image.Id], await TaggedAsync("a"));
        Assert.Empty(await TaggedAsync("A"));
        Assert.Empty(await TaggedAsync("a", Visibility.Public));

        await _catalogue.UpdateAsync(image with { Tags = ["b", "d"], Visibility = Visibility.Public, Status = ImageStatus.Ready }, Cancellation);
        Assert.Empty(await TaggedAsync("a"));
        Assert.Equal([image.Id], await TaggedAsync("d", Visibility.Public));

        await _catalogue.UpdateAsync(image with { Tags = ["b"], Visibility = Visibility.Private, Status = ImageStatus.Ready, Version = 2 }, Cancellation);
        Assert.Empty(await TaggedAsync("b", Visibility.Public));
        Assert.Equal([image.Id], await TaggedAsync("b"));

        await _catalogue.UpdateAsync(image with { Tags = ["z"], Version = 1 }, Cancellation); // a conflict
        Assert.Empty(await TaggedAsync("z"));

        await _catalogue.RemoveAsync(image.Id, null, Cancellation);
        Assert.Empty(await TaggedAsync("b"));

        async Task<IEnumerable<Id>> TaggedAsync(string tag, Visibility? visibility = null)
        {
            ImageStatus? status = visibility is null ? null : ImageStatus.Ready;
            var query = new ImageQuery { Owner = owner, Tag = tag, Visibility = visibility, Status = status, Trashed = false, Limit = 10 };
            return (await _catalogue.ListAsync(query, Cancellation)).Select(found => found.Id);
        }
    }

    [Fact]
    public async Task List_ByTagOfAnybody_GoesPageByPageBothWays()
    {
        var tag = $"t{_ids.ForMember()}";
        var images = Enumerable.Range(0, 7).Select(i => Image() with { Tags = [tag], Visibility = Visibility.Public, Status = ImageStatus.Ready }).ToList();
        foreach (var image in images) await _catalogue.AddAsync(image, Cancellation);
        await _catalogue.AddAsync(Image() with { Tags = [tag], Visibility = Visibility.Public, Status = ImageStatus.Ready, TrashedAt = DateTimeOffset.UnixEpoch }, Cancellation);
        await _catalogue.AddAsync(Image() with { Tags = [tag], Status = ImageStatus.Ready }, Cancellation);
        var ids = images.Select(image => image.Id).OrderDescending().ToList();
        var query = new ImageQuery { Tag = tag, Visibility = Visibility.Public, Status = ImageStatus.Ready, Trashed = false, Limit = 3 };
        Assert.Equal(ids[..3], (await _catalogue.ListAsync(query, Cancellation)).Select(image => image.Id));
        Assert.Equal(ids[3..6], (await _catalogue.ListAsync(query with { After = ids[2] }, Cancellation)).Select(image => image.Id));
        Assert.Equal(ids[3..6], (await _catalogue.ListAsync(query with { Before = ids[6] }, Cancellation)).Select(image => image.Id));
    }

    [Fact]
    public async Task EveryCall_WhenTheDatabaseIsAway_SaysThatItIsUnavailable()
    {
        var away = CreateUnreachable();
        var id = _ids.ForMember();
        await Assert.ThrowsAsync<UnavailableException>(() => away.FindAsync(id, Cancellation));
        await Assert.ThrowsAsync<UnavailableException>(() => away.AddAsync(Image(), Cancellation));
        await Assert.ThrowsAsync<UnavailableException>(() => away.UpdateAsync(Image(), Cancellation));
        await Assert.ThrowsAsync<UnavailableException>(() => away.ListAsync(new ImageQuery { Limit = 1 }, Cancellation));
        await Assert.ThrowsAsync<UnavailableException>(() => away.RemoveAsync(id, null, Cancellation));
        await Assert.ThrowsAsync<UnavailableException>(() => away.ExistingAsync([id], Cancellation));
    }

    [Fact]
    public async Task EveryCall_Cancelled_EndsAsCancelled()
    {
        var cancelled = new CancellationToken(canceled: true);
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => _catalogue.FindAsync(_ids.ForMember(), cancelled));
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => _catalogue.AddAsync(Image(), cancelled));
    }

    private ImageRecord Image(Id? owner = null) => NewImage(_ids, owner);

    /// <summary>A record like those that uploads make, of bytes that nobody else has.</summary>
    internal static ImageRecord NewImage(IdGenerator ids, Id? owner = null)
    {
        var ownerId = owner ?? ids.ForMember();
        var id = ids.For(ownerId);
        return new ImageRecord
        {
            Id = id,
            OwnerId = ownerId,
            Visibility = Visibility.Private,
            Status = ImageStatus.Processing,
            FileName = "IMG_0001.jpg",
            ContentType = "image/jpeg",
            Bytes = 469_000,
            Sha256 = RandomNumberGenerator.GetHexString(64, lowercase: true),
            Width = 4032,
            Height = 3024,
            ContentHash = "abcdefgh01234567",
            CreatedAt = id.CreatedAt,
            UpdatedAt = id.CreatedAt,
        };
    }

    /// <summary>Records hold lists, which compare by reference.</summary>
    private static void Same(ImageRecord expected, ImageRecord? actual)
    {
        Assert.NotNull(actual);
        Assert.Equal(expected.Tags, actual.Tags);
        Assert.Equal(expected.Variants, actual.Variants);
        Assert.Equal(expected.Metadata?.Keywords, actual.Metadata?.Keywords);
        Assert.Equal(expected.Metadata, actual.Metadata is null ? null : actual.Metadata with { Keywords = expected.Metadata!.Keywords });
        Assert.Equal(expected, actual with { Tags = expected.Tags, Variants = expected.Variants, Metadata = expected.Metadata });
    }
}
