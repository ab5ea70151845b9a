using System.Diagnostics;
using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Extensions.Logging.Console;

namespace PixelCraft.Server;

/// <summary>
/// Log lines for people: the local time, <c>warning</c> or worse where it is, and the message with its line breaks. What
/// is worse than information also has its trace id, and the exception.
/// </summary>
internal sealed class PlainFormatter(TimeProvider time) : ConsoleFormatter(FormatterName)
{
    public const string FormatterName = "plain";

    public override void Write<TState>(in LogEntry<TState> logEntry, IExternalScopeProvider? scopeProvider, TextWriter textWriter)
    {
        textWriter.Write($"{time.GetLocalNow():HH:mm:ss} ");
        if (logEntry.LogLevel != LogLevel.Information) textWriter.Write($"{logEntry.LogLevel.ToString().ToLowerInvariant()}: ");
        textWriter.Write(logEntry.Formatter(logEntry.State, logEntry.Exception));
        if (logEntry.LogLevel > LogLevel.Information && Activity.Current is { } activity) textWriter.Write($" [trace {activity.TraceId}]");
        textWriter.WriteLine();
        if (logEntry.Exception is not null) textWriter.WriteLine(logEntry.Exception);
    }
}
