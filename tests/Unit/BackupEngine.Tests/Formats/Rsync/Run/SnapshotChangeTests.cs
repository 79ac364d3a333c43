using CloudBackup.Formats;
using CloudBackup.Formats.Lines;
using CloudBackup.Formats.Rsync.Run;
using CloudBackup.Formats.Rsync.Snapshot;
using CloudBackup.Infrastructure;
using CloudBackup.Storage;
using CloudBackup.Storage.FileSystem;
using CloudBackup.Tests.Fakes;
using CloudBackup.Tests.Support;

namespace CloudBackup.Tests.Formats.Rsync.Run;

/// <summary>What is left behind before the first change of a snapshot, by many workers at once.</summary>
public sealed class SnapshotChangeTests
{
    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Fact]
    public async Task A_change_that_cannot_begin_fails_with_one_reason_for_everybody()
    {
        using var folder = new TempFolder();
        var attempts = 0;
        await using var storage = new FaultyStorage(new FileSystemStorage(folder.Make("site"), new SystemRandomSource()))
        {
            Before = (_, call, path) =>
            {
                if (call == "write")
                {
                    Interlocked.Increment(ref attempts);
                    throw FaultyStorage.Error(StorageErrorKind.OutOfSpace, path);
                }
            },
        };
        var random = new SystemRandomSource();
        var place = new SnapshotPlace
        {
            Name = "x",
            LocalFolder = folder.Make("sync"),
            Random = random,
        };
        var stamp = new LineStamp(random.NextHex(LineStamp.TokenLength / 2), "", false);
        var plan = new SyncPlan { Path = folder.Write("plan", "a plan"), RemovalPath = folder["removals"], LogPath = folder["log"], Stamp = stamp };
        var target = new SnapshotTarget(storage, "snapshot/x", null, null);
        using var change = new SnapshotChange(new SnapshotFiles(place, isEncrypted: false), target, plan, null, TimeProvider.System);
        var failures = await Task.WhenAll(Enumerable.Range(0, 8).Select(_ =>
            Assert.ThrowsAsync<StorageException>(() => change.BeginChangeAsync(Token))));
        Assert.All(failures, failure => Assert.Equal(StorageErrorKind.OutOfSpace, failure.Kind));
        Assert.Equal(1, attempts);
        Assert.False(change.HasChanged);
    }
}
