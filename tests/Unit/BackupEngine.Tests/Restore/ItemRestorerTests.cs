using CloudBackup.FileTree;
using CloudBackup.Tests.Support;

namespace CloudBackup.Tests.Restore;

/// <summary>Single items out of backups of both formats, plain and encrypted.</summary>
public sealed class ItemRestorerTests
{
    private static CancellationToken Token => TestContext.Current.CancellationToken;

    public static TheoryData<BackupFormat, bool> Formats => new()
    {
        { BackupFormat.Tgz, false }, { BackupFormat.Tgz, true }, { BackupFormat.Rsync, false }, { BackupFormat.Rsync, true },
    };

    [Theory]
    [MemberData(nameof(Formats))]
    public async Task Items_are_listed_as_the_source_has_them(BackupFormat format, bool isEncrypted)
    {
        using var platform = await StartAsync(format, isEncrypted);
        SampleTree.MakeRich(platform.Data, new SeededRandom(1), longestName: 150);
        var backup = await platform.BackUpAsync();
        var items = await ReadAsync(platform, backup, BackupItemFilter.Named("data"));
        using var data = LocalFileSystem.Open(platform.Data);
        var text = items.Single(item => item.Path == "data/text.txt");
        var facts = data.Stat("text.txt");
        Assert.Equal((BackupItemType.File, facts.Size, "text.txt", backup.Id), (text.Type, text.Size, text.Name, text.BackupId));
        Assert.Equal(facts.Modified.ToDateTimeOffset(), text.Modified);
        Assert.Equal(64, text.Sha256!.Length);
        Assert.Equal(items.Count, items.Select(item => item.RawPath).Distinct(StringComparer.Ordinal).Count());
        Assert.Contains(items, item => item.Type == BackupItemType.SymbolicLink && item.Target is not null);
        Assert.Equal(
            items.Where(item => item.Path.EndsWith(".txt", StringComparison.Ordinal)).Select(item => item.Path),
            (await ReadAsync(platform, backup, BackupItemFilter.Matching("*.txt", path => path.EndsWith(".txt", StringComparison.Ordinal)))).Select(item => item.Path));
    }

    [Theory]
    [MemberData(nameof(Formats))]
    public async Task A_folder_comes_back_whole_and_little_else_is_read(BackupFormat format, bool isEncrypted)
    {
        using var platform = TestPlatform.WithFaults(out var faults);
        await SetUpAsync(platform, format, isEncrypted);
        SampleTree.MakeRich(platform.Folder.Make("data/wanted"), new SeededRandom(1), longestName: 150);
        for (var i = 0; i < 8; i++)
        {
            File.WriteAllBytes(Path.Join(platform.Folder.Make($"data/other-{i}"), "large"), new SeededRandom(i).Bytes(5_000_000));
        }
        var backup = await platform.BackUpAsync();
        var paths = new HashSet<string>(StringComparer.Ordinal);
        var longest = 0L;
        faults().WhileReading = (path, count) =>
        {
            lock (paths)
            {
                paths.Add(path);
                longest = Math.Max(longest, count);
            }
        };
        var files = await RestoreAsync(platform, backup, "out", false, BackupItemFilter.Named("data/wanted"));
        Assert.Equal(Tree.Describe(platform.Folder["data/wanted"]), Tree.Describe(platform.Folder["out/data/wanted"]));
        Assert.Equal(["wanted"], Directory.EnumerateFileSystemEntries(platform.Folder["out/data"]).Select(Path.GetFileName));
        Assert.Equal(["data"], Directory.EnumerateFileSystemEntries(platform.Folder["out"]).Select(Path.GetFileName));
        Assert.All(files.Where(file => !file.Name.Contains('\uFFFD')), file => Assert.StartsWith(platform.Folder["out/data/wanted"], file.FullName));
        Assert.InRange(longest, 1, 30_000_000); // an archive of all is twice as long
        Assert.DoesNotContain(paths, path => path.Contains("other", StringComparison.Ordinal));
    }

    [Theory]
    [MemberData(nameof(Formats))]
    public async Task Single_files_of_any_size_come_back_from_anywhere(BackupFormat format, bool isEncrypted)
    {
        using var platform = await StartAsync(format, isEncrypted);
        int[] sizes = [0, 1, 15, 16, 17, 1_048_575, 1_048_576, 1_048_577, 7_000_001];
        foreach (var (size, i) in sizes.Select((size, i) => (size, i)))
        {
            File.WriteAllBytes(Path.Join(platform.Data, $"file-{i}"), new SeededRandom(i).Bytes(size));
            File.WriteAllBytes(Path.Join(platform.Data, $"file-{i}-text"), new SeededRandom(i).Text(size));
        }
        var backup = await platform.BackUpAsync();
        foreach (var name in Directory.EnumerateFiles(platform.Data).Select(Path.GetFileName))
        {
            var file = Assert.Single(await RestoreAsync(platform, backup, $"out-{name}", false, BackupItemFilter.Named($"data/{name}")));
            Assert.True(File.ReadAllBytes(Path.Join(platform.Data, name)).AsSpan().SequenceEqual(File.ReadAllBytes(file.FullName)), name);
        }
        Assert.Equal(2 * sizes.Length, (await RestoreAsync(platform, backup, "all", false, BackupItemFilter.Matching("data/*", path => path.StartsWith("data/", StringComparison.Ordinal)))).Count);
        Assert.Equal(Tree.Describe(platform.Data), Tree.Describe(platform.Folder["all/data"]));
    }

    [Theory]
    [MemberData(nameof(Formats))]
    public async Task A_further_name_of_a_file_comes_back_without_the_first(BackupFormat format, bool isEncrypted)
    {
        using var platform = await StartAsync(format, isEncrypted);
        File.WriteAllText(Path.Join(platform.Data, "a"), "shared");
        using (var data = LocalFileSystem.Open(platform.Data))
        {
            data.MakeHardLink("b", data, "a");
            data.MakeHardLink("c", data, "a");
        }
        var backup = await platform.BackUpAsync();
        await RestoreAsync(platform, backup, "out", false, BackupItemFilter.Named("data/b"), BackupItemFilter.Named("data/c"));
        Assert.Equal("shared", File.ReadAllText(platform.Folder["out/data/b"]));
        Assert.False(File.Exists(platform.Folder["out/data/a"]));
        using var restored = LocalFileSystem.Open(platform.Folder["out/data"]);
        Assert.Equal(restored.Stat("b").Inode, restored.Stat("c").Inode);
    }

    [Theory]
    [MemberData(nameof(Formats))]
    public async Task A_further_name_of_a_symbolic_link_comes_back_without_the_first(BackupFormat format, bool isEncrypted)
    {
        using var platform = await StartAsync(format, isEncrypted);
        platform.Folder.Make("data/a");
        platform.Folder.Make("data/b");
        using (var data = LocalFileSystem.Open(platform.Data))
        using (var a = data.OpenDirectory("a"))
        using (var b = data.OpenDirectory("b"))
        {
            a.MakeSymbolicLink("link", "to");
            a.MakeSymbolicLink("other", "elsewhere");
            b.MakeHardLink("same", a, "link");
            b.MakeHardLink("also", a, "link");
        }
        SetTimes(platform.Data, ["a", "b"]);
        var expected = Tree.Describe(platform.Folder["data/b"]);
        var backup = await platform.BackUpAsync();
        Assert.Contains(await ReadAsync(platform, backup, BackupItemFilter.All), item => item is { Path: "data/b/also", Type: BackupItemType.HardLink });
        await RestoreAsync(platform, backup, "out", false, BackupItemFilter.Named("data/b"), BackupItemFilter.Named("data/a/other"));
        Assert.Equal(expected, Tree.Describe(platform.Folder["out/data/b"]));
        Assert.Equal(["other"], Directory.EnumerateFileSystemEntries(platform.Folder["out/data/a"]).Select(Path.GetFileName));
        Assert.Equal(File.GetLastWriteTimeUtc(platform.Folder["data/a"]), File.GetLastWriteTimeUtc(platform.Folder["out/data/a"]));
        Assert.Empty(platform.Observer.Warnings);
    }

    [Fact]
    public async Task What_is_there_stays_unless_it_is_to_be_replaced()
    {
        using var platform = await StartAsync(BackupFormat.Tgz, false);
        File.WriteAllText(Path.Join(platform.Folder.Make("data/notes"), "one"), "of the backup");
        File.WriteAllText(Path.Join(platform.Data, "two"), "2");
        var backup = await platform.BackUpAsync();
        platform.Folder.Write("out/data/notes/one", "mine");
        platform.Folder.Write("out/data/notes/mine", "mine");
        var failure = await Assert.ThrowsAsync<BackupException>(() => RestoreAsync(platform, backup, "out", false, BackupItemFilter.All));
        Assert.Equal("FileExists", failure.ErrorId);
        Assert.False(File.Exists(platform.Folder["out/data/two"]));
        Assert.Equal("mine", File.ReadAllText(platform.Folder["out/data/notes/one"]));
        await RestoreAsync(platform, backup, "out", true, BackupItemFilter.All);
        Assert.Equal("of the backup", File.ReadAllText(platform.Folder["out/data/notes/one"]));
        Assert.Equal("mine", File.ReadAllText(platform.Folder["out/data/notes/mine"]));
        Assert.Equal(["config.json", "data"], Directory.EnumerateFileSystemEntries(platform.Folder["out"]).Select(Path.GetFileName).Order(StringComparer.Ordinal));
    }

    [Fact]
    public async Task A_link_in_the_destination_leads_nothing_elsewhere_I6()
    {
        using var platform = await StartAsync(BackupFormat.Tgz, false);
        File.WriteAllText(Path.Join(platform.Folder.Make("data/notes"), "one"), "1");
        var backup = await platform.BackUpAsync();
        platform.Folder.Make("elsewhere");
        platform.Folder.Make("out");
        File.CreateSymbolicLink(platform.Folder["out/data"], platform.Folder["elsewhere"]);
        var failure = await Assert.ThrowsAsync<BackupException>(() => RestoreAsync(platform, backup, "out", true, BackupItemFilter.Named("data/notes/one")));
        Assert.Equal("FileExists", failure.ErrorId);
        Assert.Empty(Directory.EnumerateFileSystemEntries(platform.Folder["elsewhere"]));
    }

    [Theory]
    [MemberData(nameof(Formats))]
    public async Task Damage_of_what_is_wanted_is_refused_and_of_nothing_else(BackupFormat format, bool isEncrypted)
    {
        using var platform = await StartAsync(format, isEncrypted);
        // The damage is far from the good file: in an archive, in another member.
        File.WriteAllBytes(Path.Join(platform.Data, "a"), new SeededRandom(1).Bytes(3_000_000));
        File.WriteAllBytes(Path.Join(platform.Data, "b"), new SeededRandom(2).Bytes(30_000_000));
        var backup = await platform.BackUpAsync();
        var stored = Directory.EnumerateFiles(Path.GetDirectoryName(Path.Join(platform.SitePath, backup.RemotePath))!, "*", SearchOption.AllDirectories)
            .MaxBy(path => new FileInfo(path).Length)!;
        using (var file = File.OpenWrite(stored))
        {
            file.Position = file.Length - 1_000_000;
            file.Write("damage"u8);
        }
        await RestoreAsync(platform, backup, "good", false, BackupItemFilter.Named("data/a"));
        Assert.Equal(File.ReadAllBytes(Path.Join(platform.Data, "a")), File.ReadAllBytes(platform.Folder["good/data/a"]));
        var failure = await Assert.ThrowsAsync<BackupException>(() => RestoreAsync(platform, backup, "bad", false, BackupItemFilter.Named("data/b")));
        Assert.Equal("BackupDamaged", failure.ErrorId);
        Assert.Empty(Directory.EnumerateFileSystemEntries(platform.Folder["bad"]));
    }

    [Fact]
    public async Task What_a_killed_restore_of_items_has_left_goes_with_the_next_one_and_is_never_backed_up()
    {
        using var platform = await StartAsync(BackupFormat.Rsync, false);
        platform.Folder.Write("data/notes/one", "1");
        platform.Folder.Write("data/notes/.cloudbackup-restore-0a1b2c3d/half", "1");
        var backup = await platform.BackUpAsync();
        Assert.DoesNotContain(platform.StoredFiles(), path => path.Contains("half", StringComparison.Ordinal));
        platform.Folder.Write("home/locks/items-0a1b2c3d.lock", "");
        platform.Folder.Write("data/notes/.cloudbackup-restore-0000000a/alive", "1");
        using var alive = new FileStream(platform.Folder["home/locks/items-0000000a.lock"], FileMode.Create, FileAccess.ReadWrite, FileShare.None);
        platform.Folder.Write("data/notes/.cloudbackup-restore-0000000b/of-another-platform", "1");
        await RestoreAsync(platform, backup, "data/notes", false, BackupItemFilter.Named("data/notes/one"));
        Assert.Equal(
            [".cloudbackup-restore-0000000a", ".cloudbackup-restore-0000000b", "data"],
            Directory.GetDirectories(platform.Folder["data/notes"]).Select(Path.GetFileName).Order(StringComparer.Ordinal));
        Assert.Equal(["items-0000000a.lock"], Directory.GetFiles(platform.Folder["home/locks"], "items-*").Select(Path.GetFileName));
    }

    [Fact]
    public async Task An_item_that_is_not_there_is_named()
    {
        using var platform = await StartAsync(BackupFormat.Tgz, false);
        var backup = await platform.BackUpAsync();
        var failure = await Assert.ThrowsAsync<BackupException>(() => ReadAsync(platform, backup, BackupItemFilter.Named("data"), BackupItemFilter.Named("data/none")));
        Assert.Equal(("ItemNotFound", "data/none"), (failure.ErrorId, failure.Target));
        Assert.Empty(await ReadAsync(platform, backup, BackupItemFilter.Matching("none*", _ => false)));
        failure = await Assert.ThrowsAsync<BackupException>(() => RestoreAsync(platform, backup, "out", false, BackupItemFilter.Named("none")));
        Assert.Equal("ItemNotFound", failure.ErrorId);
        Assert.False(Directory.Exists(platform.Folder["out"]));
    }

    private static void SetTimes(string root, string[] folders) => Array.ForEach(
        folders, folder => Directory.SetLastWriteTimeUtc(Path.Join(root, folder), new DateTime(2020, 1, 2, 3, 4, 5, DateTimeKind.Utc)));

    private static async Task<TestPlatform> StartAsync(BackupFormat format, bool isEncrypted)
    {
        var platform = new TestPlatform();
        await SetUpAsync(platform, format, isEncrypted);
        return platform;
    }

    private static Task<TestPlatform> SetUpAsync(TestPlatform platform, BackupFormat format, bool isEncrypted) =>
        platform.SetUpAsync(site: site => site with { Format = format }, secrets: isEncrypted ? Secret.Password("correct horse") : null);

    private static async Task<List<BackupItem>> ReadAsync(TestPlatform platform, AppBackup backup, params BackupItemFilter[] filters)
    {
        var items = new List<BackupItem>();
        await platform.Engine.AppBackups.ReadItemsAsync(backup.Id, filters, items.Add, platform.Observer, Token);
        return items;
    }

    private static async Task<List<FileInfo>> RestoreAsync(TestPlatform platform, AppBackup backup, string to, bool replace, params BackupItemFilter[] filters)
    {
        var files = new List<FileInfo>();
        await platform.Engine.AppBackups.RestoreItemsAsync(backup.Id, filters, platform.Folder[to], replace, files.Add, platform.Observer, Token);
        return files;
    }
}
