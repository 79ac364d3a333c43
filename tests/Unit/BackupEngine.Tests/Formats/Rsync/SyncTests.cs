using CloudBackup.FileTree;
using CloudBackup.Storage;
using Microsoft.Extensions.Time.Testing;

namespace CloudBackup.Tests.Formats.Rsync;

/// <summary>What is uploaded and removed, case by case: those that the original's own tests have, and those that it gets wrong.</summary>
public sealed class SyncTests : IDisposable
{
    private readonly SyncScene _scene = new();

    public void Dispose() => _scene.Dispose();

    [Fact]
    public async Task A_first_run_uploads_everything()
    {
        MakeTree();
        await _scene.BackUpAndCheckAsync();
        Assert.Equal(["data/deep/er/and/deeper/f", "data/one", "data/sub/two", "fsmetadata.json"], _scene.Uploads.Order(StringComparer.Ordinal));
        Assert.Empty(_scene.Removals);
    }

    [Fact]
    public async Task An_idle_run_uploads_and_removes_nothing_and_copies_each_object_once()
    {
        MakeTree();
        await _scene.BackUpAndCheckAsync();
        await _scene.BackUpAndCheckAsync();
        Assert.Empty(_scene.Uploads);
        Assert.Empty(_scene.Removals);
        Assert.Equal(4, _scene.Calls.Count(call => call.StartsWith("copy ", StringComparison.Ordinal)));
        Assert.Equal(["write 2026-11-23-031500-002/app_x_v1.index.gz"], _scene.Calls.Where(call => call.StartsWith("write", StringComparison.Ordinal)));
    }

    [Fact]
    public async Task An_empty_tree_is_a_backup_too()
    {
        await _scene.BackUpAndCheckAsync();
        await _scene.BackUpAndCheckAsync();
        Assert.Empty(_scene.Uploads);
    }

    [Fact]
    public async Task Changed_and_new_files_are_uploaded_and_no_others()
    {
        MakeTree();
        await _scene.BackUpAndCheckAsync();
        _scene.Write("sub/two", "another content");
        _scene.Write("sub/three", "new");
        await _scene.BackUpAndCheckAsync();
        Assert.Equal(["data/sub/three", "data/sub/two", "fsmetadata.json"], _scene.Uploads.Order(StringComparer.Ordinal));
        Assert.Empty(_scene.Removals);
    }

    [Fact]
    public async Task A_file_that_was_only_touched_is_not_uploaded()
    {
        MakeTree();
        await _scene.BackUpAndCheckAsync();
        File.SetLastWriteTimeUtc(_scene.Folder["source/one"], new DateTime(2030, 1, 1, 0, 0, 0, DateTimeKind.Utc));
        await _scene.BackUpAndCheckAsync();
        Assert.Equal(["fsmetadata.json"], _scene.Uploads);
        var index = await _scene.ReadIndexAsync(_scene.Backups[^1]);
        Assert.Equal(1893456000, index.Single(entry => entry.Path == "data/one").Facts.Modified.Seconds);
    }

    [Fact]
    public async Task A_change_that_keeps_size_and_time_is_found()
    {
        _scene.Write("database", "AAAA");
        // A whole second: .NET sets times less exactly than the file system keeps them, and the difference would give the change away.
        File.SetLastWriteTimeUtc(_scene.Folder["source/database"], new DateTime(2026, 1, 1, 0, 0, 0, DateTimeKind.Utc));
        LetAge();
        await _scene.BackUpAndCheckAsync();
        var path = _scene.Folder["source/database"];
        var time = File.GetLastWriteTimeUtc(path);
        using (var file = File.OpenWrite(path))
        {
            file.Write("BBBB"u8);
        }
        File.SetLastWriteTimeUtc(path, time);
        await _scene.BackUpAndCheckAsync();
        Assert.Contains("data/database", _scene.Uploads);
    }

    [Fact]
    public async Task A_file_that_takes_anothers_place_with_its_size_and_time_is_found()
    {
        _scene.Write("file", "AAAA");
        File.SetLastWriteTimeUtc(_scene.Folder["source/file"], new DateTime(2026, 1, 1, 0, 0, 0, DateTimeKind.Utc));
        LetAge();
        await _scene.BackUpAndCheckAsync();
        var (path, other) = (_scene.Folder["source/file"], _scene.Folder.Write("other", "BBBB"));
        File.SetLastWriteTimeUtc(other, File.GetLastWriteTimeUtc(path));
        File.Move(other, path, overwrite: true);
        await _scene.BackUpAndCheckAsync();
        Assert.Contains("data/file", _scene.Uploads);
    }

    [Fact]
    public async Task What_is_gone_from_the_source_goes_from_the_snapshot()
    {
        MakeTree();
        await _scene.BackUpAndCheckAsync();
        File.Delete(_scene.Folder["source/one"]);
        Directory.Delete(_scene.Folder["source/deep"], recursive: true);
        await _scene.BackUpAndCheckAsync();
        Assert.Equal(["data/deep/er/and/deeper/f", "data/one"], _scene.Removals.Order(StringComparer.Ordinal));
        Directory.Delete(_scene.Folder["source/sub"], recursive: true);
        await _scene.BackUpAndCheckAsync();
        Assert.Equal(["data/sub/two"], _scene.Removals);
    }

    [Fact]
    public async Task A_file_becomes_a_folder_and_a_folder_a_file()
    {
        _scene.Write("a", "file");
        _scene.Write("b/x", "1");
        _scene.Write("b/y/z", "2");
        await _scene.BackUpAndCheckAsync();
        File.Delete(_scene.Folder["source/a"]);
        _scene.Write("a/now/inside", "3");
        Directory.Delete(_scene.Folder["source/b"], recursive: true);
        _scene.Write("b", "file");
        await _scene.BackUpAndCheckAsync();
        Assert.Equal(["data/a", "data/b/x", "data/b/y/z"], _scene.Removals.Order(StringComparer.Ordinal));
        await _scene.BackUpAndCheckAsync();
        Assert.Empty(_scene.Uploads);
        Assert.Empty(_scene.Removals);
    }

    [Fact]
    public async Task A_folder_and_a_file_whose_name_begins_like_it_are_not_mixed_up()
    {
        _scene.Write("a/inside", "1");
        _scene.Write("ab", "2");
        _scene.Write("a.txt", "3");
        _scene.Write("a-b/c", "4");
        await _scene.BackUpAndCheckAsync();
        Directory.Delete(_scene.Folder["source/a"], recursive: true);
        File.Delete(_scene.Folder["source/ab"]);
        await _scene.BackUpAndCheckAsync();
        Assert.Equal(["data/a/inside", "data/ab"], _scene.Removals.Order(StringComparer.Ordinal));
        Assert.Equal(["fsmetadata.json"], _scene.Uploads);
    }

    [Fact]
    public async Task What_is_no_file_is_no_object_and_special_files_are_counted()
    {
        _scene.Write("file", "1");
        using (var root = LocalFileSystem.Open(_scene.Source))
        {
            root.MakeDirectory("empty");
            root.MakeSymbolicLink("link", "file");
            root.MakeHardLink("second", root, "file");
        }
        using var socket = new System.Net.Sockets.Socket(System.Net.Sockets.AddressFamily.Unix, System.Net.Sockets.SocketType.Stream, 0);
        socket.Bind(new System.Net.Sockets.UnixDomainSocketEndPoint(_scene.Folder["source/socket"]));
        await _scene.BackUpAndCheckAsync();
        Assert.Equal(1, _scene.Issues.Skipped);
        Assert.Equal(["data/file", "fsmetadata.json"], _scene.Uploads.Order(StringComparer.Ordinal));
        var kinds = (await _scene.ReadIndexAsync(_scene.Backups[^1])).ToDictionary(entry => entry.Path, entry => entry.Kind);
        Assert.Equal(
            [("data", EntryKind.Directory), ("data/empty", EntryKind.Directory), ("data/file", EntryKind.File), ("data/link", EntryKind.SymbolicLink),
            ("data/second", EntryKind.HardLink), ("fsmetadata.json", EntryKind.File)],
            kinds.OrderBy(pair => pair.Key, StringComparer.Ordinal).Select(pair => (pair.Key, pair.Value)));
    }

    [Fact]
    public async Task Further_names_of_a_file_that_vanishes_carry_its_content()
    {
        _scene.Write("a", "shared");
        using (var root = LocalFileSystem.Open(_scene.Source))
        {
            foreach (var name in new[] { "b", "c", "d" })
            {
                root.MakeHardLink(name, root, "a");
            }
        }
        _scene.OnItem = item =>
        {
            if (item.Path == "data/d")
            {
                // Listed, all four, and then two are gone before anything is read.
                File.Delete(_scene.Folder["source/a"]);
                File.Delete(_scene.Folder["source/b"]);
            }
        };
        await _scene.BackUpAndCheckAsync();
        var entries = (await _scene.ReadIndexAsync(_scene.Backups[^1])).Where(entry => entry.Path.StartsWith("data/", StringComparison.Ordinal));
        Assert.Equal(
            [("data/c", EntryKind.File, null), ("data/d", EntryKind.HardLink, "data/c")],
            entries.Select(entry => (entry.Path, entry.Kind, entry.LinkTarget)));
        _scene.OnItem = null;
        await _scene.BackUpAndCheckAsync();
        Assert.Empty(_scene.Uploads.Except(["fsmetadata.json"]));
    }

    [Fact]
    public async Task A_whole_folder_that_vanishes_while_it_is_read_is_skipped_and_counted()
    {
        MakeTree();
        LetAge();
        await _scene.BackUpAndCheckAsync();
        _scene.Write("deep/er/new", "1");
        _scene.OnItem = item =>
        {
            if (item.Path == "data/sub" && Directory.Exists(_scene.Folder["source/deep"]))
            {
                Directory.Delete(_scene.Folder["source/deep"], recursive: true);
            }
        };
        await _scene.BackUpAsync();
        Assert.Equal(1, _scene.Issues.Skipped);
        var files = (await _scene.ReadIndexAsync(_scene.Backups[^1])).Where(entry => entry.Kind == EntryKind.File).Select(entry => entry.Path);
        // What had not changed was there when it was listed, and its object still is.
        Assert.Equal(["data/deep/er/and/deeper/f", "data/one", "data/sub/two", "fsmetadata.json"], files);
        _scene.OnItem = null;
        await _scene.BackUpAndCheckAsync();
        Assert.Equal(["data/deep/er/and/deeper/f"], _scene.Removals);
    }

    [Fact]
    public async Task Names_that_cannot_be_stored_are_all_told_before_anything_is_stored()
    {
        using var scene = new SyncScene(new Fakes.MemoryStorage { Capabilities = new() { LongestName = 20, LongestPath = 120 } });
        scene.Write("fine", "1");
        scene.Write($"{new string('x', 21)}/one", "1");
        scene.Write($"{new string('x', 21)}/two", "1");
        scene.Write(string.Join('/', Enumerable.Repeat("a-long-folder", 6)) + "/file", "1");
        var failure = await Assert.ThrowsAsync<BackupException>(() => scene.BackUpAsync());
        Assert.Equal("NamesUnstorable", failure.ErrorId);
        Assert.Equal(
            [$"data/{string.Join('/', Enumerable.Repeat("a-long-folder", 6))}/file", $"data/{new string('x', 21)}"], Assert.IsType<string[]>(failure.Target));
        Assert.DoesNotContain(scene.Calls, call => call.StartsWith("write", StringComparison.Ordinal));
    }

    [Fact]
    public async Task The_metadata_file_is_one_json_document_that_tells_all()
    {
        MakeTree();
        using (var root = LocalFileSystem.Open(_scene.Source))
        {
            root.MakeSymbolicLink("link", "one");
            root.MakeDirectory("empty");
        }
        await _scene.BackUpAndCheckAsync();
        var bytes = await SmallObject.ReadAsync(_scene.Storage, $"{_scene.Backups[^1]}/fsmetadata.json", TestContext.Current.CancellationToken);
        var entries = System.Text.Json.JsonDocument.Parse(bytes).RootElement.GetProperty("entries").EnumerateArray().ToList();
        Assert.Equal(
            (await _scene.ReadIndexAsync(_scene.Backups[^1])).Select(entry => entry.Path).Where(path => path != "fsmetadata.json"),
            entries.Select(entry => entry.GetProperty("path").GetString()));
        Assert.Equal("one", entries.Single(entry => entry.GetProperty("path").GetString() == "data/link").GetProperty("link").GetString());
        Assert.All(entries, entry => Assert.Equal(4, entry.GetProperty("mode").GetString()!.Length));
    }

    [Fact]
    public void Paths_are_ordered_part_by_part_and_names_by_their_bytes()
    {
        string[] ordered =
        [
            "a", "a/b", "a/b/c", "a/é", "a b", "a-", "a.txt", "aa", "b", "é", PathText.FromBytes([0xC3]), PathText.FromBytes([0xC3, 0x41]), "\uFFFD", "\U0001F600",
            PathText.FromBytes([0xFF]),
        ];
        var byBytes = ordered.OrderBy(path => Convert.ToHexString(PathText.ToBytes(path).Select(value => value == (byte)'/' ? (byte)0 : value).ToArray()), StringComparer.Ordinal);
        Assert.Equal(byBytes, ordered.Reverse().Order(PathOrder.Instance));
    }

    private void MakeTree()
    {
        _scene.Write("one", "1");
        _scene.Write("sub/two", "2");
        _scene.Write("deep/er/and/deeper/f", "3");
    }

    /// <summary>Files that were written a moment ago are always read again: these are older.</summary>
    private void LetAge() => _scene.Time = new FakeTimeProvider(TimeProvider.System.GetUtcNow() + TimeSpan.FromHours(1));
}
