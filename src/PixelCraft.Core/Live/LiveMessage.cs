using Microsoft.AspNetCore.SignalR;
using Microsoft.AspNetCore.SignalR.Protocol;

namespace PixelCraft.Live;

/// <summary>A message to participants, written once however many get it.</summary>
internal sealed class LiveMessage(string method, params object?[] arguments)
{
    public LiveMessage(Frame frame) : this("frame", frame)
    {
    }

    public SerializedHubMessage Serialized { get; } = new(new InvocationMessage(method, arguments));
}
