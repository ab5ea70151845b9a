using CsCheck;
using MessagePack;
using PixelCraft.Adapters.Redis;
using PixelCraft.Live;
using Xunit;

namespace PixelCraft.Tests.Adapters.Redis;

public sealed class RoomUpdateFormatTests
{
    private static readonly Gen<ParticipantState> Participants = Gen.Select(
        Gen.Int, Gen.Guid, Gen.Int, Gen.String, Gen.Bool, Gen.Guid,
        (number, key, attempt, name, isIdle, member) => new ParticipantState(number, key, attempt, name.Replace('\ud800', ' '), isIdle ? PixelCraft.Ids.Id.FromGuid(member) : null, isIdle));

    private static readonly Gen<RoomUpdate> Updates = Gen.Select(
        Gen.Guid, Gen.Long, Gen.Enum<UpdateKind>(), Participants.Array[0, 5], Gen.Select(Gen.Int, Gen.Int, Gen.Int, (number, x, y) => new CursorState(number, x, y)).Array[0, 300], Gen.Int.Array[0, 5],
        (server, sequence, kind, participants, cursors, left) => new RoomUpdate(server, sequence, kind, participants, cursors, left));

    [Fact]
    public void Read_WhatWasWritten_IsTheSame() => Updates.Sample(update =>
    {
        var bytes = RoomUpdateFormat.Write(update);
        var read = RoomUpdateFormat.Read(bytes);
        // By the bytes: text that is no text comes back as text.
        Assert.Equal((update.Server, update.Sequence, update.Kind), (read.Server, read.Sequence, read.Kind));
        Assert.Equal(update.Cursors, read.Cursors);
        Assert.Equal(update.Left, read.Left);
        Assert.Equal(bytes, RoomUpdateFormat.Write(read));
    }, iter: 2_000);

    [Fact]
    public void Read_AnyBytes_IsAnUpdateOrAKnownFault()
    {
        Gen.Byte.Array[0, 200].Sample(Check, iter: 20_000);
        // Close to what is written, with one byte another.
        Gen.Select(Updates, Gen.Int[0, int.MaxValue], Gen.Byte, (update, place, value) =>
        {
            var bytes = RoomUpdateFormat.Write(update);
            bytes[place % bytes.Length] = value;
            return bytes;
        }).Sample(Check, iter: 5_000);

        static void Check(byte[] bytes)
        {
            try
            {
                RoomUpdateFormat.Read(bytes);
            }
            catch (Exception exception) when (exception is MessagePackSerializationException or EndOfStreamException or OverflowException or FormatException)
            {
                // What the backplane passes over.
            }
        }
    }
}
