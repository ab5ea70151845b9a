using Microsoft.Data.Sqlite;
using PixelCraft.Cluster;
using Xunit;

namespace PixelCraft.Tests.Scenario;

/// <content>The power is cut: what was written and not synced is gone.</content>
public sealed partial class DurabilityTests
{
    [Theory]
    [InlineData("ext4", false)]
    [InlineData("ext4", true)]
    [InlineData("xfs", false)]
    [InlineData("xfs", true)]
    public async Task PowerCut_DuringFiftyUploads_LosesNothingThatWasAcknowledged(string fileSystem, bool resumable)
    {
        await using var disk = await LoopDisk.CreateAsync(fileSystem);
        var settings = new Dictionary<string, string> { ["Data"] = Path.Combine(disk.Folder, "data"), ["Limits:Enabled"] = "false", ["Logging:Level"] = "Warning" };
        await AddMemberAsync(settings);
        var acknowledged = new Dictionary<string, string>();

        await using (var server = await PixelCraftProcess.StartAsync(settings, Cancellation))
        {
            await UploadFiftyAsync(server, resumable, acknowledged, disk.Cut);
            server.Kill();
        }
        await disk.RestoreAsync();

        Assert.InRange(acknowledged.Count, 20, 49);
        foreach (var database in Directory.EnumerateFiles(settings["Data"], "*.db")) Assert.Equal("ok", await IntegrityAsync(database));
        await AllIsThereAsync(settings, acknowledged);
    }

    /// <summary>The control of the test above: a cut that dropped nothing would prove nothing. On a disk of its own, since whoever syncs a busy one takes others' writes along.</summary>
    [Theory]
    [InlineData("ext4")]
    [InlineData("xfs")]
    public async Task PowerCut_DropsWhatIsNotSynced_AndKeepsWhatIs(string fileSystem)
    {
        await using var disk = await LoopDisk.CreateAsync(fileSystem);

        disk.Cut();
        await disk.RestoreAsync();

        disk.AssertLost();
    }

    private static async Task<object?> IntegrityAsync(string database)
    {
        await using var connection = new SqliteConnection(new SqliteConnectionStringBuilder { DataSource = database, Pooling = false }.ToString());
        await connection.OpenAsync(Cancellation);
        await using var command = connection.CreateCommand();
        command.CommandText = "PRAGMA integrity_check";
        return await command.ExecuteScalarAsync(Cancellation);
    }
}
