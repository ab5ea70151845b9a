using CsCheck;
using Microsoft.AspNetCore.DataProtection;
using Microsoft.AspNetCore.DataProtection.KeyManagement;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Extensions.Options;
using Microsoft.Extensions.Time.Testing;
using PixelCraft.Delivery;
using PixelCraft.Delivery.Contracts;
using PixelCraft.Ids;
using PixelCraft.Images.Contracts;
using PixelCraft.Tests.Images.Contracts;
using Xunit;

namespace PixelCraft.Tests.Delivery;

public sealed class TransformSignaturesTests : IDisposable
{
    private const string Hash = "0123456789abcdef";
    private static readonly string OldKey = new('a', 32);
    private static readonly string NewKey = new('b', 32);

    private readonly FakeTimeProvider _time = new(new DateTimeOffset(2026, 11, 25, 0, 0, 0, TimeSpan.Zero));
    private readonly string _folder = Directory.CreateTempSubdirectory("pixelcraft-keys-").FullName;
    private readonly TransformPath _path = new(new Transform { Width = 400 }, new IdGenerator(TimeProvider.System).ForMember(), TransformFormat.WebP);

    [Fact]
    public void IsValid_OfItsOwnSignature_AndOfNothingElse() =>
        (from transform in TransformTests.Valid
         from format in Gen.Enum<TransformFormat>()
         from place in Gen.Int[0, 42]
         from expires in Gen.Bool
         select (transform, format, place, expires)).Sample(t =>
         {
             var signatures = Signatures(OldKey);
             var path = _path with { Transform = t.transform, Format = t.format };
             var signature = signatures.Sign(path, Hash, t.expires);
             Assert.True(signatures.IsValid(signature, path, Hash, t.expires));
             Assert.False(signatures.IsValid(signature, path, Hash, !t.expires));
             Assert.False(signatures.IsValid(signature, path, "0123456789abcdeg", t.expires));
             Assert.False(signatures.IsValid(signature, path with { Format = null }, Hash, t.expires));
             Assert.False(signatures.IsValid(signature, path with { Transform = t.transform with { Quality = t.transform.Quality % 100 + 1 } }, Hash, t.expires));
             Assert.False(signatures.IsValid(signature, path with { Image = new IdGenerator(TimeProvider.System).ForMember() }, Hash, t.expires));
             // Any character that is another, the bits at the end that mean nothing included.
             var at = signature.Length - 43 + t.place;
             foreach (var other in "Aa0-_")
                 if (signature[at] != other) Assert.False(signatures.IsValid(signature[..at] + other + signature[(at + 1)..], path, Hash, t.expires));
         }, iter: 200);

    [Fact]
    public void Sign_OfWhatDoesNotExpire_IsTheSameEachTime()
    {
        var signatures = Signatures(OldKey);
        var first = signatures.Sign(_path, Hash, expires: false);
        _time.Advance(TimeSpan.FromDays(400));
        Assert.Equal(first, signatures.Sign(_path, Hash, expires: false));
        Assert.True(signatures.IsValid(first, _path, Hash, expires: false));
    }

    [Fact]
    public void IsValid_AfterItsTime_IsFalse()
    {
        var signatures = Signatures(OldKey);
        var signature = signatures.Sign(_path, Hash, expires: true);
        _time.Advance(new DeliveryOptions().LinkLifetime - TimeSpan.FromSeconds(1));
        Assert.True(signatures.IsValid(signature, _path, Hash, expires: true));
        _time.Advance(TimeSpan.FromSeconds(1));
        Assert.False(signatures.IsValid(signature, _path, Hash, expires: true));
        // Nor with another time written into it.
        var later = _time.GetUtcNow().AddDays(1).ToUnixTimeSeconds();
        Assert.False(signatures.IsValid($"{later}{signature[signature.IndexOf('.', StringComparison.Ordinal)..]}", _path, Hash, expires: true));
    }

    [Fact]
    public void Keys_Rotated_TheFirstSignsAndAllAreBelieved()
    {
        var before = Signatures(OldKey);
        var during = Signatures($"{NewKey}, {OldKey}");
        var after = Signatures(NewKey);
        var old = before.Sign(_path, Hash, expires: false);
        var fresh = during.Sign(_path, Hash, expires: false);

        Assert.True(during.IsValid(old, _path, Hash, expires: false));
        Assert.True(after.IsValid(fresh, _path, Hash, expires: false));
        Assert.False(before.IsValid(fresh, _path, Hash, expires: false));
        Assert.False(after.IsValid(old, _path, Hash, expires: false));
    }

    [Fact]
    public void Keys_Derived_AreSharedAndRotatedAndRevoked()
    {
        var one = Signatures("");
        var signature = one.Sign(_path, Hash, expires: false);
        // Another server on the same keys, and this one after its keys were read again.
        Assert.True(Signatures("").IsValid(signature, _path, Hash, expires: false));

        var manager = Protection().GetRequiredService<IKeyManager>();
        manager.CreateNewKey(_time.GetUtcNow().AddSeconds(1), _time.GetUtcNow().AddDays(90));
        _time.Advance(TimeSpan.FromMinutes(1));
        var rotated = one.Sign(_path, Hash, expires: false);
        Assert.NotEqual(signature, rotated);
        Assert.True(one.IsValid(signature, _path, Hash, expires: false));

        foreach (var key in manager.GetAllKeys()) manager.RevokeKey(key.KeyId);
        Assert.False(Signatures("").IsValid(rotated, _path, Hash, expires: false));
    }

    [Theory]
    [InlineData("")]
    [InlineData(".")]
    [InlineData("99999999999.")]
    [InlineData("-1.AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA")]
    [InlineData("AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA")]
    [InlineData("ÄÖÜ")]
    [InlineData("AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA=")]
    public void IsValid_OfAnyText_IsFalse(string text)
    {
        Assert.False(Signatures(OldKey).IsValid(text, _path, Hash, expires: false));
        Assert.False(Signatures(OldKey).IsValid(text, _path, Hash, expires: true));
    }

    [Fact]
    public void SigningKeys_TooShort_AreAFault()
    {
        var options = new DeliveryOptions { SigningKeys = $"{OldKey},short" };
        Assert.Single(options.Validate(new System.ComponentModel.DataAnnotations.ValidationContext(options)));
    }

    [Fact]
    public void Parse_OfAPath_GivesItBack() =>
        (from transform in TransformTests.Valid from format in Gen.Enum<TransformFormat>() from auto in Gen.Bool select (transform, format, auto)).Sample(t =>
        {
            var path = _path with { Transform = t.transform, Format = t.auto ? null : t.format };
            var parts = path.ToString().Split('/');
            Assert.True(TransformPath.TryParse(parts[0], parts[1], out var read, out _));
            Assert.Equal(path, read);
            Assert.False(TransformPath.TryParse(parts[0], parts[1].ToUpperInvariant(), out _, out _));
            Assert.False(TransformPath.TryParse(parts[0], parts[1] + ".gif", out _, out _));
        });

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    private TransformSignatures Signatures(string keys)
    {
        var options = Options.Create(new DeliveryOptions { SigningKeys = keys });
        var services = Protection();
        var signing = new SigningKeys(
            options, services.GetRequiredService<IDataProtectionProvider>(), services.GetRequiredService<IKeyManager>(), _time, NullLogger<SigningKeys>.Instance);
        return new TransformSignatures(signing, _time, options);
    }

    private ServiceProvider Protection()
    {
        var services = new ServiceCollection();
        services.AddDataProtection().SetApplicationName("PixelCraft").PersistKeysToFileSystem(new DirectoryInfo(_folder));
        return services.BuildServiceProvider();
    }
}
