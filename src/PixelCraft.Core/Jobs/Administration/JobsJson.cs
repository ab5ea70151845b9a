using System.Text.Json.Serialization;

namespace PixelCraft.Jobs.Administration;

/// <summary>How much is in the queue.</summary>
/// <param name="Due">Jobs that wait for a worker.</param>
/// <param name="Delayed">Not due yet.</param>
/// <param name="Taken">Held by workers.</param>
/// <param name="Dead">Given up.</param>
/// <param name="Kinds">Those that wait, by kind.</param>
internal sealed record QueueState(long Due, long Delayed, long Taken, long Dead, IReadOnlyList<KindState> Kinds);

/// <summary>Jobs of one kind that wait for a worker.</summary>
/// <param name="Kind">What is to be done.</param>
/// <param name="Due">How many.</param>
/// <param name="AgeSeconds">For how long the oldest has been due.</param>
internal sealed record KindState(string Kind, long Due, double AgeSeconds);

/// <summary>A job that was given up.</summary>
/// <param name="Id">Its id among those.</param>
/// <param name="Kind">What should have been done.</param>
/// <param name="Subject">For which record.</param>
/// <param name="Faults">How often it failed.</param>
/// <param name="Reason">Why it was given up.</param>
/// <param name="BuriedAt">When.</param>
internal sealed record DeadJobInfo(string Id, string Kind, string Subject, int Faults, string Reason, DateTimeOffset BuriedAt);

/// <summary>A page of the jobs that were given up, newest first.</summary>
/// <param name="Items">The jobs.</param>
/// <param name="Next">To be given as <c>after</c> for the next page; null on the last.</param>
internal sealed record DeadJobPage(IReadOnlyList<DeadJobInfo> Items, string? Next);

/// <summary>What was put back into the queue.</summary>
/// <param name="Count">How many jobs.</param>
internal sealed record Replayed(int Count);

[JsonSourceGenerationOptions(System.Text.Json.JsonSerializerDefaults.Web)]
[JsonSerializable(typeof(QueueState))]
[JsonSerializable(typeof(DeadJobPage))]
[JsonSerializable(typeof(Replayed))]
internal sealed partial class JobsJson : JsonSerializerContext;
