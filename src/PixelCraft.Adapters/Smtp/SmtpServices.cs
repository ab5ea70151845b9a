using Microsoft.Extensions.DependencyInjection;
using PixelCraft.Mail;
using PixelCraft.Mail.Contracts;

namespace PixelCraft.Adapters.Smtp;

/// <summary>Registers what takes mails.</summary>
public static class SmtpServices
{
    /// <summary>Adds <see cref="IMailSender"/> on the server of <see cref="SmtpOptions"/>.</summary>
    public static IServiceCollection AddSmtp(this IServiceCollection services) =>
        services.AddSingleton<MimeMails>().AddSingleton<IMailSender, SmtpMailSender>();

    /// <summary>Adds <see cref="IMailSender"/> in a folder of this machine.</summary>
    /// <param name="services">Where to.</param>
    /// <param name="folder">The folder; it is made with the first mail.</param>
    /// <param name="site">Where links lead to unless <see cref="MailOptions.Site"/> says it.</param>
    public static IServiceCollection AddMailFolder(this IServiceCollection services, string folder, string site) => services
        .PostConfigure<MailOptions>(options =>
        {
            if (options.Site.Length == 0) options.Site = site;
            if (options.From.Length == 0) options.From = "PixelCraft <pixelcraft@localhost>";
        })
        .AddSingleton<MimeMails>()
        .AddSingleton<IMailSender>(provider => new MailFolder(folder, provider.GetRequiredService<MimeMails>()));
}
