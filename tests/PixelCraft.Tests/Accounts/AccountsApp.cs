using System.Collections.Concurrent;
using System.Net;
using System.Net.Http.Json;
using System.Text;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Identity;
using Microsoft.Data.Sqlite;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Time.Testing;
using PixelCraft.Accounts;
using PixelCraft.Accounts.Contracts;
using PixelCraft.Adapters.EntityFramework;
using PixelCraft.Adapters.EntityFramework.Accounts;
using PixelCraft.Adapters.InProcess;
using PixelCraft.Http;
using PixelCraft.Ids;
using PixelCraft.Jobs;
using PixelCraft.Mail;
using PixelCraft.Mail.Contracts;
using PixelCraft.Tests.Mail;
using Xunit;

namespace PixelCraft.Tests.Accounts;

/// <summary>The accounts module alone in a real server on SQLite, with the clock in the test's hand.</summary>
internal sealed class AccountsApp : IAsyncDisposable
{
    public const string Password = "correct horse";

    /// <summary>What links in mails begin with.</summary>
    public const string Site = "https://images.example.org";

    private readonly string _folder = Directory.CreateTempSubdirectory("pixelcraft-accounts-").FullName;
    private readonly WebApplication _app;

    private AccountsApp(Action<AccountsOptions>? configure, bool worker)
    {
        var builder = WebApplication.CreateSlimBuilder();
        builder.WebHost.UseUrls("http://127.0.0.1:0");
        builder.Logging.ClearProviders();
        builder.Logging.AddProvider(Log);
        builder.Services
            .AddSingleton<TimeProvider>(Time)
            .AddHttpConventions()
            .AddInProcessRateLimiter()
            .AddInProcessChangeNotices()
            .AddAccountsDatabase(null, Path.Combine(_folder, "accounts.db"))
            .AddDatabaseSessions()
            .AddInProcessJobQueue()
            .AddAccounts()
            .AddMail()
            .AddSingleton<IMailSender>(Mails)
            .AddSingleton<IMemberData>(Data);
        builder.Services.Configure<MailOptions>(mail => mail.Site = Site);
        if (worker) builder.Services.AddAccountsWorker().AddMailWorker().AddJobRunner();
        builder.Services.Configure<AccountsOptions>(options =>
        {
            options.Registration = RegistrationMode.Open;
            configure?.Invoke(options);
        });
        builder.Services.AddSingleton<IPasswordHasher<Member>>(Hasher);
        _app = builder.Build();
        // Stands for a load balancer that ends TLS.
        _app.Use((http, next) =>
        {
            if (http.Request.Headers["X-Forwarded-Proto"] == "https") http.Request.Scheme = "https";
            return next(http);
        });
        _app.UseAuthentication();
        _app.UseCrossSiteProtection();
        _app.UseAuthorization();
        _app.MapAccounts();
        _app.MapGet("/page", () => "a page").RequireAuthorization(Policies.Session);
        _app.MapPost("/api/v1/written", () => Results.NoContent()).RequireAuthorization(Policies.Write);
    }

    public FakeTimeProvider Time { get; } = new(DateTimeOffset.UtcNow);

    public LogLines Log { get; } = new();

    public ModuleData Data { get; } = new();

    public Mailbox Mails { get; } = new();

    public CountingHasher Hasher { get; } = new();

    public IServiceProvider Services => _app.Services;

    public static CancellationToken Cancel => TestContext.Current.CancellationToken;

    /// <param name="configure">Changes the options, where registration is open.</param>
    /// <param name="worker">Whether jobs and sweeps run too: their timers make moving the clock slow.</param>
    public static async Task<AccountsApp> StartAsync(Action<AccountsOptions>? configure = null, bool worker = false)
    {
        var app = new AccountsApp(configure, worker);
        foreach (var database in app.Services.GetServices<IModuleDatabase>()) await database.MigrateAsync(Cancel);
        await app._app.StartAsync(Cancel);
        return app;
    }

    /// <summary>A browser of its own: with cookies, not following redirects.</summary>
    public HttpClient Browser() => new(new SocketsHttpHandler { AllowAutoRedirect = false, CookieContainer = new CookieContainer() })
    {
        BaseAddress = new Uri(_app.Urls.First()),
    };

    /// <summary>A client that keeps no cookies: the test sends what it wants.</summary>
    public HttpClient Bare() => new(new SocketsHttpHandler { AllowAutoRedirect = false, UseCookies = false }) { BaseAddress = new Uri(_app.Urls.First()) };

    /// <summary>Makes a member whoever may register.</summary>
    public async Task<Id> AddAsync(string name, bool administrator = false)
    {
        await using var scope = Services.CreateAsyncScope();
        var result = await scope.ServiceProvider.GetRequiredService<IMemberAdmission>()
            .AdmitAsync(new Registration($"{name}@example.org", name, Password, null), administrator, Cancel);
        Assert.Equal(RegisterOutcome.Registered, result.Outcome);
        return result.Member!.Value;
    }

    public static Task<HttpResponseMessage> SignInAsync(HttpClient client, string name, string password = Password) =>
        client.PostAsJsonAsync("/api/v1/session", new { email = $"{name}@example.org", password }, Cancel);

    /// <summary>A member's browser, signed in.</summary>
    public async Task<HttpClient> SignedInAsync(string name)
    {
        var browser = Browser();
        Assert.Equal(HttpStatusCode.NoContent, (await SignInAsync(browser, name)).StatusCode);
        return browser;
    }

    public async ValueTask DisposeAsync()
    {
        await _app.StopAsync();
        await _app.DisposeAsync();
        SqliteConnection.ClearAllPools();
        Directory.Delete(_folder, recursive: true);
    }

    /// <summary>A module that keeps one file for each member, and can be made to fail once.</summary>
    public sealed class ModuleData : IMemberData
    {
        public ConcurrentQueue<Id> Erased { get; } = new();

        public int Failures;

        public async Task ExportAsync(Id member, IMemberArchive archive, CancellationToken cancellationToken)
        {
            using var content = new MemoryStream(Encoding.UTF8.GetBytes($"kept for {member}"));
            await archive.AddAsync("images/one.txt", content, cancellationToken);
        }

        public Task EraseAsync(Id member, CancellationToken cancellationToken)
        {
            if (Interlocked.Decrement(ref Failures) >= 0) throw new UnavailableException("object store");
            Erased.Enqueue(member);
            return Task.CompletedTask;
        }
    }

    /// <summary>Counts how often a password was compared: what takes the time of a sign-in.</summary>
    public sealed class CountingHasher : PasswordHasher<Member>
    {
        public int Compared { get; private set; }

        public override PasswordVerificationResult VerifyHashedPassword(Member user, string hashedPassword, string providedPassword)
        {
            Compared++;
            return base.VerifyHashedPassword(user, hashedPassword, providedPassword);
        }
    }

    /// <summary>What the server logged.</summary>
    public sealed class LogLines : ILoggerProvider, ILogger
    {
        private readonly ConcurrentQueue<string> _lines = new();

        public IEnumerable<string> Lines => _lines;

        public ILogger CreateLogger(string categoryName) => this;

        public IDisposable? BeginScope<TState>(TState state) where TState : notnull => null;

        public bool IsEnabled(LogLevel logLevel) => logLevel >= LogLevel.Information;

        public void Log<TState>(LogLevel logLevel, EventId eventId, TState state, Exception? exception, Func<TState, Exception?, string> formatter) =>
            _lines.Enqueue($"{formatter(state, exception)} {exception}");

        public void Dispose()
        {
        }
    }
}
