namespace PixelCraft;

/// <summary>Marks a setting that is never printed or logged.</summary>
[AttributeUsage(AttributeTargets.Property)]
public sealed class SecretAttribute : Attribute;
