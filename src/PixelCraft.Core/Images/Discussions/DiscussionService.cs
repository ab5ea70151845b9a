using System.Security.Cryptography;
using System.Text.Json;
using PixelCraft.Accounts.Contracts;
using PixelCraft.Caching;
using PixelCraft.Ids;
using PixelCraft.Images.Contracts;

namespace PixelCraft.Images.Discussions;

/// <summary>Who may say what about which image; and who is told of it.</summary>
internal sealed class DiscussionService(
    IImages images, ICommentStore comments, ILikeStore likes, IConfirmation confirmation, IMemberDirectory members, IdGenerator ids, IChangeNotices notices, IMemberNews news, TimeProvider time) : IDiscussions
{
    private const int MaxLimit = 100;

    /// <summary>Deleted ones too: the page that shows them all is to stay one that can be shown.</summary>
    private const int MaxComments = 10_000;

    private static readonly IReadOnlySet<Id> None = new HashSet<Id>();

    public async Task<DiscussionPage?> ListAsync(Caller caller, Id image, long? after, int limit, CancellationToken cancellationToken)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(limit, 1);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(limit, MaxLimit);
        if (await images.FindAsync(caller, image, cancellationToken) is null) return null;
        var (state, items) = await comments.ListAsync(image, after, limit, cancellationToken);
        var liked = caller.MemberId is { } member && state.Revision > 0 ? await likes.OfImageAsync(image, member, cancellationToken) : None;
        return new DiscussionPage(items, items.Count == limit ? items[^1].Revision : Math.Max(after ?? 0, state.Revision), state, liked);
    }

    public async Task<Comment?> FindAsync(Caller caller, Id image, Id comment, CancellationToken cancellationToken) =>
        await images.FindAsync(caller, image, cancellationToken) is null ? null : await OfAsync(image, comment, cancellationToken);

    public async Task<CommentResult> AddAsync(Caller caller, Id image, CommentDraft draft, string? key, CancellationToken cancellationToken)
    {
        if (draft.Fault() is { } fault) throw new ArgumentException($"{fault.Field}: {fault.Text}", nameof(draft));
        if (caller.MemberId is not { } author || !caller.CanWrite) return new(CommentOutcome.Forbidden, null);
        if (await images.FindAsync(caller, image, cancellationToken) is not { } record) return new(CommentOutcome.NotFound, null);
        if (draft.ThreadId is { } thread && await OfAsync(image, thread, cancellationToken) is not { IsFirst: true }) return new(CommentOutcome.NotFound, null);
        var text = draft.Text!.Trim();
        if (!await AreNamedAsync(draft.Mentions, text, cancellationToken)) return new(CommentOutcome.UnknownMention, null);

        var id = ids.For(image);
        var comment = new Comment
        {
            Id = id,
            ImageId = image,
            ThreadId = draft.ThreadId ?? id,
            AuthorId = author,
            Text = text,
            X = draft.X,
            Y = draft.Y,
            Mentions = [.. draft.Mentions?.Distinct() ?? []],
            CreatedAt = time.GetUtcNow(),
        };
        var result = await comments.AddAsync(comment, key is null ? null : new CommentKey(key, Fingerprint(image, draft)), MaxComments, cancellationToken);
        switch (result.Outcome)
        {
            case AddCommentOutcome.Added:
                await TellAsync(image);
                if (!caller.Is(record.OwnerId)) await news.PublishAsync(record.OwnerId, new MemberNews(NewsKind.Commented, image, author), CancellationToken.None);
                await TellMentionedAsync(record, comment.Mentions, author);
                return new(CommentOutcome.Done, result.Comment);
            case AddCommentOutcome.Repeated:
                return new(CommentOutcome.Done, result.Comment);
            case AddCommentOutcome.KeyReused:
                return new(CommentOutcome.KeyReused, null);
            case AddCommentOutcome.Full:
                return new(CommentOutcome.Full, null);
            default:
                return new(CommentOutcome.NotFound, null);
        }
    }

    public async Task<CommentResult> EditAsync(Caller caller, Id image, Id comment, CommentEdit edit, long? version, CancellationToken cancellationToken)
    {
        if (edit.Fault() is { } fault) throw new ArgumentException($"{fault.Field}: {fault.Text}", nameof(edit));
        if (edit.Text is { } text && !await AreNamedAsync(edit.Mentions, text, cancellationToken)) return new(CommentOutcome.UnknownMention, null);
        return await ChangeAsync(
            caller,
            image,
            comment,
            (record, there) => there.DeletedAt is null
                && (edit.Text is null || caller.Is(there.AuthorId!.Value))
                && (edit.Resolved is null || (there.IsFirst && MayTidy(caller, record, there))),
            there => there with
            {
                Text = edit.Text?.Trim() ?? there.Text,
                Mentions = edit.Text is null ? there.Mentions : [.. edit.Mentions?.Distinct() ?? []],
                EditedAt = edit.Text is { } changed && changed.Trim() != there.Text ? time.GetUtcNow() : there.EditedAt,
                ResolvedAt = edit.Resolved switch { true => there.ResolvedAt ?? time.GetUtcNow(), false => null, null => there.ResolvedAt },
            },
            version,
            cancellationToken);
    }

    public Task<CommentResult> DeleteAsync(Caller caller, Id image, Id comment, long? version, CancellationToken cancellationToken) => ChangeAsync(
        caller,
        image,
        comment,
        (record, there) => there.DeletedAt is not null || MayTidy(caller, record, there),
        there => there.DeletedAt is null ? there.Deleted(time.GetUtcNow()) : there,
        version,
        cancellationToken);

    public async Task<int?> LikeAsync(Caller caller, Id image, Id? comment, bool liked, CancellationToken cancellationToken)
    {
        if (caller.MemberId is not { } member || !caller.CanWrite || await images.FindAsync(caller, image, cancellationToken) is null) return null;
        if (comment is { } id && await OfAsync(image, id, cancellationToken) is not { DeletedAt: null }) return null;
        if (await likes.SetAsync(image, comment ?? image, member, liked, time.GetUtcNow(), cancellationToken) is not { } result) return null;
        if (result.Changed) await TellAsync(image);
        return result.Likes;
    }

    private async Task<CommentResult> ChangeAsync(
        Caller caller, Id image, Id id, Func<ImageRecord, Comment, bool> allowed, Func<Comment, Comment> change, long? version, CancellationToken cancellationToken)
    {
        if (await images.FindAsync(caller, image, cancellationToken) is not { } record) return new(CommentOutcome.NotFound, null);
        while (true)
        {
            if (await OfAsync(image, id, cancellationToken) is not { } there) return new(CommentOutcome.NotFound, null);
            if (!caller.CanWrite || !allowed(record, there)) return new(CommentOutcome.Forbidden, null);
            if (version is { } wanted && there.Version != wanted) return new(CommentOutcome.Stale, there);
            var changed = change(there);
            if (changed == there)
            {
                await confirmation.ConfirmAsync(image, cancellationToken);
                return new(CommentOutcome.Done, there);
            }

            switch (await comments.UpdateAsync(changed, cancellationToken))
            {
                case UpdateOutcome.Updated:
                    await TellAsync(image);
                    await TellMentionedAsync(record, [.. changed.Mentions.Except(there.Mentions)], caller.MemberId!.Value);
                    return await OfAsync(image, id, cancellationToken) is { } now ? new(CommentOutcome.Done, now) : new(CommentOutcome.NotFound, null);
                case UpdateOutcome.Missing:
                    return new(CommentOutcome.NotFound, null);
            }
        }
    }

    private static bool MayTidy(Caller caller, ImageRecord image, Comment comment) =>
        caller.Is(image.OwnerId) || caller.IsAdministrator || (comment.AuthorId is { } author && caller.Is(author));

    private async Task<Comment?> OfAsync(Id image, Id comment, CancellationToken cancellationToken) =>
        await comments.FindAsync(comment, cancellationToken) is { } found && found.ImageId == image ? found : null;

    private async Task<bool> AreNamedAsync(IReadOnlyList<Id>? mentioned, string text, CancellationToken cancellationToken)
    {
        if (mentioned is null or []) return true;
        var names = await members.NamesAsync(mentioned.ToHashSet(), cancellationToken);
        return mentioned.All(member => names.TryGetValue(member, out var name) && text.Contains($"@{name}", StringComparison.OrdinalIgnoreCase));
    }

    /// <summary>Not cancelled with the request: the commit is made.</summary>
    private ValueTask TellAsync(Id image) => notices.PublishAsync(ImageNews.Topic, image.ToString(), CancellationToken.None);

    private async Task TellMentionedAsync(ImageRecord image, IReadOnlyList<Id> mentioned, Id author)
    {
        foreach (var member in mentioned)
            if (member != author && image.MayBeSeenBy(new Caller(member, false, false))) await news.PublishAsync(member, new MemberNews(NewsKind.Mentioned, image.Id, author), CancellationToken.None);
    }

    private static string Fingerprint(Id image, CommentDraft draft) =>
        Convert.ToHexStringLower(SHA256.HashData([.. image.ToBytes(), .. JsonSerializer.SerializeToUtf8Bytes(draft, ImagesJson.Default.CommentDraft)]));
}
