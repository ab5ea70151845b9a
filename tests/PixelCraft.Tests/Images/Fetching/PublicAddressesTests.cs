using System.Net;
using CsCheck;
using PixelCraft.Images.Fetching;
using Xunit;

namespace PixelCraft.Tests.Images.Fetching;

public sealed class PublicAddressesTests
{
    [Theory]
    [InlineData("8.8.8.8", true)]
    [InlineData("1.1.1.1", true)]
    [InlineData("100.63.255.255", true)]
    [InlineData("172.15.255.255", true)]
    [InlineData("172.32.0.0", true)]
    [InlineData("223.255.255.255", true)]
    [InlineData("0.0.0.0", false)]
    [InlineData("10.1.2.3", false)]
    [InlineData("100.64.0.1", false)]
    [InlineData("100.100.100.200", false)] // a cloud's metadata
    [InlineData("127.0.0.1", false)]
    [InlineData("127.255.255.254", false)]
    [InlineData("169.254.169.254", false)] // the clouds' metadata
    [InlineData("172.16.0.1", false)]
    [InlineData("172.31.255.255", false)]
    [InlineData("192.0.0.192", false)]
    [InlineData("192.168.0.1", false)]
    [InlineData("198.18.0.1", false)]
    [InlineData("203.0.113.9", false)]
    [InlineData("224.0.0.1", false)]
    [InlineData("240.0.0.1", false)]
    [InlineData("255.255.255.255", false)]
    [InlineData("2606:4700:4700::1111", true)]
    [InlineData("2a00:1450:4001:80b::200e", true)]
    [InlineData("::", false)]
    [InlineData("::1", false)]
    [InlineData("::7f00:1", false)] // IPv4-compatible
    [InlineData("::ffff:127.0.0.1", false)]
    [InlineData("::ffff:8.8.8.8", true)]
    [InlineData("::ffff:0:127.0.0.1", false)] // translated
    [InlineData("64:ff9b::7f00:1", false)] // NAT64
    [InlineData("64:ff9b::808:808", true)]
    [InlineData("64:ff9b:1::808:808", false)] // NAT64 of a network's own
    [InlineData("2002:7f00:1::1", false)] // 6to4
    [InlineData("2002:a9fe:a9fe::", false)]
    [InlineData("2002:808:808::1", true)]
    [InlineData("2001:0:53aa:64c:0:0:80ff:fffe", false)] // Teredo
    [InlineData("2001:db8::1", false)]
    [InlineData("fc00::1", false)]
    [InlineData("fd00:ec2::254", false)] // a cloud's metadata
    [InlineData("fe80::1", false)]
    [InlineData("fec0::1", false)]
    [InlineData("ff02::1", false)]
    [InlineData("100::1", false)]
    [InlineData("4000::1", false)]
    public void Contains_Address_TellsWhetherItIsPublic(string address, bool expected) =>
        Assert.Equal(expected, PublicAddresses.Contains(IPAddress.Parse(address)));

    [Fact]
    public void Contains_AnIPv4AddressInAnyDress_IsTheSame() => Gen.UInt.Sample(
        number =>
        {
            byte[] v4 = [(byte)(number >> 24), (byte)(number >> 16), (byte)(number >> 8), (byte)number];
            var expected = PublicAddresses.Contains(new IPAddress(v4));
            byte[] mapped = [.. new byte[10], 0xff, 0xff, .. v4];
            byte[] nat64 = [0, 0x64, 0xff, 0x9b, .. new byte[8], .. v4];
            byte[] sixToFour = [0x20, 0x02, .. v4, .. new byte[10]];
            foreach (var dressed in new[] { mapped, nat64, sixToFour }) Assert.Equal(expected, PublicAddresses.Contains(new IPAddress(dressed)));
            byte[] compatible = [.. new byte[12], .. v4];
            Assert.False(PublicAddresses.Contains(new IPAddress(compatible)));
        },
        iter: 10_000);
}
