using System.Net;
using System.Net.Sockets;

namespace PixelCraft.Images.Fetching;

/// <summary>
/// Which addresses are the public internet's. Everything that the IANA registries of special purposes keep for something else isn't
/// (https://www.iana.org/assignments/iana-ipv4-special-registry, -ipv6-special-registry), nor an IPv6 address that carries such an IPv4 address.
/// </summary>
internal static class PublicAddresses
{
    private static readonly IPNetwork[] SpecialV4 = Networks(
        "0.0.0.0/8", // this network
        "10.0.0.0/8", "172.16.0.0/12", "192.168.0.0/16", // private
        "100.64.0.0/10", // carrier-grade NAT; clouds keep metadata services here too
        "127.0.0.0/8", // loopback
        "169.254.0.0/16", // link-local, and the clouds' metadata services
        "192.0.0.0/24", "192.0.2.0/24", "198.51.100.0/24", "203.0.113.0/24", // protocols, documentation
        "192.31.196.0/24", "192.52.193.0/24", "192.175.48.0/24", // AS112, AMT
        "192.88.99.0/24", // 6to4 relays
        "198.18.0.0/15", // benchmarks
        "224.0.0.0/4", // multicast
        "240.0.0.0/4"); // reserved, and broadcast

    private static readonly IPNetwork[] SpecialV6 = Networks(
        "2001::/23", // protocols: Teredo, ORCHID, benchmarks
        "2001:db8::/32", "3fff::/20", // documentation
        "2620:4f:8000::/48"); // AS112

    private static readonly IPNetwork GlobalV6 = IPNetwork.Parse("2000::/3");
    private static readonly IPNetwork SixToFour = IPNetwork.Parse("2002::/16");
    private static readonly IPNetwork Nat64 = IPNetwork.Parse("64:ff9b::/96");

    /// <summary>Whether this is an address of the public internet.</summary>
    public static bool Contains(IPAddress address)
    {
        if (address.AddressFamily == AddressFamily.InterNetwork) return !SpecialV4.Any(network => network.Contains(address));
        if (address.AddressFamily != AddressFamily.InterNetworkV6) return false;
        if (address.IsIPv4MappedToIPv6) return Contains(address.MapToIPv4());
        // A scope is one link's.
        if (address.ScopeId != 0) return false;
        var bytes = address.GetAddressBytes();
        if (SixToFour.Contains(address)) return Contains(new IPAddress(bytes.AsSpan(2, 4)));
        if (Nat64.Contains(address)) return Contains(new IPAddress(bytes.AsSpan(12, 4)));
        // Only this eighth has been given out: loopback, link-local, unique local, multicast, compatible, local NAT64 are all outside.
        return GlobalV6.Contains(address) && !SpecialV6.Any(network => network.Contains(address));
    }

    private static IPNetwork[] Networks(params string[] networks) => [.. networks.Select(text => IPNetwork.Parse(text))];
}
