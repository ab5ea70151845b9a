namespace PixelCraft.Server.Commands;

/// <summary>What a command says when something that it needs isn't there: what happened and what to do, without a stack trace.</summary>
internal static class Outages
{
    /// <summary>The exit code of a command that found something away or full.</summary>
    public const int ExitCode = 4;

    /// <summary>Runs a command.</summary>
    /// <returns>Its exit code, or <see cref="ExitCode"/>.</returns>
    public static async Task<int> ExplainAsync(Func<Task<int>> run)
    {
        try
        {
            return await run();
        }
        catch (Exception e) when (e is UnavailableException or StorageFullException)
        {
            await Console.Error.WriteLineAsync($"{Text(e)}\n'pixelcraft doctor' checks everything that PixelCraft needs.");
            return ExitCode;
        }
    }

    /// <summary>What happened, and the innermost cause.</summary>
    public static string Text(Exception e) => e.GetBaseException() is var cause && cause != e ? $"{e.Message} {cause.Message}" : e.Message;
}
