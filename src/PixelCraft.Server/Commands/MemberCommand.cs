using System.CommandLine;
using System.Security.Cryptography;
using PixelCraft.Accounts.Contracts;
using PixelCraft.Server.Configuration;

namespace PixelCraft.Server.Commands;

/// <summary><c>pixelcraft member add</c>: makes an account on the machine itself, whoever may register.</summary>
internal static class MemberCommand
{
    public static Command Create()
    {
        var email = new Option<string>("--email") { Description = "The e-mail address, also the name to sign in with.", Required = true };
        var name = new Option<string?>("--name") { Description = "What others see; the part of the address before the @ when left out." };
        var password = new Option<string?>("--password") { Description = "At least 10 characters. When left out, one is made and printed." };
        var administrator = new Option<bool>("--admin") { Description = "With an administrator's rights." };
        var add = new Command("add", "Make an account.") { email, name, password, administrator }.WithConfiguration();
        add.SetAction(async (parsed, cancellationToken) =>
        {
            if (parsed.LoadOrExplain() is not { } settings) return 2;
            var address = parsed.GetValue(email)!;
            var made = parsed.GetValue(password) is null ? RandomNumberGenerator.GetString("abcdefghijkmnpqrstuvwxyz23456789", 16) : null;
            var registration = new Registration(address, parsed.GetValue(name) ?? address.Split('@')[0], parsed.GetValue(password) ?? made!, null);
            return await Outages.ExplainAsync(() => AddAsync(settings, registration, parsed.GetValue(administrator), made, cancellationToken));
        });
        return new Command("member", "Members' accounts.") { add };
    }

    private static async Task<int> AddAsync(Settings settings, Registration registration, bool administrator, string? made, CancellationToken cancellationToken)
    {
        await using var app = ServerHost.Build(settings, quiet: true);
        await ServerHost.MigrateAsync(app, cancellationToken);
        await using var scope = app.Services.CreateAsyncScope();
        var result = await scope.ServiceProvider.GetRequiredService<IMemberAdmission>().AdmitAsync(registration, administrator, cancellationToken);
        if (result.Outcome != RegisterOutcome.Registered)
        {
            foreach (var (field, text) in result.Errors) Console.Error.WriteLine($"{field}: {text}");
            return 1;
        }
        Console.WriteLine($"{registration.Email} can sign in{(administrator ? " as an administrator" : "")}.");
        if (made is not null) Console.WriteLine($"Password: {made}");
        return 0;
    }
}
