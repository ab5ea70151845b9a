using Microsoft.Extensions.Options;
using MimeKit;
using PixelCraft.Adapters.Smtp;
using PixelCraft.Mail;
using PixelCraft.Mail.Contracts;
using PixelCraft.Tests.Contracts;
using Xunit;

namespace PixelCraft.Tests.Adapters.Smtp;

public sealed class MailFolderTests : MailSenderContract, IDisposable
{
    private readonly string _parent = Directory.CreateTempSubdirectory("pixelcraft-mail-").FullName;

    private string Folder => Path.Combine(_parent, "mail");

    [Fact]
    public async Task Send_TwiceTheSame_IsOneFile_ThatOthersCantRead()
    {
        var (sender, mail) = (await CreateAsync(), Mail());
        await sender.SendAsync(mail, Cancel);
        await sender.SendAsync(mail, Cancel);
        var file = Assert.Single(Directory.EnumerateFiles(Folder));
        Assert.Equal($"{mail.Id}.eml", Path.GetFileName(file));
        if (OperatingSystem.IsWindows()) return;
        Assert.Equal(UnixFileMode.UserRead | UnixFileMode.UserWrite, File.GetUnixFileMode(file));
        Assert.Equal(UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute, File.GetUnixFileMode(Folder));
    }

    [Fact]
    public async Task Send_WhereTheFolderCantBeMade_IsUnavailable()
    {
        await File.WriteAllTextAsync(Folder, "a file in its place", Cancel);
        var sender = await CreateAsync();
        await Assert.ThrowsAsync<UnavailableException>(() => sender.SendAsync(Mail(), Cancel));
        await Assert.ThrowsAsync<UnavailableException>(() => sender.CheckAsync(Cancel));
    }

    protected override Task<IMailSender> CreateAsync() =>
        Task.FromResult<IMailSender>(new MailFolder(Folder, new MimeMails(Options.Create(new MailOptions { From = From }))));

    protected override async Task<IReadOnlyList<MimeMessage>> ReceivedAsync() => Directory.Exists(Folder)
        ? await Task.WhenAll(Directory.EnumerateFiles(Folder, "*.eml").Select(file => MimeMessage.LoadAsync(file, Cancel)))
        : [];

    public void Dispose() => Directory.Delete(_parent, recursive: true);
}
