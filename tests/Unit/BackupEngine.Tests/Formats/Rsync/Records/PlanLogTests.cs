using CloudBackup.Formats.Lines;
using CloudBackup.Formats.Rsync.Records;
using CloudBackup.Formats.Rsync.Run;
using CloudBackup.Formats.Rsync.Snapshot;
using CloudBackup.Infrastructure;
using CloudBackup.Storage.FileSystem;
using CloudBackup.Tests.Support;

namespace CloudBackup.Tests.Formats.Rsync.Records;

/// <summary>What the log of a run says was done, and whether that is durable.</summary>
public sealed class PlanLogTests
{
    [Fact]
    public void What_was_only_read_back_is_not_taken_for_durable_before_a_flush()
    {
        using var folder = new TempFolder();
        var storage = new FileSystemStorage(folder.Path, new SystemRandomSource());
        var stamp = new LineStamp("token", "", false);
        var plan = new SyncPlan { Path = folder["plan"], RemovalPath = folder["removals"], LogPath = folder["log"], Stamp = stamp };
        using var change = new SnapshotChange(null, new SnapshotTarget(storage, "snapshot/x", null, null), plan, null, TimeProvider.System);
        change.Finish(0, new PlanLine { Path = "read back" }, isCertain: false);
        change.Finish(1, new PlanLine { Path = "known and the same" }, isCertain: true);
        Assert.Equal(ActionOutcome.Done, change.Log.Find(0, out _, out var isDurable));
        Assert.False(isDurable);
        Assert.Equal(ActionOutcome.Done, change.Log.Find(1, out _, out isDurable));
        Assert.True(isDurable);
    }

    [Fact]
    public void A_log_has_what_counts_whenever_its_run_is_killed()
    {
        using var folder = new TempFolder();
        var stamp = new LineStamp(new string('1', LineStamp.TokenLength), "", false);
        using var written = PlanLog.Create(folder["log"], stamp);
        var pending = 0;
        for (var round = 0; round < 3; round++)
        {
            for (var i = 0; i < 2000; i++)
            {
                written.Finish(pending++, new PlanLine { Path = $"a path that takes some room {i}" }, isPending: true);
            }
            written.EndFlush(written.BeginFlush());
            written.Start(10_000 + round);
            written.Finish(20_000 + round, new PlanLine { Path = "certain" }, isPending: false);
            using var read = PlanLog.TryOpen(folder["log"], stamp)!;
            for (var action = 0; action < pending; action++)
            {
                Assert.Equal(ActionOutcome.Done, read.Find(action, out var record, out var isDurable));
                Assert.Equal(($"a path that takes some room {action % 2000}", true), (record!.Path, isDurable));
            }
            Assert.Equal(ActionOutcome.Started, read.Find(10_000 + round, out _, out _));
            Assert.Equal(ActionOutcome.Done, read.Find(20_000 + round, out _, out _));
        }
        written.Finish(pending, new PlanLine { Path = "not flushed" }, isPending: true);
        Assert.Equal(ActionOutcome.Done, written.Find(pending, out _, out var isCertain));
        Assert.False(isCertain);
    }
}
