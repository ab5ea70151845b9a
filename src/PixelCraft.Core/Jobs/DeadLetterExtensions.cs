namespace PixelCraft.Jobs;

/// <summary>What an administrator does to all dead letters.</summary>
public static class DeadLetterExtensions
{
    private const int BatchSize = 500;

    /// <summary>Puts all back into the queue that are there now, newest first, and ends where it is full.</summary>
    /// <param name="letters">The dead letters.</param>
    /// <param name="cancellationToken">Ends it; what was put back stays there.</param>
    /// <returns>How many jobs were put back, and whether the queue was full before the last.</returns>
    public static async Task<(int Count, bool IsFull)> ReplayAllAsync(this IDeadLetters letters, CancellationToken cancellationToken)
    {
        var count = 0;
        string? after = null;
        while (await letters.ListAsync(after, BatchSize, cancellationToken) is { Count: > 0 } batch)
        {
            foreach (var letter in batch)
            {
                switch (await letters.ReplayAsync(letter.Id, cancellationToken))
                {
                    case ReplayOutcome.Replayed:
                        count++;
                        break;
                    case ReplayOutcome.Full:
                        return (count, true);
                }
            }

            after = batch[^1].Id;
        }

        return (count, false);
    }
}
