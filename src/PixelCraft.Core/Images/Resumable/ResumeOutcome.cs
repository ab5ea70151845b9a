using Microsoft.AspNetCore.Http.HttpResults;
using PixelCraft.Http;

namespace PixelCraft.Images.Resumable;

/// <summary>What became of a request about an upload.</summary>
internal enum ResumeOutcome
{
    /// <summary>It was done.</summary>
    Done,

    /// <summary>The caller has no such upload.</summary>
    NotFound,

    /// <summary>Its time is up.</summary>
    Expired,

    /// <summary>Another request is writing to it.</summary>
    Locked,

    /// <summary>It goes on from another byte.</summary>
    OffsetConflict,

    /// <summary>More bytes than there may be.</summary>
    TooLarge,

    /// <summary>It has another length, or more bytes already.</summary>
    LengthConflict,

    /// <summary>It is made of others, and takes no bytes of its own.</summary>
    Final,
}

/// <summary>What a client is told of an outcome.</summary>
internal static class ResumeOutcomes
{
    /// <summary>Of those that every kind of upload has.</summary>
    public static ProblemHttpResult Problem(this ResumeOutcome outcome) => outcome switch
    {
        ResumeOutcome.Expired => Problems.UploadExpired.Result("Begin a new one."),
        ResumeOutcome.Locked => Problems.UploadLocked.Result("Wait a moment, and ask again."),
        _ => Problems.NotFound.Result(),
    };
}
