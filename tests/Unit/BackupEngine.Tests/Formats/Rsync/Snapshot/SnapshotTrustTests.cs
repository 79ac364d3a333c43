using System.Buffers.Binary;
using System.Numerics;
using System.Text;
using CloudBackup.Formats.Lines;
using CloudBackup.Formats.Rsync;
using CloudBackup.Formats.Rsync.Records;
using CloudBackup.Formats.Rsync.Run;
using CloudBackup.Formats.Rsync.Snapshot;
using CloudBackup.Infrastructure;
using CloudBackup.Storage;
using CloudBackup.Storage.FileSystem;
using CloudBackup.Tests.Fakes;
using CloudBackup.Tests.Support;
using Microsoft.Extensions.Time.Testing;

namespace CloudBackup.Tests.Formats.Rsync.Snapshot;

/// <summary>
/// What is remembered of a snapshot is damaged, of another time, or wrong since somebody was at the snapshot: no backup is made of it that is
/// not the source, and nothing is uploaded that is there.
/// </summary>
public sealed class SnapshotTrustTests : IDisposable
{
    private readonly FakeTimeProvider _time = new(TimeProvider.System.GetUtcNow() + TimeSpan.FromHours(1));
    private readonly SyncScene _scene = new();

    public SnapshotTrustTests() => _scene.Time = _time; // files that were written a moment ago are always read again: these are older

    public static TheoryData<string> Damages => ["truncated", "emptied", "a bit", "another file", "its end"];

    public void Dispose() => _scene.Dispose();

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    private string Cache => Path.Join(_scene.Remembered, "6f1e.cache");

    private string Log => Path.Join(_scene.Remembered, "6f1e.log");

    [Theory]
    [MemberData(nameof(Damages))]
    public async Task A_damaged_cache_is_as_good_as_none(string damage)
    {
        await MakeAsync(20);
        var bytes = await File.ReadAllBytesAsync(Cache, Token);
        await File.WriteAllBytesAsync(
            Cache,
            damage switch
            {
                "truncated" => bytes[..(bytes.Length / 2)],
                "emptied" => [],
                "a bit" => [.. bytes.Select((value, i) => i == bytes.Length / 3 ? (byte)(value ^ 1) : value)],
                "its end" => bytes[..^1],
                _ => Encoding.ASCII.GetBytes(new string('x', 5000)),
            },
            Token);
        _scene.Write("file-3", "changed");
        await _scene.BackUpAndCheckAsync();
        Assert.Equal(["data/file-3", "fsmetadata.json"], _scene.Uploads.Order(StringComparer.Ordinal));
        await _scene.BackUpAndCheckAsync();
        Assert.Empty(_scene.Uploads);
    }

    [Fact]
    public async Task A_restored_machine_does_not_believe_what_it_remembers()
    {
        _scene.Write("x", "first");
        await _scene.BackUpAndCheckAsync();
        var remembered = await File.ReadAllBytesAsync(Cache, Token);
        _scene.Write("x", "other");
        await _scene.BackUpAndCheckAsync();
        await File.WriteAllBytesAsync(Cache, remembered, Token);
        _scene.Write("x", "first");
        await _scene.BackUpAndCheckAsync();
        Assert.Contains("data/x", _scene.Uploads);
    }

    [Fact]
    public async Task After_the_machine_died_an_object_may_be_another_one_although_the_log_does_not_say_so()
    {
        _scene.Write("x", "first");
        await _scene.BackUpAndCheckAsync();
        _scene.Write("x", "other");
        await InterruptAsync();
        // The log was not forced to the disk: after a power cut only its beginning is there, and the object is the new one.
        KeepOpening(Log, bootId: "00000000-0000-0000-0000-000000000000");
        _scene.Write("x", "first");
        await _scene.BackUpAndCheckAsync();
        Assert.Contains("data/x", _scene.Uploads);
    }

    [Fact]
    public async Task A_killed_run_may_have_left_parts_of_new_objects()
    {
        using var scene = Scene(isOnDisk: true);
        foreach (var name in (string[])["whole", "short", "zeros"])
        {
            scene.Write(name, $"the content of {name}");
        }
        scene.BeforeCall = (call, _) => FaultyStorage.FailIf(call is "flush" or "copyfolder");
        await Assert.ThrowsAsync<StorageException>(() => scene.BackUpAsync());
        scene.BeforeCall = null;
        await scene.Inner.WriteAsync("snapshot/6f1e/data/short", ObjectContent.FromBytes("the con"u8.ToArray()), WriteMode.Replace, Token);
        await scene.Inner.WriteAsync("snapshot/6f1e/data/zeros", ObjectContent.FromBytes(new byte["the content of zeros".Length]), WriteMode.Replace, Token);
        await scene.BackUpAndCheckAsync();
        Assert.Equal(["data/short", "data/zeros"], scene.Uploads.Where(path => path.StartsWith("data/", StringComparison.Ordinal)).Order());
    }

    [Fact]
    public async Task The_log_of_another_plan_is_not_believed()
    {
        _scene.Write("x", "first");
        await _scene.BackUpAndCheckAsync();
        _scene.Write("x", "other");
        await InterruptAsync();
        var old = await File.ReadAllBytesAsync(Log, Token);
        _scene.Write("x", "third");
        await InterruptAsync();
        await File.WriteAllBytesAsync(Log, old, Token);
        _scene.Write("x", "other");
        await _scene.BackUpAndCheckAsync();
        Assert.Contains("data/x", _scene.Uploads);
    }

    [Theory]
    [InlineData("removed", false)]
    [InlineData("cut", false)]
    [InlineData("longer", false)]
    [InlineData("removed", true)]
    [InlineData("cut", true)]
    [InlineData("longer", true)]
    public async Task A_snapshot_that_somebody_was_at_is_found_out_and_put_right(string damage, bool isOnDisk)
    {
        using var scene = Scene(isOnDisk);
        for (var i = 0; i < 5; i++)
        {
            scene.Write($"file-{i}", $"content of {i}");
        }
        using var socket = new System.Net.Sockets.Socket(System.Net.Sockets.AddressFamily.Unix, System.Net.Sockets.SocketType.Stream, 0);
        socket.Bind(new System.Net.Sockets.UnixDomainSocketEndPoint(scene.Folder["source/socket"]));
        await scene.BackUpAndCheckAsync();
        var path = "snapshot/6f1e/data/file-3";
        if (damage == "removed")
        {
            await scene.Inner.RemoveAsync(path, Token);
        }
        else
        {
            var bytes = Encoding.UTF8.GetBytes(damage == "cut" ? "con" : "content of 3 and more");
            await scene.Inner.WriteAsync(path, ObjectContent.FromBytes(bytes), WriteMode.Replace, Token);
        }
        scene.Write("new", "vanishes");
        scene.OnItem = item =>
        {
            if (item.Path == "data/new")
            {
                File.Delete(scene.Folder["source/new"]);
            }
        };
        var result = await scene.BackUpAndCheckAsync();
        Assert.Equal(["data/file-3", "fsmetadata.json"], scene.Uploads.Distinct().Order(StringComparer.Ordinal));
        Assert.Contains("put right", Assert.Single(scene.Observer.Warnings), StringComparison.Ordinal);
        Assert.Equal(2, scene.Issues.Skipped); // the socket and the file that vanished, each once although there were two attempts
        Assert.Equal(7, result.Entries); // the folder, five files, the metadata
        Assert.Equal(result.Entries, scene.Counters.Entries);
        scene.OnItem = null;
        await scene.BackUpAndCheckAsync();
        Assert.Empty(scene.Uploads.Except(["fsmetadata.json"])); // the folder's time
        Assert.Empty(scene.Observer.Warnings);
    }

    [Fact]
    public async Task A_snapshot_that_is_damaged_again_and_again_is_told_and_no_backup_is_made()
    {
        await MakeAsync(5);
        _scene.BeforeCall = (call, path) =>
        {
            if (call == "copy" && path.EndsWith("file-3", StringComparison.Ordinal))
            {
                _scene.Inner.RemoveAsync("snapshot/6f1e/data/file-3", Token).GetAwaiter().GetResult();
            }
        };
        var failure = await Assert.ThrowsAsync<StorageException>(() => _scene.BackUpAsync());
        Assert.Equal(StorageErrorKind.Corrupt, failure.Kind);
        Assert.Contains("wrong again", failure.Message, StringComparison.Ordinal);
        _scene.BeforeCall = null;
        await _scene.BackUpAndCheckAsync();
    }

    [Fact]
    public async Task An_object_that_somebody_put_into_the_snapshot_is_in_no_backup_and_goes_when_the_snapshot_is_looked_at()
    {
        await MakeAsync(5);
        await _scene.Inner.WriteAsync("snapshot/6f1e/data/foreign", ObjectContent.FromBytes("x"u8.ToArray()), WriteMode.Replace, Token);
        await _scene.BackUpAsync();
        Assert.DoesNotContain(await _scene.ReadAsync(_scene.Backups[^1]), line => line.Contains("foreign", StringComparison.Ordinal));
        _scene.Forget();
        await _scene.BackUpAndCheckAsync();
        Assert.Equal(["data/foreign"], _scene.Removals);
    }

    [Fact]
    public async Task An_object_that_appears_in_the_backups_folder_meanwhile_is_not_taken_for_a_part_of_it()
    {
        await MakeAsync(5);
        var isDone = false;
        _scene.AfterCall = (call, path) =>
        {
            if (call == "copy" && path.EndsWith("file-3", StringComparison.Ordinal) && !isDone)
            {
                isDone = true;
                _scene.Inner.WriteAsync(path + "-x", ObjectContent.FromBytes("x"u8.ToArray()), WriteMode.Replace, Token).GetAwaiter().GetResult();
            }
        };
        await _scene.BackUpAndCheckAsync();
        Assert.Single(_scene.Observer.Warnings);
    }

    [Fact]
    public async Task A_doubt_that_is_raised_during_a_run_is_the_next_runs()
    {
        await MakeAsync(5);
        // In place, as a dying disk does it.
        await _scene.Inner.WriteAsync("snapshot/6f1e/data/file-3", ObjectContent.FromBytes("CONTENT OF 3"u8.ToArray()), WriteMode.Replace, Token);
        var isRaised = false;
        _scene.BeforeCall = (call, path) =>
        {
            if (!isRaised && path.EndsWith(".index.gz", StringComparison.Ordinal))
            {
                isRaised = true;
                new RsyncFormat().Distrust(_scene.Remembered, "6f1e");
            }
        };
        await _scene.BackUpAsync();
        Assert.True(isRaised);
        await _scene.BackUpAndCheckAsync();
        Assert.Contains("data/file-3", _scene.Uploads);
        await _scene.BackUpAndCheckAsync();
        Assert.DoesNotContain(_scene.Calls, call => call.StartsWith("read snapshot/6f1e/", StringComparison.Ordinal));
    }

    [Fact]
    public async Task A_doubt_outlives_a_run_that_did_not_come_to_its_end()
    {
        await MakeAsync(5);
        await _scene.Inner.WriteAsync("snapshot/6f1e/data/file-3", ObjectContent.FromBytes("CONTENT OF 3"u8.ToArray()), WriteMode.Replace, Token);
        new RsyncFormat().Distrust(_scene.Remembered, "6f1e");
        _scene.BeforeCall = (call, _) => FaultyStorage.FailIf(call is "list" or "copy");
        await Assert.ThrowsAsync<StorageException>(() => _scene.BackUpAsync());
        _scene.BeforeCall = null;
        await _scene.BackUpAndCheckAsync();
        Assert.Contains("data/file-3", _scene.Uploads);
    }

    [Fact]
    public async Task A_file_that_is_written_to_while_it_is_stored_is_looked_at_again()
    {
        var path = _scene.Folder.Write("source/large", new string('x', 2_000_000));
        // A moment ago by our clock, when the run begins; a minute ago when the storage has taken the content.
        var time = new FakeTimeProvider(File.GetLastWriteTimeUtc(path));
        _scene.Time = time;
        _scene.BeforeCall = (call, at) =>
        {
            if (call == "write" && at.EndsWith("data/large", StringComparison.Ordinal))
            {
                time.Advance(TimeSpan.FromMinutes(1));
            }
        };
        await _scene.BackUpAndCheckAsync();
        _scene.BeforeCall = null;
        time.Advance(TimeSpan.FromHours(1));
        await _scene.BackUpAndCheckAsync();
        Assert.Contains("1 files to look at", _scene.Plan, StringComparison.Ordinal);
        await _scene.BackUpAndCheckAsync();
        Assert.Contains(" 0 files to look at", _scene.Plan, StringComparison.Ordinal);
    }

    [Fact]
    public async Task What_was_read_back_by_a_run_that_was_interrupted_before_its_flush_is_read_back_again()
    {
        using var scene = Scene(isOnDisk: true);
        scene.Write("x", "first");
        await scene.BackUpAndCheckAsync();
        scene.Forget();
        await scene.Inner.RemoveAsync($"{scene.Backups[0]}.index.gz", Token);
        scene.Write("y", "new");
        scene.BeforeCall = (call, _) => FaultyStorage.FailIf(call is "flush" or "copyfolder");
        await Assert.ThrowsAsync<StorageException>(() => scene.BackUpAsync());
        // As a file system that had its length on the disk, and not its bytes.
        await scene.Inner.WriteAsync("snapshot/6f1e/data/x", ObjectContent.FromBytes(new byte[5]), WriteMode.Replace, Token);
        scene.BeforeCall = null;
        await scene.BackUpAndCheckAsync();
        Assert.Contains("data/x", scene.Uploads);
    }

    [Fact]
    public async Task What_was_uploaded_before_a_flush_that_failed_is_not_durable_by_one_that_did_not()
    {
        using var folder = new TempFolder();
        var fails = true;
        var storage = new FaultyStorage(new FileSystemStorage(folder.Make("site"), new SystemRandomSource()))
        {
            Before = (_, call, _) => FaultyStorage.FailIf(call == "flush" && fails),
        };
        var stamp = new LineStamp("token", "", false);
        var plan = new SyncPlan { Path = folder["plan"], RemovalPath = folder["removals"], LogPath = folder["log"], Stamp = stamp };
        using var change = new SnapshotChange(null, new SnapshotTarget(storage, "snapshot/x", null, null), plan, null, TimeProvider.System);
        change.Finish(0, new PlanLine { Path = "uploaded" }, isCertain: false);
        await Assert.ThrowsAsync<StorageException>(() => change.FlushAsync(Token));
        fails = false;
        await change.FlushAsync(Token);
        Assert.Equal(ActionOutcome.Done, change.Log.Find(0, out _, out var isDurable));
        Assert.False(isDurable);
    }

    [Fact]
    public async Task A_run_that_fails_leaves_no_folder_of_the_source_open()
    {
        for (var i = 0; i < 40; i++)
        {
            _scene.Write($"folder-{i % 4}/file-{i}", $"content of {i}");
        }
        _scene.BeforeCall = (call, path) => FaultyStorage.FailIf(call == "write" && path.Contains("/data/", StringComparison.Ordinal));
        await Assert.ThrowsAsync<StorageException>(() => _scene.BackUpAsync());
        Assert.Empty(OpenFolders());
    }

    private IEnumerable<string> OpenFolders() => Directory.EnumerateFileSystemEntries("/proc/self/fd")
        .Select(path => new FileInfo(path).LinkTarget ?? "").Where(target => target.StartsWith(_scene.Source + "/", StringComparison.Ordinal));

    private SyncScene Scene(bool isOnDisk)
    {
        var scene = isOnDisk ? new SyncScene(folder => new FileSystemStorage(folder.Make("site"), new SystemRandomSource())) : new SyncScene();
        scene.Time = _time;
        return scene;
    }

    private async Task MakeAsync(int files)
    {
        for (var i = 0; i < files; i++)
        {
            _scene.Write($"file-{i}", $"content of {i}");
        }
        await _scene.BackUpAndCheckAsync();
    }

    /// <summary>Ends a run after its uploads.</summary>
    private async Task InterruptAsync()
    {
        _scene.BeforeCall = (call, _) => FaultyStorage.FailIf(call == "copy");
        await Assert.ThrowsAsync<StorageException>(() => _scene.BackUpAsync());
        _scene.BeforeCall = null;
    }

    /// <summary>Cuts a log after its first frame, which gets another boot id: length, CRC-32C, content.</summary>
    private static void KeepOpening(string path, string bootId)
    {
        var bytes = File.ReadAllBytes(path);
        var frame = bytes.AsSpan(0, 8 + BinaryPrimitives.ReadInt32LittleEndian(bytes));
        var own = File.ReadAllText("/proc/sys/kernel/random/boot_id").Trim();
        Encoding.ASCII.GetBytes(bootId, frame[frame.IndexOf(Encoding.ASCII.GetBytes(own))..]);
        var sum = ~0u;
        var rest = frame[8..];
        for (; rest.Length >= 8; rest = rest[8..])
        {
            sum = BitOperations.Crc32C(sum, BinaryPrimitives.ReadUInt64LittleEndian(rest));
        }
        foreach (var value in rest)
        {
            sum = BitOperations.Crc32C(sum, value);
        }
        BinaryPrimitives.WriteUInt32LittleEndian(frame[4..], ~sum);
        File.WriteAllBytes(path, frame.ToArray());
    }
}
