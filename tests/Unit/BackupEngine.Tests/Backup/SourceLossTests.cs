using CloudBackup.FileTree;
using CloudBackup.FileTree.Linux;
using CloudBackup.Source;
using CloudBackup.Tests.Support;

namespace CloudBackup.Tests.Backup;

/// <summary>A source that goes away as a whole during a run: what it held must not count as files that vanish one by one.</summary>
public sealed class SourceLossTests
{
    public static TheoryData<BackupFormat> Formats => [BackupFormat.Tgz, BackupFormat.Rsync];

    [Theory]
    [MemberData(nameof(Formats))]
    public async Task A_data_directory_that_is_replaced_during_the_run_is_no_backup(BackupFormat format)
    {
        using var platform = TestPlatform.WithFaults(out var faults);
        await platform.SetUpAsync(site: site => site with { Format = format });
        platform.Folder.Write("data/file", "1");
        await platform.BackUpAsync();
        platform.Folder.Write("data/new", "1");
        faults().Before = (_, call, path) =>
        {
            if (call == "write" && !Directory.Exists(platform.Folder["gone"]))
            {
                // As when a disk is unmounted, or another one is mounted over it.
                Directory.Move(platform.Data, platform.Folder["gone"]);
                Directory.CreateDirectory(platform.Data);
            }
        };
        var failure = await Assert.ThrowsAsync<BackupException>(() => platform.BackUpAsync());
        Assert.Equal(("SourceLost", BackupErrorCategory.SourceUnreadable), (failure.ErrorId, failure.Category));
        Assert.Contains(platform.Data, failure.Message, StringComparison.Ordinal);
        Assert.Equal([BackupState.Failed, BackupState.Ready], platform.Engine.AppBackups.List().Select(backup => backup.State));
    }

    [Theory]
    [MemberData(nameof(Formats))]
    public async Task An_extra_directory_that_is_removed_during_the_run_is_no_backup_of_the_platform(BackupFormat format)
    {
        using var platform = TestPlatform.WithFaults(out var faults);
        await platform.SetUpAsync(site: site => site with { Format = format });
        var extra = platform.Folder.Make("extra");
        platform.Folder.Write("extra/file", "1");
        platform.Engine.Platform.SetExtraDirectories([extra]);
        await platform.BackUpPlatformAsync(new() { ForUpdate = true });
        faults().Before = (_, call, path) =>
        {
            if (call == "write" && path.Contains("box_", StringComparison.Ordinal) && Directory.Exists(extra))
            {
                Directory.Move(extra, platform.Folder["gone"]);
            }
        };
        Assert.Equal("SourceLost", (await Assert.ThrowsAsync<BackupException>(() => platform.BackUpPlatformAsync())).ErrorId);
    }

    [Fact]
    public async Task Nothing_goes_from_the_snapshot_when_the_source_was_lost_while_it_was_listed()
    {
        using var scene = new Formats.Rsync.SyncScene();
        scene.Write("a", "1");
        scene.Write("b/c", "1");
        await scene.BackUpAndCheckAsync();
        scene.OnItem = item =>
        {
            if (item.Path == "data/a")
            {
                Directory.Move(scene.Source, scene.Folder["gone"]);
            }
        };
        Assert.Equal("SourceLost", (await Assert.ThrowsAsync<BackupException>(() => scene.BackUpAsync())).ErrorId);
        Assert.Empty(scene.Removals);
        Directory.Move(scene.Folder["gone"], scene.Source);
        scene.OnItem = null;
        await scene.BackUpAndCheckAsync();
        Assert.Empty(scene.Uploads);
    }

    [Fact]
    public void A_stale_handle_is_a_vanished_file_only_when_its_name_is_gone()
    {
        using var folder = new TempFolder();
        folder.Write("tree/there", "1");
        using var root = LocalFileSystem.Open(folder["tree"]);
        var tree = new SourceTree(root, "data");
        var issues = new SourceIssues(continueOnError: false);
        var stale = new FileTreeException(FileTreeErrorKind.Stale, "read", "x", "Stale file handle");
        issues.Handle(stale, "data/gone", tree);
        issues.Handle(stale, "data/gone/deep/inside", tree);
        issues.Handle(stale, "data/there/inside", tree);
        Assert.Equal(3, issues.Skipped);
        Assert.Equal("SourceUnreadable", Assert.Throws<BackupException>(() => issues.Handle(stale, "data/there", tree)).ErrorId);
        Assert.Equal("SourceUnreadable", Assert.Throws<BackupException>(() => issues.Handle(stale, "config.json", null)).ErrorId);
    }

    [Fact]
    public void A_number_of_the_system_that_means_stale_is_not_taken_for_missing() =>
        Assert.Equal(FileTreeErrorKind.Stale, Errno.For(116, "read", "x").Kind);
}
