using System.Buffers;
using MessagePack;
using PixelCraft.Ids;
using PixelCraft.Live;

namespace PixelCraft.Adapters.Redis;

/// <summary>
/// What servers tell one another of rooms, as MessagePack (https://msgpack.org): an array of version (1), server (16 bytes), sequence, kind,
/// participants (number, key (16 bytes), attempt, name, member (16 bytes or nil), whether idle, in one array for all), cursors (number, x, y, in one array for all), and numbers that left.
/// </summary>
internal static class RoomUpdateFormat
{
    private const int Version = 1;
    private const int ParticipantFields = 6;
    private const int CursorFields = 3;

    public static byte[] Write(RoomUpdate update)
    {
        var buffer = new ArrayBufferWriter<byte>(64 + (update.Cursors.Count * 12) + (update.Participants.Count * 64));
        var writer = new MessagePackWriter(buffer);
        writer.WriteArrayHeader(7);
        writer.Write(Version);
        writer.Write(update.Server.ToByteArray());
        writer.Write(update.Sequence);
        writer.Write((int)update.Kind);
        writer.WriteArrayHeader(update.Participants.Count * ParticipantFields);
        foreach (var participant in update.Participants)
        {
            writer.Write(participant.Number);
            writer.Write(participant.Key.ToByteArray());
            writer.Write(participant.Attempt);
            writer.Write(participant.Name);
            writer.Write(participant.Member?.ToBytes());
            writer.Write(participant.IsIdle);
        }

        writer.WriteArrayHeader(update.Cursors.Count * CursorFields);
        foreach (var cursor in update.Cursors)
        {
            writer.Write(cursor.Number);
            writer.Write(cursor.X);
            writer.Write(cursor.Y);
        }

        writer.WriteArrayHeader(update.Left.Count);
        foreach (var number in update.Left) writer.Write(number);
        writer.Flush();
        return buffer.WrittenSpan.ToArray();
    }

    /// <summary>Reads what <see cref="Write"/> has written; anything else is a <c>MessagePackSerializationException</c>, or the end of the bytes.</summary>
    public static RoomUpdate Read(ReadOnlyMemory<byte> bytes)
    {
        var reader = new MessagePackReader(bytes);
        if (reader.ReadArrayHeader() != 7 || reader.ReadInt32() != Version) throw new MessagePackSerializationException("Not an update of this version.");
        var server = ReadGuid(ref reader);
        var sequence = reader.ReadInt64();
        var kind = (UpdateKind)reader.ReadInt32();
        if (!Enum.IsDefined(kind)) throw new MessagePackSerializationException($"{kind} is not a kind of update.");

        var participants = new ParticipantState[Count(ref reader, ParticipantFields)];
        for (var i = 0; i < participants.Length; i++)
        {
            participants[i] = new ParticipantState(
                reader.ReadInt32(), ReadGuid(ref reader), reader.ReadInt32(), reader.ReadString() ?? "", reader.TryReadNil() ? null : Id.FromBytes(ReadBytes(ref reader)), reader.ReadBoolean());
        }

        var cursors = new CursorState[Count(ref reader, CursorFields)];
        for (var i = 0; i < cursors.Length; i++) cursors[i] = new CursorState(reader.ReadInt32(), reader.ReadInt32(), reader.ReadInt32());
        var left = new int[Count(ref reader, 1)];
        for (var i = 0; i < left.Length; i++) left[i] = reader.ReadInt32();
        return new RoomUpdate(server, sequence, kind, participants, cursors, left);
    }

    // The reader has checked that there are at least as many bytes as items.
    private static int Count(ref MessagePackReader reader, int fields)
    {
        var (count, rest) = Math.DivRem(reader.ReadArrayHeader(), fields);
        return rest == 0 ? count : throw new MessagePackSerializationException("An array has a part of an item.");
    }

    private static Guid ReadGuid(ref MessagePackReader reader) => new(ReadBytes(ref reader));

    private static byte[] ReadBytes(ref MessagePackReader reader) =>
        reader.ReadBytes() is { Length: 16 } bytes ? bytes.ToArray() : throw new MessagePackSerializationException("An id has not 16 bytes.");
}
