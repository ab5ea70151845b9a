using Microsoft.AspNetCore.Identity;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.DependencyInjection;
using PixelCraft.Accounts;
using PixelCraft.Adapters.EntityFramework.Catalogue;
using PixelCraft.Images;
using PixelCraft.Images.Contracts;
using Xunit;

namespace PixelCraft.Tests.Adapters.EntityFramework;

/// <summary>Both standbys are frozen: commits wait, the wait is cut short by the time limit, and the server says that all went well.</summary>
public sealed class UnconfirmedCommitTests : GroupTest
{
    private static readonly DateTimeOffset Later = new(2100, 1, 1, 0, 0, 0, TimeSpan.Zero);

    [Fact]
    public async Task Writes_WhileNoStandbyAnswers_AreNotAcknowledged_AndAreSettledAfterwards()
    {
        var services = await ServerAsync();
        var catalogue = services.GetRequiredService<ICatalogue>();
        var view = services.GetRequiredService<ICatalogueView>();
        var writes = await WritesAsync(services);
        var (there, added) = (Image(), Image());
        await catalogue.AddAsync(there, Ct);
        Assert.NotNull(await view.FindAsync(there.Id, Ct));

        foreach (var standby in Group.Replicas) standby.Pause();
        var unacknowledged = writes.Append(("catalogue: add, again", () => catalogue.AddAsync(added, Ct))).Select(async write =>
        {
            var failure = await Record.ExceptionAsync(write.Item2);
            Assert.True(failure is UnavailableException, $"{write.Item1}: {failure?.ToString() ?? "acknowledged"}");
        }).ToList();
        // Reads go on meanwhile, of the truth and of the view, whose replicas hang.
        Assert.NotNull(await catalogue.FindAsync(there.Id, Ct));
        Assert.NotNull(await view.FindAsync(there.Id, Ct));
        Assert.NotEmpty(await view.ListAsync(new ImageQuery { Limit = 10 }, Ct));
        await Task.WhenAll(unacknowledged);

        foreach (var standby in Group.Replicas) standby.Resume();
        // The outcome was unknown; sent again, it is settled: the record is there once.
        Assert.Equal(AddOutcome.Added, (await catalogue.AddAsync(Image(), Ct)).Outcome);
        var again = await catalogue.AddAsync(added with { Id = Ids.For(added.OwnerId) }, Ct);
        Assert.Equal(AddOutcome.Duplicate, again.Outcome);
        Assert.Equal(added.Id, again.Existing!.Id);
        Assert.Single(await catalogue.ListAsync(new ImageQuery { Owner = added.OwnerId, Limit = 10 }, Ct));
        await SeenByReplicasAsync(added.Id);
    }

    /// <summary>A write of every kind by every way there is: each changes something, and none waits for another's lock.</summary>
    private async Task<List<(string Name, Func<Task> Write)>> WritesAsync(IServiceProvider services)
    {
        var catalogue = services.GetRequiredService<ICatalogue>();
        var ledger = services.GetRequiredService<IQuotaLedger>();
        var keys = services.GetRequiredService<IIdempotencyStore>();
        var uploads = services.GetRequiredService<IResumableUploads>();
        var transforms = services.GetRequiredService<ITransformIndex>();
        var members = services.GetRequiredService<IMemberStore>();
        var invitations = services.GetRequiredService<IInvitationStore>();
        var now = TimeProvider.System.GetUtcNow();

        var (updated, removed, tagged) = (Image(), Image(), Image() with { Tags = ["a"] });
        foreach (var image in new[] { updated, removed, tagged }) await catalogue.AddAsync(image, Ct);
        var (released, expired) = (Reservation(Later), Reservation(now.AddDays(-1)));
        foreach (var reservation in new[] { released, expired }) await ledger.TryReserveAsync(reservation, 1_000, Ct);
        var (kept, freed, old) = (Ids.ForMember(), Ids.ForMember(), Ids.ForMember());
        var keptClaim = (await keys.ClaimAsync(kept, "k", now, Later, Ct)).Claim;
        var freedClaim = (await keys.ClaimAsync(freed, "k", now, Later, Ct)).Claim;
        await keys.ClaimAsync(old, "k", now.AddDays(-2), now.AddDays(-1), Ct);
        var (locked, saved, gone) = (Upload(), Upload(), Upload());
        foreach (var upload in new[] { locked, saved, gone }) await uploads.AddAsync(upload, Ct);
        var holder = Guid.NewGuid();
        Assert.True(await uploads.TryLockAsync(saved.Id, holder, now, Later, Ct));
        var made = Ids.ForMember();
        await transforms.AddAsync(made, "a", now, Ct);
        var (suspended, limited, closed) = (Member("suspended"), Member("limited"), Member("closed"));
        foreach (var member in new[] { suspended, limited, closed }) await members.AddAsync(member, null, Ct);
        var wrong = Image();
        await catalogue.AddAsync(wrong, Ct);
        await using (var db = await services.GetRequiredService<IDbContextFactory<CatalogueDbContext>>().CreateDbContextAsync(Ct))
            await db.StorageUse.Where(use => use.OwnerId == wrong.OwnerId).ExecuteUpdateAsync(set => set.SetProperty(use => use.Used, 7), Ct);

        return
        [
            ("catalogue: add", () => catalogue.AddAsync(Image(), Ct)),
            ("catalogue: update", () => catalogue.UpdateAsync(updated with { Title = "t" }, Ct)),
            ("catalogue: update of tags", () => catalogue.UpdateAsync(tagged with { Tags = ["b", "c"] }, Ct)),
            ("catalogue: remove", () => catalogue.RemoveAsync(removed.Id, null, Ct)),
            ("ledger: reserve", () => ledger.TryReserveAsync(Reservation(Later), 1_000, Ct)),
            ("ledger: release", () => ledger.ReleaseAsync(released.Id, Ct)),
            ("ledger: release of expired", () => ledger.ReleaseExpiredAsync(now, 10, Ct)),
            ("ledger: recount", () => ledger.RecountAsync(Ct)),
            ("keys: claim", () => keys.ClaimAsync(Ids.ForMember(), "k", now, Later, Ct)),
            ("keys: keep", () => keys.KeepAsync(kept, "k", keptClaim, new KeptAnswer("f", 202, null, "{}"), Later, Ct)),
            ("keys: free", () => keys.FreeAsync(freed, "k", freedClaim, Ct)),
            ("keys: removal of expired", () => keys.RemoveExpiredAsync(now, 10, Ct)),
            ("uploads: add", () => uploads.AddAsync(Upload(), Ct)),
            ("uploads: lock", () => uploads.TryLockAsync(locked.Id, Guid.NewGuid(), now, Later, Ct)),
            ("uploads: save", () => uploads.SaveAsync(saved.Id, holder, new UploadProgress(10, 5, null), unlock: false, Ct)),
            ("uploads: remove", () => uploads.RemoveAsync(gone.Id, Ct)),
            ("transforms: add", () => transforms.AddAsync(Ids.ForMember(), "a", now, Ct)),
            ("transforms: remove", () => transforms.RemoveAsync(made, "a", Ct)),
            ("members: add", () => members.AddAsync(Member("added"), null, Ct)),
            ("members: suspend", () => members.SuspendAsync(suspended.Id, now, "STAMP", Ct)),
            ("members: quota", () => members.SetQuotaAsync(limited.Id, 1, Ct)),
            ("members: close", () => services.GetRequiredService<IClosedAccounts>().CloseAsync(closed.Id, now, "STAMP", Ct)),
            ("invitations: add", () => invitations.AddAsync(new Invitation(Secrets.HashCode("code"), false, false, Later), Ct)),
            ("identity", async () =>
            {
                await using var scope = services.CreateAsyncScope();
                await scope.ServiceProvider.GetRequiredService<IUserStore<Member>>().CreateAsync(Member("identity"), Ct);
            }),
        ];
    }

    private Reservation Reservation(DateTimeOffset until)
    {
        var owner = Ids.ForMember();
        return new Reservation(Ids.For(owner), owner, 100, until);
    }

    private ResumableUpload Upload()
    {
        var owner = Ids.ForMember();
        return new ResumableUpload { Id = Ids.For(owner), OwnerId = owner, Length = 10, Visibility = Visibility.Private, ExpiresAt = Later };
    }

    private Member Member(string name) => new()
    {
        Id = Ids.ForMember(),
        Name = name,
        Email = $"{name}@example.org",
        UserName = $"{name}@example.org",
        NormalizedEmail = $"{name}@example.org".ToUpperInvariant(),
        NormalizedUserName = $"{name}@example.org".ToUpperInvariant(),
        SecurityStamp = "STAMP",
        CreatedAt = TimeProvider.System.GetUtcNow(),
    };
}
