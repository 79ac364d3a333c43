using CloudBackup.Encryption;
using CloudBackup.FileTree;
using CloudBackup.Layout;
using CloudBackup.Tests.Support;
using CsCheck;

namespace CloudBackup.Tests.Restore;

/// <summary>
/// A test and a restore go through the same rules: over random forgeries whose hashes are all right, a test says valid exactly of those backups
/// that a restore brings back, into a folder and in place.
/// </summary>
public sealed class ForgedBackupTests
{
    private const string Password = "correct horse";

    private static readonly string[] Names = ["a", "a/b", "a b", "b", "b/c", "c", "z", "é"];

    private static readonly Lazy<BackupKeys> Keys = new(() => BackupKeys.Derive(Secret.Of(Password)));

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    private static Gen<(int Kind, int Size)[]> Trees { get; } = Gen.Select(Gen.Int[0, 5], Gen.Int[0, 3000]).Array[Names.Length];

    private static Gen<Forgery[]> Forgeries { get; } = Gen.Select(Gen.Enum<ForgeryKind>(), Gen.Int[0, 1000], Gen.Int[0, 1000])
        .Select((kind, which, at) => new Forgery(kind, which, at)).Array[0, 3];

    [Theory]
    [InlineData(BackupFormat.Tgz, null, 60)]
    [InlineData(BackupFormat.Rsync, null, 60)]
    [InlineData(BackupFormat.Tgz, false, 20)]
    [InlineData(BackupFormat.Rsync, false, 20)]
    [InlineData(BackupFormat.Rsync, true, 20)]
    public async Task Whatever_is_forged_a_test_says_what_a_restore_does(BackupFormat format, bool? encryptNames, int count)
    {
        var (valid, invalid) = (0, 0);
        await Gen.Select(Trees, Gen.Bool, Forgeries).SampleAsync(
            async (tree, hasDump, forgeries) =>
            {
                using var platform = await new TestPlatform().SetUpAsync(
                    site: site => site with { Format = format, EncryptFileName = encryptNames ?? false },
                    secrets: encryptNames is null ? null : Secret.Password(Password));
                platform.Folder.Write("data/mine", "old");
                var backup = Make(new ForgedBackup(platform, format, encryptNames is null ? null : Keys.Value, encryptNames ?? false), tree, hasDump, format);
                Array.ForEach(forgeries, forgery => forgery.Apply(backup));
                if (await backup.StoreAsync(Token) is { } id)
                {
                    _ = (await CompareAsync(platform, id)).Length == 0 ? valid++ : invalid++;
                }
            },
            iter: count,
            threads: 1,
            print: sample => $"{string.Join(' ', sample.Item1)} dump {sample.Item2}: {string.Join(", ", sample.Item3.AsEnumerable())}");
        Assert.True(valid > 0 && invalid > 0, "The forgeries try only one side.");
    }

    [Theory]
    [InlineData(BackupFormat.Tgz)]
    [InlineData(BackupFormat.Rsync)]
    public async Task What_nobody_forged_is_valid_and_comes_back(BackupFormat format)
    {
        using var platform = await new TestPlatform().SetUpAsync(site: site => site with { Format = format });
        var backup = Make(new ForgedBackup(platform, format, null, false), [.. Enumerable.Range(0, Names.Length).Select(i => (i, 100))], true, format);
        Assert.Equal("", await CompareAsync(platform, (await backup.StoreAsync(Token))!));
    }

    /// <summary>A Partial backup may lack a file that other names belong to, but not when one of them is a database's.</summary>
    [Theory]
    [InlineData("data/none", false)]
    [InlineData("data/cut", false)]
    [InlineData("data/whole", true)]
    public async Task A_dump_that_is_a_hard_link_must_have_its_file(string target, bool isValid)
    {
        using var platform = await new TestPlatform().SetUpAsync();
        var backup = new ForgedBackup(platform, BackupFormat.Tgz, null, false)
        {
            Config = config => config with { Addons = [new BackupAddon { Type = AddonType.Sqlite, Path = "data/app.db" }] },
            Record = info => info with { State = BackupState.Partial },
        };
        backup.Entries.AddRange(
        [
            Forgery.Entry(AppConfig.Path, EntryKind.File),
            Forgery.Entry("data", EntryKind.Directory),
            Forgery.Entry("data/cut", EntryKind.File, 5) with { Index = entry => entry with { IsIncomplete = true } },
            Forgery.Entry("data/whole", EntryKind.File, 5),
            Forgery.Entry("sqlite/data/app.db", EntryKind.HardLink, 0, target),
        ]);
        Assert.Equal(isValid, (await CompareAsync(platform, (await backup.StoreAsync(Token))!)).Length == 0);
    }

    /// <summary>A symbolic link is made in the order of the index, so its further names come after it, and below its own top folder.</summary>
    [Theory]
    [InlineData(BackupFormat.Tgz, "data/b", "data/c", true)]
    [InlineData(BackupFormat.Rsync, "data/b", "data/c", true)]
    [InlineData(BackupFormat.Tgz, "data/b", "data/a", false)]
    [InlineData(BackupFormat.Rsync, "data/b", "data/a", false)]
    [InlineData(BackupFormat.Tgz, "data/b", "data/b/inside", false)]
    [InlineData(BackupFormat.Tgz, "data/b", "extra/z", false)]
    [InlineData(BackupFormat.Tgz, "extra/b", "data/z", false)]
    public async Task A_hard_link_to_a_symbolic_link_comes_after_it(BackupFormat format, string link, string further, bool isValid)
    {
        using var platform = await new TestPlatform().SetUpAsync(site: site => site with { Format = format });
        platform.Folder.Write("victim", "another user's");
        var backup = new ForgedBackup(platform, format, null, false);
        backup.Entries.AddRange(
        [
            Forgery.Entry(AppConfig.Path, EntryKind.File),
            Forgery.Entry("data", EntryKind.Directory),
            .. new[] { Forgery.Entry(link, EntryKind.SymbolicLink, 0, platform.Folder["victim"]), Forgery.Entry(further, EntryKind.HardLink, 0, link) }
                .OrderBy(entry => entry.Header.Path, StringComparer.Ordinal),
        ]);
        if (format == BackupFormat.Rsync)
        {
            backup.Entries.Add(Forgery.Entry("fsmetadata.json", EntryKind.File, 10));
        }
        Assert.Equal(isValid, (await CompareAsync(platform, (await backup.StoreAsync(Token))!)).Length == 0);
        using var root = LocalFileSystem.Open(platform.Folder.Path);
        Assert.Equal(1u, root.Stat("victim").LinkCount);
    }

    /// <summary>Sizes that only fit the record because their sum wraps around.</summary>
    [Theory]
    [InlineData(BackupFormat.Tgz)]
    [InlineData(BackupFormat.Rsync)]
    public async Task Sizes_beyond_any_file_are_damage(BackupFormat format)
    {
        using var platform = await new TestPlatform().SetUpAsync(site: site => site with { Format = format });
        var backup = Make(new ForgedBackup(platform, format, null, false), [], false, format);
        new Forgery(ForgeryKind.HugeSizes, 0, 0).Apply(backup);
        Assert.NotEqual("", await CompareAsync(platform, (await backup.StoreAsync(Token))!));
    }

    [Fact]
    public async Task An_object_that_is_not_of_the_backup_is_told_and_does_not_make_it_invalid()
    {
        using var platform = await new TestPlatform().SetUpAsync(site: site => site with { Format = BackupFormat.Rsync });
        platform.Folder.Write("data/f", "1");
        var backup = await platform.BackUpAsync();
        platform.Folder.Write($"site/{backup.RemotePath}/data/planted", "2");
        foreach (var isDeep in (bool[])[false, true])
        {
            Assert.True((await platform.Engine.AppBackups.TestAsync(backup.Id, isDeep, platform.Observer, Token)).IsValid);
            Assert.Contains(platform.Observer.Warnings, warning => warning.Contains("'data/planted'", StringComparison.Ordinal));
            platform.Observer.Warnings.Clear();
        }
        await platform.RestoreAsync(backup.Id);
        Assert.False(File.Exists(platform.Folder["data/planted"]));
    }

    private static ForgedBackup Make(ForgedBackup backup, (int Kind, int Size)[] tree, bool hasDump, BackupFormat format)
    {
        var data = new List<ForgedEntry> { Forgery.Entry("data", EntryKind.Directory) };
        string? file = null;
        string? link = null;
        foreach (var (name, (kind, size)) in Names.Zip(tree))
        {
            var folder = name.Contains('/', StringComparison.Ordinal) ? data[^1] : null;
            if (folder is not null && (folder.Header.Kind != EntryKind.Directory || folder.Header.Path != "data/" + name[..1]))
            {
                continue;
            }
            data.Add(kind switch
            {
                1 => Forgery.Entry("data/" + name, EntryKind.Directory),
                2 => Forgery.Entry("data/" + name, EntryKind.SymbolicLink, 0, "../a"),
                3 when file is not null => Forgery.Entry("data/" + name, EntryKind.HardLink, 0, file),
                4 when link is not null => Forgery.Entry("data/" + name, EntryKind.HardLink, 0, link),
                _ => Forgery.Entry("data/" + name, EntryKind.File, size),
            });
            file ??= data[^1].Header.Kind == EntryKind.File ? data[^1].Header.Path : null;
            link ??= data[^1].Header.Kind == EntryKind.SymbolicLink ? data[^1].Header.Path : null;
        }
        ForgedEntry[] dump = hasDump ? [Forgery.Entry("sqlite/data/app.db", EntryKind.File, 20)] : [];
        backup.Entries.Add(Forgery.Entry(AppConfig.Path, EntryKind.File));
        backup.Entries.AddRange(data);
        backup.Entries.AddRange(dump);
        if (hasDump)
        {
            backup.Config = config => config with { Addons = [new BackupAddon { Type = AddonType.Sqlite, Path = "data/app.db" }] };
        }
        if (format == BackupFormat.Rsync)
        {
            backup.Entries.Add(Forgery.Entry("fsmetadata.json", EntryKind.File, 10));
        }
        return backup;
    }

    /// <summary>Tests and restores a backup, and returns what the test found.</summary>
    private static async Task<string> CompareAsync(TestPlatform platform, string id)
    {
        var deep = await platform.Engine.AppBackups.TestAsync(id, deep: true, platform.Observer, Token);
        var quick = await platform.Engine.AppBackups.TestAsync(id, deep: false, platform.Observer, Token);
        var before = Tree.Describe(platform.Data);
        var problems = string.Join("; ", deep.Problems);
        Assert.False(deep.IsValid && !quick.IsValid, string.Join("; ", quick.Problems));
        var failure = await TryAsync(() => platform.Engine.AppBackups.RestoreToAsync(id, platform.Folder["out"], platform.Observer, Token));
        Assert.True(deep.IsValid == failure is null, $"Test: {problems}; restore: {failure?.Message}");
        Assert.Equal(deep.IsValid, Directory.Exists(platform.Folder["out"]));
        failure = await TryAsync(() => platform.RestoreAsync(id));
        Assert.True(deep.IsValid == failure is null, $"Test: {problems}; restore in place: {failure?.Message}");
        if (failure is not null)
        {
            Assert.Equal(before, Tree.Describe(platform.Data));
        }
        return problems;
    }

    private static async Task<BackupException?> TryAsync(Func<Task> action)
    {
        try
        {
            await action();
            return null;
        }
        catch (BackupException failure)
        {
            return failure;
        }
    }
}
