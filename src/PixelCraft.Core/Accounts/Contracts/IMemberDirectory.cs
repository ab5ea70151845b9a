using PixelCraft.Ids;

namespace PixelCraft.Accounts.Contracts;

/// <summary>What other modules may know of members.</summary>
public interface IMemberDirectory
{
    /// <summary>The names of these members; ids that nobody has are left out.</summary>
    Task<IReadOnlyDictionary<Id, string>> NamesAsync(IReadOnlyCollection<Id> members, CancellationToken cancellationToken);

    /// <summary>Bytes of originals that a member may keep; null means without limit. Also null for an unknown member.</summary>
    Task<long?> QuotaAsync(Id member, CancellationToken cancellationToken);
}

/// <summary>
/// Implemented by each module that keeps something for members: called when a member exports all data or deletes the account.
/// </summary>
public interface IMemberData
{
    /// <summary>Writes everything that the module keeps of a member into the archive.</summary>
    Task ExportAsync(Id member, IMemberArchive archive, CancellationToken cancellationToken);

    /// <summary>
    /// Removes everything that the module keeps of a member. Called again until it has returned without an exception
    /// once, also after a restart: it must be able to go on where it stopped.
    /// </summary>
    Task EraseAsync(Id member, CancellationToken cancellationToken);
}

/// <summary>The archive of a member's data, written file by file.</summary>
public interface IMemberArchive
{
    /// <summary>Adds a file; <paramref name="content"/> is read to its end before the call returns.</summary>
    /// <param name="path">Relative, with '/'; made of the module's own names, never of a user's text.</param>
    /// <param name="content">The bytes.</param>
    /// <param name="cancellationToken">Ends the call.</param>
    Task AddAsync(string path, Stream content, CancellationToken cancellationToken);
}
