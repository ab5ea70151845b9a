namespace PixelCraft.Capacity.Contracts;

/// <summary>Section <c>Capacity</c>.</summary>
public sealed class CapacityOptions
{
    /// <summary>Whether everybody may use the Scale Lab and its API; otherwise administrators.</summary>
    public bool Public { get; set; }
}

/// <summary>The name of the authorization policy.</summary>
public static class CapacityPolicy
{
    /// <summary>Who may see plans: as <see cref="CapacityOptions.Public"/> says.</summary>
    public const string See = "see-plans";
}
