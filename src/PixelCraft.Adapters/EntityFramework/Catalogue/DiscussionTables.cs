using System.Text.Json;
using Microsoft.EntityFrameworkCore;
using PixelCraft.Ids;
using PixelCraft.Images.Contracts;
using PixelCraft.Images.Discussions;

namespace PixelCraft.Adapters.EntityFramework.Catalogue;

/// <summary>The tables of discussions. Without foreign keys: <see cref="ImageWriter"/> removes them with their image, after it.</summary>
internal static class DiscussionTables
{
    public static void Map(ModelBuilder model)
    {
        model.Entity<DiscussionRow>(discussion =>
        {
            discussion.ToTable("discussions");
            discussion.HasKey(d => d.ImageId);
            discussion.Property(d => d.ImageId).HasColumnName("image_id").ValueGeneratedNever();
            discussion.Property(d => d.Revision).HasColumnName("revision");
            discussion.Property(d => d.Comments).HasColumnName("comments");
            discussion.Property(d => d.Likes).HasColumnName("likes");
        });
        model.Entity<Comment>(comment =>
        {
            comment.ToTable("comments");
            comment.HasKey(c => c.Id);
            comment.Property(c => c.Id).HasColumnName("id").ValueGeneratedNever();
            comment.Property(c => c.ImageId).HasColumnName("image_id");
            comment.Property(c => c.ThreadId).HasColumnName("thread_id");
            comment.Property(c => c.AuthorId).HasColumnName("author_id");
            comment.Property(c => c.Text).HasColumnName("text").HasMaxLength(Comment.MaxLength);
            comment.Property(c => c.X).HasColumnName("x");
            comment.Property(c => c.Y).HasColumnName("y");
            comment.Property(c => c.Mentions).HasColumnName("mentions").HasConversion(
                list => JsonSerializer.Serialize(list, JsonSerializerOptions.Web), text => JsonSerializer.Deserialize<Id[]>(text, JsonSerializerOptions.Web)!);
            comment.Property(c => c.CreatedAt).HasColumnName("created_at");
            comment.Property(c => c.EditedAt).HasColumnName("edited_at");
            comment.Property(c => c.DeletedAt).HasColumnName("deleted_at");
            comment.Property(c => c.ResolvedAt).HasColumnName("resolved_at");
            comment.Property(c => c.Likes).HasColumnName("likes");
            comment.Property(c => c.Version).HasColumnName("version");
            comment.Property(c => c.Revision).HasColumnName("revision");
            comment.Property<Id?>(CommentStore.KeyOwner).HasColumnName("key_owner");
            comment.Property<string?>(CommentStore.Key).HasColumnName("request_key").HasMaxLength(255);
            comment.Property<string?>(CommentStore.Fingerprint).HasColumnName("fingerprint").HasMaxLength(64);
            comment.Ignore(c => c.IsFirst);
            // One request, however often it is sent and wherever it arrives.
            comment.HasIndex(CommentStore.KeyOwner, CommentStore.Key).IsUnique().HasDatabaseName("ux_comments_key").HasFilter("request_key IS NOT NULL");
            // The list, and what was missed.
            comment.HasIndex(c => new { c.ImageId, c.Revision }).HasDatabaseName("ix_comments_image");
            comment.HasIndex(c => new { c.AuthorId, c.Id }).HasDatabaseName("ix_comments_author").HasFilter("author_id IS NOT NULL");
        });
        model.Entity<ImageLike>(like =>
        {
            like.ToTable("likes");
            like.HasKey(l => new { l.SubjectId, l.MemberId });
            like.Property(l => l.SubjectId).HasColumnName("subject_id");
            like.Property(l => l.MemberId).HasColumnName("member_id");
            like.Property(l => l.ImageId).HasColumnName("image_id");
            like.Property(l => l.CreatedAt).HasColumnName("created_at");
            like.HasIndex(l => new { l.ImageId, l.MemberId }).HasDatabaseName("ix_likes_image");
            like.HasIndex(l => l.MemberId).HasDatabaseName("ix_likes_member");
        });
    }

    /// <summary>How far the discussion of one image has got.</summary>
    internal sealed class DiscussionRow
    {
        public Id ImageId { get; init; }

        public long Revision { get; init; }

        /// <summary>How many comments there are, deleted ones too.</summary>
        public int Comments { get; init; }

        public int Likes { get; init; }
    }
}
