using CloudBackup.Formats;
using CloudBackup.Formats.Rsync.Snapshot;
using CloudBackup.Infrastructure;
using CloudBackup.Storage;
using CloudBackup.Storage.Decorators;
using CloudBackup.Storage.Remote;
using CloudBackup.Tests.Fakes;
using CloudBackup.Tests.Support;
using Microsoft.Extensions.Time.Testing;

namespace CloudBackup.Tests.Formats.Rsync.Snapshot;

/// <summary>The right to change a snapshot, while its run is busy with something long.</summary>
public sealed class SnapshotLeaseTests
{
    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Fact]
    public async Task It_is_renewed_while_long_objects_hold_every_place()
    {
        using var folder = new TempFolder();
        var time = new FakeTimeProvider();
        using var renewed = new SemaphoreSlim(0);
        await using var watched = new FaultyStorage(new MemoryStorage())
        {
            After = (call, path) =>
            {
                if (call == "write" && path.StartsWith("snapshot/x.running/", StringComparison.Ordinal))
                {
                    renewed.Release();
                }
            },
        };
        var uploads = new AdaptiveLimiter(1, _ => { });
        await using var storage = new ConcurrencyLimitStorage(watched, uploads, new AdaptiveLimiter(1, _ => { }), new AdaptiveLimiter(1, _ => { }));
        var place = new SnapshotPlace { Name = "x", LocalFolder = folder.Make("sync"), Random = new SystemRandomSource() };
        await using var lease = await SnapshotLease.TakeAsync(storage, new SnapshotFiles(place, isEncrypted: false), "token", time, Token);
        await renewed.WaitAsync(Token);
        var isLong = new TaskCompletionSource<int>();
        var longUpload = uploads.RunAsync(() => isLong.Task, Token);
        for (var minute = 0; minute < 11; minute++)
        {
            time.Advance(TimeSpan.FromMinutes(1));
            Assert.True(await renewed.WaitAsync(TimeSpan.FromSeconds(30), Token));
        }
        lease.Check();
        isLong.SetResult(0);
        await longUpload;
    }

    [Fact]
    public async Task Giving_it_back_to_a_storage_that_is_silent_takes_seconds_once_the_run_is_stopped()
    {
        using var folder = new TempFolder();
        var time = new FakeTimeProvider();
        await using var storage = new SilentRemoval(new MemoryStorage());
        var place = new SnapshotPlace { Name = "x", LocalFolder = folder.Make("sync"), Random = new SystemRandomSource() };
        var lease = await SnapshotLease.TakeAsync(storage, new SnapshotFiles(place, isEncrypted: false), "token", time, Token);
        var ending = lease.EndAsync(new CancellationToken(canceled: true)).AsTask();
        await storage.Asked.Task.WaitAsync(Token);
        Assert.False(ending.IsCompleted);
        time.Advance(TimeSpan.FromSeconds(16));
        await ending.WaitAsync(Token);
    }

    private sealed class SilentRemoval(IBackupStorage inner) : StorageDecorator(inner)
    {
        public TaskCompletionSource Asked { get; } = new(TaskCreationOptions.RunContinuationsAsynchronously);

        public override Task RemoveAsync(string path, CancellationToken cancellationToken)
        {
            Asked.SetResult();
            return Task.Delay(Timeout.Infinite, cancellationToken);
        }
    }
}
