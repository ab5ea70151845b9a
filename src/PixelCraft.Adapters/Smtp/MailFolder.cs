using MimeKit;
using PixelCraft.Adapters.FileSystem;
using PixelCraft.Mail;

namespace PixelCraft.Adapters.Smtp;

/// <summary>
/// Puts mails into a folder as <c>.eml</c> files (RFC 5322), for a mail program to open or a server to pick up. A file is there whole or not at all, and
/// stays when the power fails; sent again, a mail replaces its file. Others than the program's own user can't read it: there are links in it.
/// </summary>
internal sealed class MailFolder(string folder, MimeMails mails) : IMailSender
{
    private const string Name = "mail folder";

    public async Task<SendResult> SendAsync(MailMessage mail, CancellationToken cancellationToken)
    {
        using var message = mails.Create(mail);
        if (message is null) return MimeMails.NoAddress;
        var path = Path.Combine(folder, $"{mail.Id}.eml");
        await OrFaultAsync(async () =>
        {
            MakeFolder();
            var temporary = path + ".tmp";
            var options = new FileStreamOptions { Mode = FileMode.Create, Access = FileAccess.Write, Options = FileOptions.Asynchronous };
            if (!OperatingSystem.IsWindows()) options.UnixCreateMode = UnixFileMode.UserRead | UnixFileMode.UserWrite;
            await using (var file = new FileStream(temporary, options))
            {
                await message.WriteToAsync(FormatOptions.Default, file, cancellationToken);
                await file.FlushAsync(cancellationToken);
                file.Flush(flushToDisk: true);
            }
            File.Move(temporary, path, overwrite: true);
            Durably.Folder(folder);
        });
        return new SendResult(SendOutcome.Sent);
    }

    public async Task<string> CheckAsync(CancellationToken cancellationToken)
    {
        await OrFaultAsync(() =>
        {
            MakeFolder();
            return Task.CompletedTask;
        });
        return $"mails are put into {Path.GetFullPath(folder)}, and not sent; set Mail:Smtp:Host";
    }

    private void MakeFolder()
    {
        if (Directory.Exists(folder)) return;
        if (OperatingSystem.IsWindows()) Directory.CreateDirectory(folder);
        else Directory.CreateDirectory(folder, UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute);
        Durably.Folder(Path.GetDirectoryName(Path.GetFullPath(folder))!);
    }

    private static async Task OrFaultAsync(Func<Task> work)
    {
        try
        {
            await work();
        }
        catch (IOException e) when (DiskFaults.IsFull(e))
        {
            throw new StorageFullException(Name, e);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new UnavailableException(Name, e);
        }
    }
}
