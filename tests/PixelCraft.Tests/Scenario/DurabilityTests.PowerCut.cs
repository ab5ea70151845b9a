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

        disk.AssertLost();
        Assert.InRange(acknowledged.Count, 20, 49);
        foreach (var database in Directory.EnumerateFiles(settings["Data"], "*.db")) Assert.Equal("ok", await IntegrityAsync(database));
        await AllIsThereAsync(settings, acknowledged);
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
