using System.Security.Cryptography;
using System.Text;
using Microsoft.AspNetCore.DataProtection;
using Microsoft.AspNetCore.DataProtection.KeyManagement;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;
using PixelCraft.Delivery.Contracts;

namespace PixelCraft.Delivery;

/// <summary>
/// The keys of URL signatures, the one that signs first. Where none are configured they are derived (HKDF) from the
/// framework's data-protection keys, which all servers share and which are replaced every 90 days; a key that has been
/// replaced goes on being believed until it is revoked, so that URLs that were given away live on.
/// </summary>
internal sealed class SigningKeys(
    IOptions<DeliveryOptions> options, IDataProtectionProvider protection, IKeyManager manager, TimeProvider time, ILogger<SigningKeys> log)
{
    private const string Purpose = "PixelCraft.Delivery.SigningKeys.v1";
    private static readonly TimeSpan Lifetime = TimeSpan.FromSeconds(30);

    private readonly byte[][] _configured = [.. options.Value.Keys().Select(Encoding.UTF8.GetBytes)];
    private readonly Lock _gate = new();
    private byte[][] _derived = [];
    private long _derivedAt;

    /// <summary>From 1; the first signs.</summary>
    public IReadOnlyList<byte[]> All
    {
        get
        {
            if (_configured.Length > 0) return _configured;
            lock (_gate)
            {
                if (_derived.Length > 0 && time.GetElapsedTime(_derivedAt) < Lifetime) return _derived;
                try
                {
                    _derived = Derive();
                }
                catch (Exception e) when (_derived.Length > 0)
                {
                    // The keys at hand are good; those of the last seconds may be missing.
                    log.LogWarning(e, "The keys of signed URLs could not be read again.");
                }
                _derivedAt = time.GetTimestamp();
                return _derived;
            }
        }
    }

    private byte[][] Derive()
    {
        // The framework makes the first key when something is first protected.
        if (!manager.GetAllKeys().Any(key => !key.IsRevoked)) protection.CreateProtector(Purpose).Protect([]);
        var now = time.GetUtcNow();
        return
        [
            .. manager.GetAllKeys().Where(key => !key.IsRevoked)
                // Keys of the future are known to all servers before they sign.
                .OrderByDescending(key => key.ActivationDate <= now).ThenByDescending(key => key.ActivationDate).ThenBy(key => key.KeyId)
                .Select(Derive),
        ];
    }

    private static byte[] Derive(IKey key)
    {
        var xml = key.Descriptor.ExportToXml().SerializedDescriptorElement;
        var master = Convert.FromBase64String(xml.Descendants("masterKey").Single().Element("value")!.Value);
        return HKDF.DeriveKey(HashAlgorithmName.SHA256, master, 32, info: Encoding.UTF8.GetBytes(Purpose));
    }
}
