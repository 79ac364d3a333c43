using CloudBackup.Infrastructure;
using CloudBackup.Storage;
using CloudBackup.Storage.FileSystem;
using CloudBackup.Tests.Fakes;
using Microsoft.Extensions.Time.Testing;

namespace CloudBackup.Tests.Formats.Rsync;

/// <summary>
/// Two machines that back up the same app to the same place, as an old server and the one that it was moved to: whatever one does in between
/// the other's steps, no backup is made that holds the other's files under one's own hashes.
/// </summary>
public sealed class TwoMachinesTests : IDisposable
{
    private const string Lease = "snapshot/6f1e.running";

    private readonly SyncScene _scene = new();

    public void Dispose() => _scene.Dispose();

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Fact]
    public async Task A_machine_gives_way_to_one_that_changes_the_snapshot()
    {
        _scene.Write("x", "of A");
        Once("write", "snapshot/6f1e/data/x", async () =>
        {
            using var _ = _scene.MoveTo("b-");
            _scene.Write("x", "of B");
            Assert.Equal("SnapshotBusy", (await Assert.ThrowsAsync<BackupException>(() => _scene.BackUpAsync())).ErrorId);
        });
        await _scene.BackUpAndCheckAsync();
        using (_scene.MoveTo("b-"))
        {
            await _scene.BackUpAndCheckAsync();
        }
        await _scene.BackUpAndCheckAsync();
        Assert.Empty(await _scene.ReadAsync(Lease));
    }

    [Fact]
    public async Task An_object_that_another_machine_replaces_before_it_is_rotated_is_in_no_backup()
    {
        _scene.Write("x", "of A");
        await _scene.BackUpAndCheckAsync();
        // Nothing has changed here, so nothing is announced: and the other machine comes in between.
        Once("copy", "/app_x_v1/data/x", async () =>
        {
            using var _ = _scene.MoveTo("b-");
            _scene.Write("x", "of B");
            await _scene.BackUpAndCheckAsync();
        });
        await AssertSharedAsync();
        await _scene.BackUpAndCheckAsync();
        using (_scene.MoveTo("b-"))
        {
            await _scene.BackUpAndCheckAsync();
        }
    }

    [Fact]
    public async Task A_plan_that_was_made_before_another_machine_changed_the_snapshot_is_not_carried_out()
    {
        _scene.Write("x", "of A");
        await _scene.BackUpAndCheckAsync();
        _scene.Write("y", "of A");
        var isDone = false;
        _scene.OnItem = item =>
        {
            if (item.Path == "data/x" && !isDone)
            {
                isDone = true;
                using var _ = _scene.MoveTo("b-");
                _scene.Write("x", "of B");
                _scene.BackUpAndCheckAsync().GetAwaiter().GetResult();
                _scene.Calls.Clear();
            }
        };
        await AssertSharedAsync();
        Assert.Empty(_scene.Uploads);
        await _scene.BackUpAndCheckAsync();
    }

    [Fact]
    public async Task What_another_machine_has_half_done_is_not_believed()
    {
        _scene.Write("x", "of A");
        _scene.Write("y", "of A");
        await _scene.BackUpAndCheckAsync();
        using (_scene.MoveTo("b-"))
        {
            _scene.Write("x", "of B");
            _scene.Write("y", "of B");
            _scene.BeforeCall = (call, path) => FaultyStorage.FailIf(call == "copy");
            await Assert.ThrowsAsync<StorageException>(() => _scene.BackUpAsync());
            _scene.BeforeCall = null;
        }
        await _scene.BackUpAndCheckAsync();
        Assert.Contains("data/x", _scene.Uploads);
    }

    [Fact]
    public async Task A_dead_machine_holds_nobody_up_for_long()
    {
        using var scene = OnDisk(out var site);
        scene.Write("x", "1");
        var other = scene.Folder.Write($"site/{Lease}/{new string('a', 32)}", "");
        Assert.Equal("SnapshotBusy", (await Assert.ThrowsAsync<BackupException>(() => scene.BackUpAsync())).ErrorId);
        Assert.Empty(scene.Uploads);
        Assert.Equal([other], Directory.GetFiles(Path.Join(site, Lease)));
        File.SetLastWriteTimeUtc(other, File.GetLastWriteTimeUtc(other) - TimeSpan.FromMinutes(16));
        await scene.BackUpAndCheckAsync();
        Assert.False(Directory.Exists(Path.Join(site, Lease)));
    }

    [Theory]
    [InlineData("aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa", 16)]
    [InlineData("aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa", 40_000_000)]
    [InlineData("zz", 0)]
    [InlineData("zz", 40_000_000)]
    [InlineData("AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA", 0)]
    [InlineData("below/aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa", 0)]
    public async Task What_no_live_run_can_have_announced_keeps_no_run_away(string name, int minutesAhead)
    {
        using var scene = OnDisk(out _);
        scene.Write("x", "1");
        var other = scene.Folder.Write($"site/{Lease}/{name}", "");
        File.SetLastWriteTimeUtc(other, File.GetLastWriteTimeUtc(other) + TimeSpan.FromMinutes(minutesAhead));
        await scene.BackUpAndCheckAsync();
        scene.Write("x", "2");
        await scene.BackUpAndCheckAsync();
    }

    [Fact]
    public async Task A_machine_knows_its_own_dead_run()
    {
        using var scene = OnDisk(out var site);
        scene.Write("x", "1");
        await scene.BackUpAndCheckAsync();
        scene.Write("x", "2");
        // Killed after the upload: nothing can be tidied up.
        scene.BeforeCall = (call, path) => FaultyStorage.FailIf(call == "copyfolder" || (call == "remove" && path.StartsWith(Lease, StringComparison.Ordinal)));
        await Assert.ThrowsAsync<StorageException>(() => scene.BackUpAsync());
        Assert.Single(Directory.GetFiles(Path.Join(site, Lease)));
        scene.BeforeCall = null;
        scene.Write("x", "3");
        await scene.BackUpAndCheckAsync();
        Assert.False(Directory.Exists(Path.Join(site, Lease)));
    }

    [Fact]
    public async Task A_run_that_cannot_say_any_more_that_it_lives_stops_before_its_next_change()
    {
        var time = new FakeTimeProvider(TimeProvider.System.GetUtcNow());
        _scene.Time = time;
        _scene.Write("x", "1");
        var isAnnounced = false;
        _scene.BeforeCall = (call, path) =>
        {
            FaultyStorage.FailIf(call == "write" && path.StartsWith(Lease, StringComparison.Ordinal) && isAnnounced);
            isAnnounced |= path.StartsWith(Lease, StringComparison.Ordinal);
            if (path == "snapshot/6f1e/data/x" && call == "write")
            {
                time.Advance(TimeSpan.FromMinutes(11));
            }
        };
        await AssertSharedAsync();
        Assert.DoesNotContain("fsmetadata.json", _scene.Uploads);
    }

    private static SyncScene OnDisk(out string site)
    {
        var scene = new SyncScene(folder => new FileSystemStorage(folder.Make("site"), new SystemRandomSource()));
        site = scene.Folder["site"];
        return scene;
    }

    private async Task AssertSharedAsync()
    {
        var made = _scene.Backups.Count;
        Assert.Equal("SnapshotShared", (await Assert.ThrowsAsync<BackupException>(() => _scene.BackUpAsync())).ErrorId);
        var indexes = await _scene.Inner.ListAsync("", recursive: true, Token).Where(item => item.Path.Contains(".index", StringComparison.Ordinal)).CountAsync(Token);
        Assert.Equal(_scene.Backups.Count, indexes);
        Assert.InRange(_scene.Backups.Count - made, 0, 1);
    }

    /// <summary>Lets something happen right before a call, the first time that it is made.</summary>
    private void Once(string call, string path, Func<Task> action)
    {
        var isDone = false;
        _scene.BeforeCall = (now, at) =>
        {
            if (!isDone && now == call && at.EndsWith(path, StringComparison.Ordinal))
            {
                isDone = true;
                action().GetAwaiter().GetResult();
            }
        };
    }
}
