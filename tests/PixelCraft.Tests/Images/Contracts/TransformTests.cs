using CsCheck;
using PixelCraft.Images.Contracts;
using Xunit;

namespace PixelCraft.Tests.Images.Contracts;

public sealed class TransformTests
{
    /// <summary>Any transform without a fault.</summary>
    internal static readonly Gen<Transform> Valid =
        from side in Gen.Int[1, 3]
        from width in Gen.Int[1, Transform.MaxSide]
        from height in Gen.Int[1, Transform.MaxSide]
        from mode in Gen.Enum<TransformMode>()
        from gravity in Gen.Enum<TransformGravity>()
        from turns in Gen.Int[0, 3]
        from blur in Gen.Int[0, 100]
        from sharpen in Gen.Int[0, 10]
        from quality in Gen.Int[1, 100]
        let both = mode != TransformMode.Fit
        select new Transform
        {
            Width = both || (side & 1) != 0 ? width : null,
            Height = both || (side & 2) != 0 ? height : null,
            Mode = mode,
            Gravity = mode == TransformMode.Crop ? gravity : TransformGravity.Center,
            Rotate = turns * 90,
            Blur = blur,
            Sharpen = sharpen,
            Quality = quality,
        };

    [Fact]
    public void Parse_WhatWasWritten_GivesItBack() => Valid.Sample(transform =>
    {
        Assert.Null(transform.Fault());
        Assert.True(Transform.TryParse(transform.ToString(), out var read, out var fault), fault);
        Assert.Equal(transform, read);
        // It is also a part of an object's key.
        PixelCraft.Storage.ObjectKey.ThrowIfInvalid($"{transform}.webp");
    });

    [Fact]
    public void Parse_AnyText_TakesOnlyTheOneSpelling()
    {
        // Parts of right spellings in any order and number, with some that never are.
        var part = Gen.OneOfConst("w1", "w400", "w04", "w4096", "w4097", "w0", "w-1", "w", "h300", "h99999", "h999999", "fit", "fill", "crop", "crop-north", "crop-center",
            "crop-North", "crop-", "crop-attention", "rotate90", "rotate45", "rotate0", "rotate360", "blur0", "blur5", "blur101", "sharpen1", "sharpen11", "q80", "q60", "q0", "q101", "q+5", "", " ", "W400", "w４", "x1");
        part.Array[1, 6].Select(parts => string.Join('.', parts)).Sample(text =>
        {
            if (Transform.TryParse(text, out var transform, out var fault)) Assert.Equal(text, transform!.ToString());
            else Assert.True(fault is { Length: > 0 } && transform is null);
        }, iter: 20_000);
    }

    [Theory]
    [InlineData("w400", true)]
    [InlineData("h300.q60", true)]
    [InlineData("w400.h300.crop-attention.rotate90.blur5.sharpen1.q60", true)]
    [InlineData("", false)]
    [InlineData("q60", false)]
    [InlineData("h300.w400", false)]
    [InlineData("w400.w400", false)]
    [InlineData("w0400", false)]
    [InlineData("w400.q80", false)]
    [InlineData("w400.fit", false)]
    [InlineData("w400.fill", false)]
    [InlineData("w400.h300.crop-center", false)]
    [InlineData("w400.rotate0", false)]
    [InlineData("w5000", false)]
    [InlineData("w400.", false)]
    [InlineData("w400..h300", false)]
    [InlineData("../w400", false)]
    public void Parse_Text_IsStrict(string text, bool valid) => Assert.Equal(valid, Transform.TryParse(text, out _, out _));

    [Fact]
    public void Parse_AVeryLongText_IsRefusedAtOnce() => Assert.False(Transform.TryParse(string.Concat(Enumerable.Repeat("w1.", 1_000_000)), out _, out _));

    [Fact]
    public void Fault_OfWhatCanNotBe_NamesTheField()
    {
        Assert.Equal("width", new Transform { Width = 0 }.Fault()!.Value.Field);
        Assert.Equal("height", new Transform { Width = 1, Height = 4097 }.Fault()!.Value.Field);
        Assert.Equal("height", new Transform { Width = 1, Mode = TransformMode.Crop }.Fault()!.Value.Field);
        Assert.Equal("gravity", new Transform { Width = 1, Gravity = TransformGravity.North }.Fault()!.Value.Field);
        Assert.Equal("mode", new Transform { Width = 1, Mode = (TransformMode)9 }.Fault()!.Value.Field);
        Assert.Equal("rotate", new Transform { Width = 1, Rotate = 45 }.Fault()!.Value.Field);
        Assert.Equal("quality", new Transform { Width = 1, Quality = 0 }.Fault()!.Value.Field);
    }
}
