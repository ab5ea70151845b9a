using PixelCraft.Capacity.Contracts;
using PixelCraft.Consistency;
using Xunit;

namespace PixelCraft.Tests.Capacity;

/// <summary>The links know which ports' data goes over them, and nothing of what becomes of it: that is declared beside the ports.</summary>
public sealed class CutLinkTests
{
    [Fact]
    public void EveryDeclaredKindOfData_GoesOverOneLink()
    {
        var mapped = CutLink.All.SelectMany(link => link.Ports).Concat(CutLink.Nowhere).Order().ToList();
        Assert.Equal(ConsistencyChoices.All.Select(kind => kind.Port).Order(), mapped);
    }

    [Fact]
    public void Link_TellsOfEveryKind_WhatItsPortDeclares() => Assert.All(CutLink.All, link =>
    {
        Assert.Equal(ConsistencyChoices.All.Where(kind => kind.Choice is not Choice.None).OrderBy(kind => kind.Data), link.Affected.Concat(link.Unaffected).OrderBy(kind => kind.Data));
        Assert.Equal(link.Ports.Count, link.Affected.Count());
    });

    [Fact]
    public void Catalogue_CutOff_RefusesChanges_AndShowsCopies()
    {
        var kinds = CutLink.All.Single(link => link.Id == "catalogue").Affected.Select(kind => kind.Choice).ToList();
        Assert.Contains(Choice.Cp, kinds);
        Assert.Contains(Choice.ApBounded, kinds);
    }
}
