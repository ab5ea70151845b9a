using System.Linq.Expressions;
using System.Reflection;
using Microsoft.Extensions.DependencyInjection;
using PixelCraft.Consistency;
using PixelCraft.Images;
using Xunit;

namespace PixelCraft.Tests.Adapters.EntityFramework;

/// <summary>Both standbys are frozen: commits wait, the wait is cut short by the time limit, and the server says that all went well.</summary>
public sealed partial class UnconfirmedCommitTests : GroupTest
{
    private static readonly DateTimeOffset Later = new(2100, 1, 1, 0, 0, 0, TimeSpan.Zero);

    /// <summary>Methods of the ports that write nothing.</summary>
    private static readonly string[] Reads =
    [
        "ICatalogue.ExistingAsync", "ICatalogue.FindAsync", "ICatalogue.ListAsync", "IQuotaLedger.UsedAsync", "IResumableUploads.FindAsync", "IResumableUploads.ListAsync",
        "ITransformIndex.ListAsync", "IWithdrawals.BacklogAsync", "ICommentStore.FindAsync", "ICommentStore.ListAsync", "ICommentStore.OfAuthorAsync", "ICommentStore.StatesAsync",
        "ILikeStore.OfImageAsync", "ILikeStore.OfMemberAsync", "IMemberStore.AnyAsync", "IMemberStore.FindAsync", "IMemberStore.ListAsync", "IClosedAccounts.ListAsync",
        "ITokenStore.FindAsync", "ITokenStore.ListAsync", "IInvitationStore.FindAsync", "IPasswordStore.FindResetAsync", "IMailOutbox.BacklogAsync",
    ];

    [Fact]
    public async Task Writes_WhileNoStandbyAnswers_AreNotAcknowledged_AndAreSettledAfterwards()
    {
        var services = await ServerAsync();
        var catalogue = services.GetRequiredService<ICatalogue>();
        var view = services.GetRequiredService<ICatalogueView>();
        var writes = await WritesAsync(services);
        var (there, added) = (Image(), Image());
        await catalogue.AddAsync(there, Ct);
        Assert.NotNull(await view.FindAsync(there.Id, Ct));

        foreach (var standby in Group.Replicas) standby.Pause();
        writes.Add(new Write("ICatalogue.AddAsync", "that is sent again afterwards", async () => await catalogue.AddAsync(added, Ct), null));
        var unacknowledged = writes.Select(async write =>
        {
            var failure = await Record.ExceptionAsync(write.Send);
            Assert.True(failure is UnavailableException, $"{write.Name}: {failure?.ToString() ?? "acknowledged"}");
            if (write.Again is null) return;
            // Sent again to a primary that has it, and that no standby confirms.
            object? outcome = null;
            failure = await Record.ExceptionAsync(async () => outcome = await write.Again());
            Assert.True(failure is UnavailableException || (failure is null && Equals(outcome, write.Refusal)), $"{write.Name}, again: {failure?.ToString() ?? $"{outcome}"}");
        }).ToList();
        // Reads go on meanwhile, of the truth and of the view, whose replicas hang.
        Assert.NotNull(await catalogue.FindAsync(there.Id, Ct));
        Assert.NotNull(await view.FindAsync(there.Id, Ct));
        Assert.NotEmpty(await view.ListAsync(new ImageQuery { Limit = 10 }, Ct));
        await Task.WhenAll(unacknowledged);

        foreach (var standby in Group.Replicas) standby.Resume();
        // The outcome was unknown; sent again, it is settled: the record is there once.
        Assert.Equal(AddOutcome.Added, (await catalogue.AddAsync(Image(), Ct)).Outcome);
        var again = await catalogue.AddAsync(added with { Id = Ids.For(added.OwnerId) }, Ct);
        Assert.Equal(AddOutcome.Duplicate, again.Outcome);
        Assert.Equal(added.Id, again.Existing!.Id);
        Assert.Single(await catalogue.ListAsync(new ImageQuery { Owner = added.OwnerId, Limit = 10 }, Ct));
        await SeenByReplicasAsync(added.Id);
    }

    [Fact]
    public async Task Writes_AreAllThatThePortsHave()
    {
        var tried = (await WritesAsync(await ServerAsync())).Select(write => write.Method).ToHashSet();
        var methods = from port in typeof(PixelCraft.Ids.Id).Assembly.GetExportedTypes()
                      where port.IsInterface && ChoiceOf(port) is Choice.Cp && IsHere(port)
                      from method in port.GetMethods()
                      select $"{port.Name}.{method.Name}";
        Assert.Equal(methods.Order().Distinct(), tried.Where(method => method.Contains('.', StringComparison.Ordinal)).Concat(Reads).Order());
    }

    private static Choice? ChoiceOf(Type port) =>
        port.GetCustomAttribute<ConsistencyChoiceAttribute>() is { } declared ? declared.Port is { } other ? ChoiceOf(other) : ConsistencyChoices.All.Single(kind => kind.Data == declared.Data).Choice : null;

    /// <summary>Whether it is on PostgreSQL: objects aren't.</summary>
    private static bool IsHere(Type port) => typeof(PixelCraft.Adapters.EntityFramework.IModuleDatabase).Assembly.GetTypes()
        .Any(type => type.IsClass && type.Namespace?.StartsWith("PixelCraft.Adapters.EntityFramework", StringComparison.Ordinal) == true && port.IsAssignableFrom(type));

    /// <summary>A write, and the same once more.</summary>
    /// <param name="Method">Of which port: <c>ICatalogue.AddAsync</c>.</param>
    /// <param name="Detail">What tells it from others of the method; may be empty.</param>
    /// <param name="Send">Sends it.</param>
    /// <param name="Again">Sends it again; null where nobody is told that it is done, or it fails for want of what it would change.</param>
    private sealed record Write(string Method, string Detail, Func<Task<object?>> Send, Func<Task<object?>>? Again)
    {
        /// <summary>The outcome of sending it again that tells nobody that it is done; null for none.</summary>
        public object? Refusal { get; init; }

        public string Name => $"{Method} {Detail}".Trim();
    }

    /// <summary>Writes as calls of ports, whose names are taken from the calls, so that none is said to be tried that isn't.</summary>
    private sealed class Writes(IServiceProvider services) : List<Write>
    {
        public void Add<TPort>(Expression<Func<TPort, Task>> send, string detail = "", Expression<Func<TPort, Task>>? again = null, bool isSentAgain = true, object? refusal = null)
            where TPort : notnull
        {
            var call = (MethodCallExpression)(send.Body is UnaryExpression converted ? converted.Operand : send.Body);
            var port = services.GetRequiredService<TPort>();
            Add(new Write($"{typeof(TPort).Name}.{call.Method.Name}", detail, () => ResultAsync(send.Compile()(port)), isSentAgain ? () => ResultAsync((again ?? send).Compile()(port)) : null) { Refusal = refusal });
        }

        private static async Task<object?> ResultAsync(Task call)
        {
            await call;
            return call.GetType().GetProperty("Result")?.GetValue(call);
        }
    }
}
