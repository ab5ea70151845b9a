using System.Globalization;
using PixelCraft.Images.Contracts;
using PixelCraft.Web.Text;
using Xunit;

namespace PixelCraft.Tests.Web.Text;

public sealed class MetadataPhraseTests
{
    public MetadataPhraseTests() => CultureInfo.CurrentCulture = CultureInfo.CurrentUICulture = CultureInfo.GetCultureInfo("en");

    [Fact]
    public void Exposure_OfEverything_ReadsAsPhotographersWrite() => Assert.Equal(
        "1/250 s · f/2.8 · ISO 400 · 35 mm",
        MetadataPhrase.Exposure(new ImageMetadata { ExposureSeconds = 0.004, Aperture = 2.8, Iso = 400, FocalLength = 35 })!.Replace('\u00a0', ' '));

    [Theory]
    [InlineData(0.4, "0.4 s")]
    [InlineData(30, "30 s")]
    [InlineData(1 / 8000.0, "1/8000 s")]
    [InlineData(1 / 60.0, "1/60 s")]
    public void Exposure_OfATime_IsAFractionWhenShort(double seconds, string expected) =>
        Assert.Equal(expected, MetadataPhrase.Exposure(new ImageMetadata { ExposureSeconds = seconds })!.Replace('\u00a0', ' '));

    [Theory]
    [InlineData("Canon", "Canon EOS 350D", "Canon EOS 350D")]
    [InlineData("SONY", "DSC-RX100M4", "SONY DSC-RX100M4")]
    [InlineData("NIKON CORPORATION", "Nikon D90", "Nikon D90")]
    [InlineData(null, "Pixel 8", "Pixel 8")]
    [InlineData("Canon", null, "Canon")]
    [InlineData(null, null, null)]
    public void Camera_NamesTheMakerOnce(string? make, string? model, string? expected) =>
        Assert.Equal(expected, MetadataPhrase.Camera(new ImageMetadata { Make = make, Model = model }));

    [Fact]
    public void Taken_IsTheTimeOfTheCamera_WhateverTheZone()
    {
        Assert.Equal("1 May 2024, 23:34", MetadataPhrase.Taken(new ImageMetadata { TakenLocal = "2024-05-01T23:34:56-08:00" }));
        Assert.Equal("1 May 2024, 23:34", MetadataPhrase.Taken(new ImageMetadata { TakenLocal = "2024-05-01T23:34:56" }));
        Assert.Null(MetadataPhrase.Taken(new ImageMetadata()));
    }

    [Fact]
    public void Place_HasDirections() =>
        Assert.Equal("48.85833° N, 2.29450° W", MetadataPhrase.Place(new ImagePlace(48.858333, -2.2945, null)).Replace('\u00a0', ' '));
}
