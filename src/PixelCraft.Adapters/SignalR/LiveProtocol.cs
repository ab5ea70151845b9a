using MessagePack;
using MessagePack.Formatters;
using MessagePack.Resolvers;
using Microsoft.AspNetCore.SignalR;
using Microsoft.Extensions.DependencyInjection;
using PixelCraft.Live;

namespace PixelCraft.Adapters.SignalR;

/// <summary>How the rooms' messages are written: plain MessagePack arrays, which docs/live-protocol.md describes.</summary>
public static class LiveProtocol
{
    /// <summary>Adds the protocol to the hub's.</summary>
    public static void AddLiveProtocol(this ISignalRServerBuilder signalR) => signalR.AddMessagePackProtocol(options => options.SerializerOptions =
        MessagePackSerializerOptions.Standard
            .WithResolver(CompositeResolver.Create([new FrameFormatter(), new JoinAnswerFormatter()], [BuiltinResolver.Instance]))
            .WithSecurity(MessagePackSecurity.UntrustedData));

    private sealed class FrameFormatter : IMessagePackFormatter<Frame?>
    {
        public void Serialize(ref MessagePackWriter writer, Frame? value, MessagePackSerializerOptions options)
        {
            if (value is null)
            {
                writer.WriteNil();
                return;
            }

            writer.WriteArrayHeader(value.News is null ? 4 : 5);
            writer.Write(value.Room);
            // Three numbers for each, in one array: no headers between them.
            writer.WriteArrayHeader(value.Cursors.Count * 3);
            foreach (var cursor in value.Cursors)
            {
                writer.Write(cursor.Number);
                writer.Write(cursor.X);
                writer.Write(cursor.Y);
            }

            writer.WriteArrayHeader(value.Participants.Count);
            foreach (var participant in value.Participants)
            {
                writer.WriteArrayHeader(4);
                writer.Write(participant.Number);
                writer.Write(participant.Name);
                writer.Write(participant.Member?.ToString());
                writer.Write(participant.IsIdle);
            }

            writer.WriteArrayHeader(value.Left.Count);
            foreach (var number in value.Left) writer.Write(number);
            if (value.News is { } news) Write(ref writer, news);
        }

        private static void Write(ref MessagePackWriter writer, News news)
        {
            writer.WriteArrayHeader(6);
            writer.Write(news.From);
            writer.Write(news.State.Discussion.Revision);
            writer.Write(news.State.Discussion.Likes);
            writer.Write(news.State.Version);
            writer.Write((int)news.State.Status);
            writer.WriteArrayHeader(news.Comments.Count);
            foreach (var comment in news.Comments) Write(ref writer, comment);
        }

        private static void Write(ref MessagePackWriter writer, CommentNews news)
        {
            var comment = news.Comment;
            writer.WriteArrayHeader(15);
            writer.Write(comment.Id.ToString());
            writer.Write(comment.ThreadId.ToString());
            writer.Write(comment.AuthorId?.ToString());
            writer.Write(news.AuthorName);
            writer.Write(comment.Text);
            WriteOrNil(ref writer, comment.X);
            WriteOrNil(ref writer, comment.Y);
            writer.Write(comment.CreatedAt.ToUnixTimeMilliseconds());
            WriteOrNil(ref writer, comment.EditedAt);
            WriteOrNil(ref writer, comment.DeletedAt);
            WriteOrNil(ref writer, comment.ResolvedAt);
            writer.Write(comment.Likes);
            writer.Write(comment.Version);
            writer.Write(comment.Revision);
            writer.WriteArrayHeader(comment.Mentions.Count);
            foreach (var (member, name) in comment.Mentions.Zip(news.Mentions))
            {
                writer.WriteArrayHeader(2);
                writer.Write(member.ToString());
                writer.Write(name);
            }
        }

        private static void WriteOrNil(ref MessagePackWriter writer, double? value)
        {
            if (value is { } known) writer.Write(known);
            else writer.WriteNil();
        }

        private static void WriteOrNil(ref MessagePackWriter writer, DateTimeOffset? time)
        {
            if (time is { } known) writer.Write(known.ToUnixTimeMilliseconds());
            else writer.WriteNil();
        }

        public Frame Deserialize(ref MessagePackReader reader, MessagePackSerializerOptions options) => throw new NotSupportedException("Clients send no frames.");
    }

    private sealed class JoinAnswerFormatter : IMessagePackFormatter<JoinAnswer>
    {
        public void Serialize(ref MessagePackWriter writer, JoinAnswer value, MessagePackSerializerOptions options)
        {
            writer.WriteArrayHeader(5);
            writer.Write(value.Code);
            writer.Write(value.You);
            options.Resolver.GetFormatterWithVerify<Frame?>().Serialize(ref writer, value.Whole, options);
            writer.Write(value.State.Discussion.Revision);
            writer.Write(value.State.Version);
        }

        public JoinAnswer Deserialize(ref MessagePackReader reader, MessagePackSerializerOptions options) => throw new NotSupportedException("Clients send no answers.");
    }
}
