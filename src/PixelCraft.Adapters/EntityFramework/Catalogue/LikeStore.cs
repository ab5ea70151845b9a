using PixelCraft.Ids;
using PixelCraft.Images.Discussions;

namespace PixelCraft.Adapters.EntityFramework.Catalogue;

/// <summary>Likes on SQLite or PostgreSQL. Counted one by one under the lock of the discussion: nothing is counted anew, however many there are.</summary>
internal sealed class LikeStore(RawDatabase database, DiscussionStatements discussions) : ILikeStore
{
    private readonly string _has = $"SELECT 1 FROM {database.Table("likes")} WHERE subject_id = $1 AND member_id = $2";

    // Of a discussion that has begun: there is none where there is no image.
    private readonly string _insert = $"""
        INSERT INTO {database.Table("likes")} (subject_id, member_id, image_id, created_at)
        SELECT $1, $2, $3, $4 FROM {database.Table("discussions")} d WHERE d.image_id = $3 ON CONFLICT DO NOTHING
        """;

    private readonly string _delete = $"DELETE FROM {database.Table("likes")} WHERE subject_id = $1 AND member_id = $2";
    private readonly string _ofImage = $"SELECT subject_id FROM {database.Table("likes")} WHERE image_id = $1 AND member_id = $2";
    private readonly string _ofMember = $"SELECT subject_id, image_id, created_at FROM {database.Table("likes")} WHERE member_id = $1 LIMIT $2";
    private readonly string _countOfImage = $"SELECT likes FROM {database.Table("discussions")} WHERE image_id = $1";
    private readonly string _countOfComment = $"SELECT likes FROM {database.Table("comments")} WHERE id = $1";
    private readonly (string Comment, string Image) _more = (Count(database, discussions, "+", "NOT EXISTS"), CountImage(database, "+", "NOT EXISTS"));
    private readonly (string Comment, string Image) _less = (Count(database, discussions, "-", "EXISTS"), CountImage(database, "-", "EXISTS"));

    public async Task<LikeResult?> SetAsync(Id image, Id subject, Id member, bool liked, DateTimeOffset at, CancellationToken cancellationToken)
    {
        var (imageValue, subjectValue, memberValue) = (database.Value(image), database.Value(subject), database.Value(member));
        var isLiked = await database.ListAsync(new Statement(_has, subjectValue, memberValue), 1, _ => true, cancellationToken) is not [];
        var changed = 0;
        if (isLiked != liked)
        {
            var count = liked ? _more : _less;
            var rows = await database.ChangeAsync(
                [
                    discussions.Begin(image),
                    new(count.Comment, subjectValue, memberValue, imageValue),
                    new(count.Image, subjectValue, memberValue, imageValue),
                    liked ? new(_insert, subjectValue, memberValue, imageValue, database.Value(at)) : new(_delete, subjectValue, memberValue),
                ],
                cancellationToken);
            if (rows[0] == 0) return null;
            changed = rows[3];
        }
        else
        {
            await database.ConfirmAsync(cancellationToken); // that it is so already
        }

        var likes = await database.ListAsync(new Statement(subject == image ? _countOfImage : _countOfComment, subjectValue), 1, row => row.GetInt32(0), cancellationToken);
        return likes is [var now] ? new LikeResult(now, changed > 0) : subject == image ? new LikeResult(0, false) : null;
    }

    public async Task<IReadOnlySet<Id>> OfImageAsync(Id image, Id member, CancellationToken cancellationToken) =>
        (await database.ListAsync(new Statement(_ofImage, database.Value(image), database.Value(member)), 4, row => database.ReadId(row, 0), cancellationToken)).ToHashSet();

    public async Task<IReadOnlyList<ImageLike>> OfMemberAsync(Id member, int limit, CancellationToken cancellationToken) => await database.ListAsync(
        new Statement(_ofMember, database.Value(member), limit),
        16,
        row => new ImageLike(database.ReadId(row, 0), member, database.ReadId(row, 1), database.ReadTime(row, 2)),
        cancellationToken);

    private static string Count(RawDatabase database, DiscussionStatements discussions, string sign, string when) => $"""
        UPDATE {database.Table("comments")} SET likes = likes {sign} 1, revision = {discussions.Revision(3)}
        WHERE id = $1 AND image_id = $3 AND {when} (SELECT 1 FROM {database.Table("likes")} WHERE subject_id = $1 AND member_id = $2)
        """;

    private static string CountImage(RawDatabase database, string sign, string when) => $"""
        UPDATE {database.Table("discussions")} SET likes = likes {sign} 1
        WHERE image_id = $3 AND image_id = $1 AND {when} (SELECT 1 FROM {database.Table("likes")} WHERE subject_id = $1 AND member_id = $2)
        """;
}
