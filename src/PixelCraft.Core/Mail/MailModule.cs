using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.DependencyInjection.Extensions;
using PixelCraft.Jobs;
using PixelCraft.Mail.Contracts;

namespace PixelCraft.Mail;

/// <summary>The Mail module: outbox, texts, sending.</summary>
public static class MailModule
{
    /// <summary>
    /// <see cref="IMails"/>, for every process in which something is done that a mail follows. It needs an <see cref="IMailOutbox"/>, a job
    /// queue and an <see cref="Ids.IdGenerator"/>; mail is on where there is an <see cref="IMailSender"/>.
    /// </summary>
    public static IServiceCollection AddMail(this IServiceCollection services)
    {
        services.TryAddSingleton<IMails, Mails>();
        return services;
    }

    /// <summary>The sending: for the process that does jobs. It needs every module's <see cref="IMailWriter"/>.</summary>
    public static IServiceCollection AddMailWorker(this IServiceCollection services)
    {
        services.TryAddSingleton<MailMetrics>();
        services.TryAddSingleton<MailTexts>();
        services.AddSingleton<IJobHandler, SendMail>();
        services.AddHostedService<MailSweep>();
        return services;
    }
}
