using Microsoft.AspNetCore.Identity;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.DependencyInjection;
using PixelCraft.Accounts;
using PixelCraft.Adapters.EntityFramework.Catalogue;
using PixelCraft.Ids;
using PixelCraft.Images;
using PixelCraft.Images.Contracts;
using PixelCraft.Images.Discussions;
using PixelCraft.Mail;
using PixelCraft.Mail.Contracts;
using Xunit;

namespace PixelCraft.Tests.Adapters.EntityFramework;

public sealed partial class UnconfirmedCommitTests
{
    /// <summary>A write of every kind by every way there is: each changes something, and none waits for another's lock.</summary>
    private async Task<Writes> WritesAsync(IServiceProvider services)
    {
        var writes = new Writes(services);
        await AddCatalogueAsync(writes, services);
        await AddDiscussionsAsync(writes, services);
        await AddUploadsAsync(writes, services);
        await AddAccountsAsync(writes, services);
        await AddPasswordsAsync(writes, services);
        await AddMailsAsync(writes, services);
        return writes;
    }

    private async Task AddCatalogueAsync(Writes writes, IServiceProvider services)
    {
        var catalogue = services.GetRequiredService<ICatalogue>();
        var transforms = services.GetRequiredService<ITransformIndex>();
        var now = TimeProvider.System.GetUtcNow();
        var (added, updated, removed, tagged) = (Image(), Image(), Image(), Image() with { Tags = ["a"] });
        var (taken, postponed, ended) = (Image(), Image(), Image());
        foreach (var image in new[] { updated, removed, tagged, taken, postponed, ended }) await catalogue.AddAsync(image, Ct);
        foreach (var image in new[] { taken, postponed, ended }) await catalogue.UpdateAsync(image with { Visibility = Visibility.Private, ContentHash = "hash000000000002" }, Ct);
        var withdrawals = await services.GetRequiredService<IWithdrawals>().TakeAsync(now.AddMinutes(1), now, 10, Ct);
        Withdrawal[] Of(ImageRecord image) => [withdrawals.Single(withdrawal => withdrawal.Image == image.Id)];
        var (postponedOne, endedOne) = (Of(postponed), Of(ended));
        var made = Ids.ForMember();
        await transforms.AddAsync(made, "a", now, Ct);

        var (retitled, retagged, copy) = (updated with { Title = "t" }, tagged with { Tags = ["b", "c"] }, added with { Id = Ids.For(added.OwnerId) });
        writes.Add<ICatalogue>(catalogue => catalogue.AddAsync(added, Ct), again: catalogue => catalogue.AddAsync(copy, Ct));
        writes.Add<ICatalogue>(catalogue => catalogue.UpdateAsync(retitled, Ct), refusal: UpdateOutcome.Conflict);
        writes.Add<ICatalogue>(catalogue => catalogue.UpdateAsync(retagged, Ct), "of tags", refusal: UpdateOutcome.Conflict);
        writes.Add<ICatalogue>(catalogue => catalogue.RemoveAsync(removed.Id, null, Ct));
        var name = Ids.ForMember();
        writes.Add<ITransformIndex>(transforms => transforms.AddAsync(name, "a", now, Ct));
        writes.Add<ITransformIndex>(transforms => transforms.RemoveAsync(made, "a", Ct), isSentAgain: false);
        writes.Add<IWithdrawals>(outbox => outbox.PostponeAsync(postponedOne, Later, Ct));
        writes.Add<IWithdrawals>(outbox => outbox.EndAsync(endedOne, Ct), isSentAgain: false);
        // Of the one above that neither of these two changes: they are due at the earliest when those are not any more.
        writes.Add<IWithdrawals>(outbox => outbox.TakeAsync(now, Later, 1, Ct), isSentAgain: false);
        var unindexed = Image();
        await catalogue.AddAsync(unindexed, Ct);
        await using (var db = await services.GetRequiredService<IDbContextFactory<CatalogueDbContext>>().CreateDbContextAsync(Ct))
            await db.Images.Where(image => image.Id == unindexed.Id).ExecuteUpdateAsync(set => set.SetProperty(image => EF.Property<long>(image, ImageWord.IndexedVersion), 0), Ct);
        writes.Add<ISearchIndex>(index => index.FillAsync(1, Ct), refusal: 0);
        var confirmed = Ids.ForMember();
        writes.Add<IConfirmation>(confirmation => confirmation.ConfirmAsync(confirmed, Ct));
    }

    private async Task AddDiscussionsAsync(Writes writes, IServiceProvider services)
    {
        var catalogue = services.GetRequiredService<ICatalogue>();
        var comments = services.GetRequiredService<ICommentStore>();
        var likes = services.GetRequiredService<ILikeStore>();
        var now = TimeProvider.System.GetUtcNow();
        // An image each, as a discussion's changes wait for one another.
        var images = Enumerable.Range(0, 6).Select(_ => Image()).ToList();
        foreach (var image in images) await catalogue.AddAsync(image, Ct);
        var member = Ids.ForMember();
        Comment On(ImageRecord image)
        {
            var id = Ids.For(image.Id);
            return new Comment { Id = id, ThreadId = id, ImageId = image.Id, AuthorId = member, Text = "a", CreatedAt = now };
        }

        var (plain, keyed, edited, deleted, liked) = (On(images[0]), On(images[1]), On(images[2]), On(images[3]), images[4].Id);
        foreach (var comment in new[] { edited, deleted }) await comments.AddAsync(comment, null, 10, Ct);
        var disliked = images[5].Id;
        await likes.SetAsync(disliked, disliked, member, true, now, Ct);
        var (key, copy) = (new CommentKey("k", "f"), keyed with { Id = Ids.For(keyed.ImageId) });
        var (changed, gone, more) = (edited with { Text = "b", EditedAt = now }, deleted.Deleted(now), On(images[0]));

        writes.Add<ICommentStore>(comments => comments.AddAsync(plain, null, 10, Ct), again: comments => comments.AddAsync(more, null, 10, Ct));
        writes.Add<ICommentStore>(comments => comments.AddAsync(keyed, key, 10, Ct), "with a key", again: comments => comments.AddAsync(copy, key, 10, Ct));
        writes.Add<ICommentStore>(comments => comments.UpdateAsync(changed, Ct));
        writes.Add<ICommentStore>(comments => comments.UpdateAsync(gone, Ct), "to deleted");
        writes.Add<ILikeStore>(likes => likes.SetAsync(liked, liked, member, true, now, Ct));
        writes.Add<ILikeStore>(likes => likes.SetAsync(disliked, disliked, member, false, now, Ct), "to not any more");
    }

    private async Task AddUploadsAsync(Writes writes, IServiceProvider services)
    {
        var ledger = services.GetRequiredService<IQuotaLedger>();
        var keys = services.GetRequiredService<IIdempotencyStore>();
        var uploads = services.GetRequiredService<IResumableUploads>();
        var now = TimeProvider.System.GetUtcNow();
        var (reserved, released, expired) = (Reservation(Later), Reservation(Later), Reservation(now.AddDays(-1)));
        foreach (var reservation in new[] { released, expired }) await ledger.TryReserveAsync(reservation, 1_000, Ct);
        var (claimed, kept, freed, old) = (Ids.ForMember(), Ids.ForMember(), Ids.ForMember(), Ids.ForMember());
        var keptClaim = (await keys.ClaimAsync(kept, "k", now, Later, Ct)).Claim;
        var freedClaim = (await keys.ClaimAsync(freed, "k", now, Later, Ct)).Claim;
        await keys.ClaimAsync(old, "k", now.AddDays(-2), now.AddDays(-1), Ct);
        var (added, locked, saved, gone) = (Upload(), Upload(), Upload(), Upload());
        foreach (var upload in new[] { locked, saved, gone }) await uploads.AddAsync(upload, Ct);
        var (holder, other) = (Guid.NewGuid(), Guid.NewGuid());
        Assert.True(await uploads.TryLockAsync(saved.Id, holder, now, Later, Ct));
        var wrong = Image();
        await services.GetRequiredService<ICatalogue>().AddAsync(wrong, Ct);
        await using (var db = await services.GetRequiredService<IDbContextFactory<CatalogueDbContext>>().CreateDbContextAsync(Ct))
            await db.StorageUse.Where(use => use.OwnerId == wrong.OwnerId).ExecuteUpdateAsync(set => set.SetProperty(use => use.Used, 7), Ct);

        writes.Add<IQuotaLedger>(ledger => ledger.TryReserveAsync(reserved, 1_000, Ct));
        writes.Add<IQuotaLedger>(ledger => ledger.ReleaseAsync(released.Id, Ct), isSentAgain: false);
        writes.Add<IQuotaLedger>(ledger => ledger.ReleaseExpiredAsync(now, 10, Ct), isSentAgain: false);
        writes.Add<IQuotaLedger>(ledger => ledger.RecountAsync(Ct), isSentAgain: false);
        writes.Add<IIdempotencyStore>(keys => keys.ClaimAsync(claimed, "k", now, Later, Ct), refusal: new KeyClaim(KeyOutcome.InProgress, default, null));
        var answer = new KeptAnswer("f", 202, null, "{}");
        writes.Add<IIdempotencyStore>(keys => keys.KeepAsync(kept, "k", keptClaim, answer, Later, Ct), again: keys => keys.ClaimAsync(kept, "k", now, Later, Ct));
        writes.Add<IIdempotencyStore>(keys => keys.FreeAsync(freed, "k", freedClaim, Ct), isSentAgain: false);
        writes.Add<IIdempotencyStore>(keys => keys.RemoveExpiredAsync(now, 10, Ct), isSentAgain: false);
        writes.Add<IResumableUploads>(uploads => uploads.AddAsync(added, Ct), isSentAgain: false);
        writes.Add<IResumableUploads>(uploads => uploads.TryLockAsync(locked.Id, holder, now, Later, Ct), again: uploads => uploads.TryLockAsync(locked.Id, other, now, Later, Ct), refusal: false);
        var progress = new UploadProgress(10, 5, null);
        writes.Add<IResumableUploads>(uploads => uploads.SaveAsync(saved.Id, holder, progress, false, Ct));
        writes.Add<IResumableUploads>(uploads => uploads.RemoveAsync(gone.Id, Ct), isSentAgain: false);
    }

    private async Task AddAccountsAsync(Writes writes, IServiceProvider services)
    {
        var members = services.GetRequiredService<IMemberStore>();
        var tokens = services.GetRequiredService<ITokenStore>();
        var closed = services.GetRequiredService<IClosedAccounts>();
        var now = TimeProvider.System.GetUtcNow();
        var (added, suspended, limited, leaving, erased) = (Member("added"), Member("suspended"), Member("limited"), Member("leaving"), Member("erased"));
        foreach (var member in new[] { suspended, limited, leaving, erased }) await members.AddAsync(member, null, Ct);
        await closed.CloseAsync(erased.Id, now, "STAMP", Ct);
        var (token, revoked) = (Token(suspended.Id, 'a'), Token(limited.Id, 'b'));
        await tokens.AddAsync(revoked, Ct);
        var invitation = new Invitation(Secrets.HashCode("code"), false, false, Later);

        writes.Add<IMemberStore>(members => members.AddAsync(added, null, Ct), refusal: AddMemberOutcome.EmailTaken);
        writes.Add<IMemberStore>(members => members.SuspendAsync(suspended.Id, now, "STAMP", Ct));
        writes.Add<IMemberStore>(members => members.SetQuotaAsync(limited.Id, 1, Ct));
        writes.Add<IClosedAccounts>(accounts => accounts.CloseAsync(leaving.Id, now, "STAMP", Ct));
        writes.Add<IClosedAccounts>(accounts => accounts.RemoveAsync(erased.Id, Ct), isSentAgain: false);
        writes.Add<ITokenStore>(tokens => tokens.AddAsync(token, Ct), isSentAgain: false);
        writes.Add<ITokenStore>(tokens => tokens.RemoveAsync(limited.Id, revoked.Id, Ct), refusal: false);
        writes.Add<IInvitationStore>(invitations => invitations.AddAsync(invitation, Ct), isSentAgain: false);
        var identity = Member("identity");
        writes.Add(new Write("Identity's store", "", async () =>
        {
            await using var scope = services.CreateAsyncScope();
            return await scope.ServiceProvider.GetRequiredService<IUserStore<Member>>().CreateAsync(identity, Ct);
        }, null));
    }

    private async Task AddPasswordsAsync(Writes writes, IServiceProvider services)
    {
        var members = services.GetRequiredService<IMemberStore>();
        var passwords = services.GetRequiredService<IPasswordStore>();
        var (changing, asking, resetting) = (Member("changing"), Member("asking"), Member("resetting"));
        changing.PasswordHash = "old";
        foreach (var member in new[] { changing, asking, resetting }) await members.AddAsync(member, null, Ct);
        PasswordReset Reset(char hash) => new(new string(hash, 64), Ids.ForMember(), Later);
        Assert.NotNull(await passwords.AddResetAsync(resetting.NormalizedEmail!, Reset('c'), 5, Ct));
        var (asked, notice, used) = (Reset('d'), Mail(), new string('c', 64));
        writes.Add<IPasswordStore>(passwords => passwords.ChangeAsync(changing.Id, "old", "new", "STAMP", notice, Ct), refusal: false);
        writes.Add<IPasswordStore>(passwords => passwords.AddResetAsync(asking.NormalizedEmail!, asked, 5, Ct), isSentAgain: false);
        writes.Add<IPasswordStore>(passwords => passwords.ResetAsync(used, "new", "STAMP", null, Ct), refusal: false);
    }

    private async Task AddMailsAsync(Writes writes, IServiceProvider services)
    {
        var outbox = services.GetRequiredService<IMailOutbox>();
        var now = TimeProvider.System.GetUtcNow();
        var (added, taken, postponed, ended, givenUp) = (Mail(), Mail(), Mail(), Mail(), Mail());
        foreach (var mail in new[] { taken, postponed, ended, givenUp }) await outbox.AddAsync(mail, Ct);
        await outbox.PutBackAsync(givenUp.Id, null, Ct);
        writes.Add<IMailOutbox>(outbox => outbox.AddAsync(added, Ct), isSentAgain: false);
        writes.Add<IMailOutbox>(outbox => outbox.TakeAsync(taken.Id, now.AddMinutes(1), Later, Ct), refusal: new TakenMail(null, Later));
        writes.Add<IMailOutbox>(outbox => outbox.PutBackAsync(postponed.Id, Later, Ct));
        writes.Add<IMailOutbox>(outbox => outbox.EndAsync(ended.Id, Ct), isSentAgain: false);
        writes.Add<IMailOutbox>(outbox => outbox.DueAsync(now, now.AddMinutes(1), 10, Ct), isSentAgain: false);
    }

    private OutgoingMail Mail() => new(Ids.ForMember(), MailKind.PasswordChanged, Ids.ForMember(), null, TimeProvider.System.GetUtcNow(), null);

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

    private ApiToken Token(Id member, char hash) => new(Ids.For(member), member, new string(hash, 64), "token", true, TimeProvider.System.GetUtcNow());

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
