using System.Xml.Linq;
using Microsoft.AspNetCore.DataProtection.EntityFrameworkCore;
using Microsoft.Extensions.Logging;

namespace PixelCraft.Adapters.EntityFramework.Accounts;

/// <summary>The framework's repository of data-protection keys in the accounts database, but for reading, which each start does.</summary>
internal sealed class DataProtectionKeys(AccountsReader reader, IServiceProvider services, ILoggerFactory loggers)
    : EntityFrameworkCoreXmlRepository<AccountsDbContext>(services, loggers)
{
    // The framework's port is synchronous, and asks at the start and once a day.
    public override IReadOnlyCollection<XElement> GetAllElements() =>
        [.. reader.KeysAsync(CancellationToken.None).GetAwaiter().GetResult().Select(xml => XElement.Parse(xml))];
}
