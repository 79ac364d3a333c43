using CloudBackup.FileTree;
using CloudBackup.Layout;
using CloudBackup.Tests.Support;

namespace CloudBackup.Tests.Restore;

/// <summary>What is wrong with a backup and takes nothing from what it brings back is a warning of the test and of the restore.</summary>
public sealed class DoubtfulBackupTests
{
    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Theory]
    [InlineData(1)]
    [InlineData(4)]
    [InlineData(8)]
    public async Task An_archive_whose_last_checksum_is_damaged_comes_back_with_a_warning(int fromEnd)
    {
        using var platform = await new TestPlatform().SetUpAsync();
        SampleTree.MakeSmall(platform.Data, new SeededRandom(1), files: 20);
        var backup = await platform.BackUpAsync();
        var before = Tree.Describe(platform.Data);
        var path = Path.Join(platform.SitePath, $"{backup.RemotePath}.tar.gz");
        var bytes = await File.ReadAllBytesAsync(path, Token);
        bytes[^fromEnd] ^= 0x10;
        await File.WriteAllBytesAsync(path, bytes, Token);
        await AssertWarnedAsync(platform, backup.Id, "checksum at the end");
        Assert.Equal(before, Tree.Describe(platform.Data));
    }

    [Theory]
    [InlineData(BackupFormat.Tgz)]
    [InlineData(BackupFormat.Rsync)]
    public async Task A_record_that_counts_more_bytes_than_its_entries_have_is_a_warning(BackupFormat format)
    {
        using var platform = await new TestPlatform().SetUpAsync(site: site => site with { Format = format });
        var backup = new ForgedBackup(platform, format, null, false) { Record = info => info with { SourceSize = info.SourceSize + 2_000_000 } };
        backup.Entries.AddRange(
        [
            Forgery.Entry(AppConfig.Path, EntryKind.File),
            Forgery.Entry("data", EntryKind.Directory),
            Forgery.Entry("data/f", EntryKind.File, 5),
        ]);
        await AssertWarnedAsync(platform, (await backup.StoreAsync(Token))!, "2000");
    }

    private static async Task AssertWarnedAsync(TestPlatform platform, string id, string words)
    {
        var test = await platform.Engine.AppBackups.TestAsync(id, platform.Observer, Token);
        Assert.True(test.IsValid, string.Join('\n', test.Problems));
        Assert.Contains(platform.Observer.Warnings, warning => warning.Contains(words, StringComparison.Ordinal) && warning.Contains(id, StringComparison.Ordinal));
        platform.Observer.Warnings.Clear();
        await platform.RestoreAsync(id);
        Assert.Contains(platform.Observer.Warnings, warning => warning.Contains(words, StringComparison.Ordinal) && warning.Contains(id, StringComparison.Ordinal));
    }
}
