using System.Net;
using System.Net.Sockets;
using PixelCraft.Cluster;
using Xunit;

namespace PixelCraft.Tests.Cluster;

public sealed class PortsTests
{
    [Fact]
    public void Free_ManyTimes_NeverGivesAPortTwice()
    {
        var ports = Enumerable.Range(0, 200).Select(_ => Ports.Free()).ToArray();

        Assert.Equal(ports.Length, ports.Distinct().Count());
    }

    [Fact]
    public void Free_GivenPort_CanBeListenedOn()
    {
        using var listener = new TcpListener(IPAddress.Loopback, Ports.Free());

        listener.Start();
    }
}
