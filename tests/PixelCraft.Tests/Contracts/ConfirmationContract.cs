using Microsoft.Extensions.DependencyInjection;
using PixelCraft.Ids;
using PixelCraft.Images;
using Xunit;

namespace PixelCraft.Tests.Contracts;

/// <summary>What every confirmation does while the databases are well. What it does while they aren't: <c>UnconfirmedCommitTests</c>.</summary>
public abstract class ConfirmationContract : IAsyncLifetime
{
    private readonly IdGenerator _ids = new(TimeProvider.System);
    private IServiceProvider _services = null!;

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    /// <summary>An empty catalogue and what is kept beside it.</summary>
    private protected abstract Task<IServiceProvider> CreateAsync();

    public async ValueTask InitializeAsync() => _services = await CreateAsync();

    public virtual ValueTask DisposeAsync()
    {
        GC.SuppressFinalize(this);
        return ValueTask.CompletedTask;
    }

    [Fact]
    public async Task Confirm_OfWhatIsThere_OrIsNot_ReturnsAndChangesNothing()
    {
        var catalogue = _services.GetRequiredService<ICatalogue>();
        var image = CatalogueContract.NewImage(_ids);
        await catalogue.AddAsync(image, Cancellation);

        var confirmation = _services.GetRequiredService<IConfirmation>();
        await confirmation.ConfirmAsync(image.Id, Cancellation);
        await confirmation.ConfirmAsync(_ids.ForMember(), Cancellation);

        Assert.Equal(image.Version, (await catalogue.FindAsync(image.Id, Cancellation))!.Version);
    }

    [Fact]
    public async Task Confirm_WhenCancelled_EndsWithThat()
    {
        using var cancelled = new CancellationTokenSource();
        await cancelled.CancelAsync();
        // What has nothing to wait for may also just return.
        var end = await Record.ExceptionAsync(() => _services.GetRequiredService<IConfirmation>().ConfirmAsync(_ids.ForMember(), cancelled.Token));
        Assert.True(end is null or OperationCanceledException, $"{end}");
    }
}
