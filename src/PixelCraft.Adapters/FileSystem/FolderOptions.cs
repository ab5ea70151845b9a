using System.ComponentModel.DataAnnotations;

namespace PixelCraft.Adapters.FileSystem;

/// <summary>Where the folder object store keeps its files.</summary>
public sealed class FolderOptions
{
    /// <summary>The folder; it is made when it is missing, and belongs to one process.</summary>
    [Required]
    public string Root { get; set; } = "";
}
