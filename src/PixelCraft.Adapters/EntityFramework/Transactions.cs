using Microsoft.EntityFrameworkCore;

namespace PixelCraft.Adapters.EntityFramework;

internal static class Transactions
{
    /// <summary>
    /// Runs a transaction within the context's execution strategy, which EF Core does by itself only for single
    /// statements: so that an outage while it begins or commits is told as one.
    /// </summary>
    public static Task<T> InTransactionAsync<T>(this DbContext db, Func<Task<T>> work, CancellationToken cancellationToken) =>
        db.Database.CreateExecutionStrategy().ExecuteAsync(
            async cancel =>
            {
                await using var transaction = await db.Database.BeginTransactionAsync(cancel);
                var result = await work();
                await transaction.CommitAsync(cancel);
                return result;
            },
            cancellationToken);
}
