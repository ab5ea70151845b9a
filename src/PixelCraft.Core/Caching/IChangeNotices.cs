using PixelCraft.Consistency;

namespace PixelCraft.Caching;

/// <summary>
/// Tells every server, this one too, that something has changed of which they may keep a copy in memory. A notice can be lost, so
/// whoever listens also bounds how old a copy may get. Neither call throws when what carries the notices is away.
/// </summary>
[ConsistencyChoice(Choice.Ap, "Notices between servers", "They may be lost: records and sessions in a server's memory are a second old at most.")]
public interface IChangeNotices
{
    /// <summary>Tells all who listen, after the change; they may not all have heard when the call returns.</summary>
    /// <param name="topic">What kind of thing has changed: lower-case letters and '-'.</param>
    /// <param name="key">Which one; at most 200 characters.</param>
    /// <param name="cancellationToken">Ends the call.</param>
    ValueTask PublishAsync(string topic, string key, CancellationToken cancellationToken);

    /// <summary>Listens until the result is disposed.</summary>
    /// <param name="topic">As in <see cref="PublishAsync"/>.</param>
    /// <param name="changed">Called with the key; from any thread, and must neither wait nor throw.</param>
    IDisposable Subscribe(string topic, Action<string> changed);
}
