using CsCheck;
using PixelCraft.Adapters.EntityFramework.Catalogue.Sharding;
using PixelCraft.Ids;
using PixelCraft.Images;
using PixelCraft.Images.Contracts;
using PixelCraft.Tests.Contracts;
using Xunit;

namespace PixelCraft.Tests.Adapters.EntityFramework;

/// <summary>A list over several databases is the list that one would give.</summary>
public sealed class KeysetTests
{
    private static readonly ImageRecord Any = CatalogueContract.NewImage(new IdGenerator(TimeProvider.System));

    /// <summary>Images by their time of making, each in one of three databases; some have copies in others, as while they are moved.</summary>
    private static readonly Gen<(int Home, int Copies)[]> Images = Gen.Select(Gen.Int[0, 2], Gen.Int[0, 7]).Array[0, 40];

    [Fact]
    public void List_OfDatabasesWithCopies_IsThatOfOneWithAll() => Gen.Select(Images, Gen.Int[1, 12], Gen.Int[-1, 40], Gen.Bool).Sample((images, limit, at, before) =>
    {
        var ids = images.Select((_, i) => IdAt(i)).ToList();
        var cursor = at < 0 ? (Id?)null : IdAt(at);
        var query = new ImageQuery { Limit = limit, After = before ? null : cursor, Before = before ? cursor : null };
        var lists = Enumerable.Range(0, 3).Select(database =>
        {
            var held = ids.Where((_, i) => images[i].Home == database || (images[i].Copies & (1 << database)) != 0).ToList();
            return Keyset.OwnAsync(part => Task.FromResult(List(held, part)), query, id => images[ids.IndexOf(id)].Home == database).GetAwaiter().GetResult();
        });
        Assert.Equal(List(ids, query).Select(image => image.Id), Keyset.Merge(lists, query).Select(image => image.Id));
    });

    [Fact]
    public void Pages_OneAfterTheOther_ShowEveryImageOnce() => Gen.Select(Images, Gen.Int[1, 12]).Sample((images, limit) =>
    {
        var ids = images.Select((_, i) => IdAt(i)).ToList();
        var query = new ImageQuery { Limit = limit };
        var seen = new List<Id>();
        while (true)
        {
            var lists = Enumerable.Range(0, 3).Select(database => List([.. ids.Where((_, i) => images[i].Home == database)], query));
            var page = Keyset.Merge(lists, query);
            seen.AddRange(page.Select(image => image.Id));
            if (page.Count < limit) break;
            query = query with { After = page[^1].Id };
        }
        Assert.Equal(ids.OrderDescending(), seen);
    });

    /// <summary>Each database finds every second image, say, and stops looking somewhere: together they show everything once, in order, however short the pages.</summary>
    [Fact]
    public void Search_OfDatabasesThatStopAnywhere_ShowsEveryImageOnce() => Gen.Select(Images, Gen.Int[1, 5], Gen.Int[1, 6], Gen.Bool).Sample((images, limit, looks, isBack) =>
    {
        var ids = images.Select((_, i) => IdAt(i)).ToList();
        var query = new ImageQuery { Limit = limit, Before = isBack ? IdAt(-1) : null };
        var seen = new List<Id>();
        for (var pages = 0; ; pages++)
        {
            var found = Keyset.Merge([.. Enumerable.Range(0, 3).Select(database => Search([.. ids.Where((_, i) => images[i].Home == database)], query, looks))], query);
            Assert.True(found.Images.Count <= limit && pages <= ids.Count);
            seen.AddRange(isBack ? found.Images.Reverse().Select(image => image.Id) : found.Images.Select(image => image.Id));
            if (found.Next is not { } next) break;
            query = isBack ? query with { Before = next } : query with { After = next };
        }
        var expected = ids.Where(IsFound);
        Assert.Equal(isBack ? expected.Order() : expected.OrderDescending(), seen);
    });

    /// <summary>What one database answers that looks at so many images.</summary>
    private static FoundImages Search(List<Id> held, ImageQuery query, int looks)
    {
        var looked = held.Where(id => (query.After is not { } after || id < after) && (query.Before is not { } before || id > before)).ToList();
        var rest = looked.Count > looks;
        looked = [.. (query.Before is null ? looked.OrderDescending() : looked.Order()).Take(looks)];
        var found = looked.Where(IsFound).ToList();
        Id? next = found.Count > query.Limit ? found[query.Limit - 1] : rest ? looked[^1] : null;
        var images = found.Take(query.Limit).OrderDescending().Select(id => Any with { Id = id });
        return new FoundImages([.. images], next);
    }

    private static bool IsFound(Id id) => id.ToBytes()[^1] % 3 != 0;

    /// <summary>What one database answers, as the catalogue's contract says.</summary>
    private static IReadOnlyList<ImageRecord> List(List<Id> held, ImageQuery query)
    {
        var fit = held.Where(id => (query.After is not { } after || id < after) && (query.Before is not { } before || id > before));
        var taken = query.Before is null ? fit.OrderDescending().Take(query.Limit) : fit.Order().Take(query.Limit).Reverse();
        return [.. taken.Select(id => Any with { Id = id })];
    }

    private static Id IdAt(int i) => Id.Create(DateTimeOffset.UnixEpoch.AddMilliseconds(i + 1), new Shard((i + 1) % Shard.Count), (ulong)(i + 1));
}
