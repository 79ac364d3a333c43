using CloudBackup.Encryption;
using CloudBackup.FileTree;
using CloudBackup.Protection;
using CloudBackup.Storage;
using CloudBackup.Storage.FileSystem;
using CloudBackup.Tests.Support;

namespace CloudBackup.Tests.Protection;

public sealed class FileProtectionTests : IDisposable
{
    private readonly TempFolder _folder = new();
    private readonly FileProtection _protection = new(Secret.Of("correct horse"), TimeProvider.System);

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    public void Dispose()
    {
        _protection.Dispose();
        _folder.Dispose();
    }

    [Theory]
    [InlineData(0)]
    [InlineData(1)]
    [InlineData(15)]
    [InlineData(16)]
    [InlineData(17)]
    [InlineData(1_048_575)]
    [InlineData(1_048_576)]
    [InlineData(1_048_577)]
    public async Task A_file_of_any_size_comes_back(int size)
    {
        var content = new SeededRandom(size).Bytes(size);
        await File.WriteAllBytesAsync(_folder["a"], content, Token);
        await _protection.ProtectAsync(_folder["a"], _folder["a.enc"], false, NullObserver.Instance, Token);
        var back = await _protection.UnprotectAsync(_folder["a.enc"], _folder["b"], false, NullObserver.Instance, Token);
        Assert.Equal(_folder["b"], back.FullName);
        Assert.Equal(content, await File.ReadAllBytesAsync(_folder["b"], Token));
    }

    [Fact]
    public async Task Damage_leaves_no_output_and_no_temporary_file()
    {
        await File.WriteAllBytesAsync(_folder["a"], new SeededRandom(1).Bytes(700_000), Token);
        await _protection.ProtectAsync(_folder["a"], _folder["a.enc"], false, NullObserver.Instance, Token);
        var file = await File.ReadAllBytesAsync(_folder["a.enc"], Token);
        _folder.Write("kept", "old");
        foreach (var damaged in new[] { file[..^1], file[..100], file[..3], [], [.. file, 0], [.. file, .. file], Flip(file, 0), Flip(file, 10), Flip(file, 5000), Flip(file, file.Length - 1) })
        {
            await File.WriteAllBytesAsync(_folder["d.enc"], damaged, Token);
            Assert.Equal("WrongPasswordOrDamaged", await FailAsync(() => _protection.UnprotectAsync(_folder["d.enc"], _folder["d"], false, NullObserver.Instance, Token)));
            Assert.Equal("WrongPasswordOrDamaged", await FailAsync(() => _protection.UnprotectAsync(_folder["d.enc"], _folder["kept"], true, NullObserver.Instance, Token)));
        }
        using var other = new FileProtection(Secret.Of("correct horsf"), TimeProvider.System);
        Assert.Equal("WrongPasswordOrDamaged", await FailAsync(() => other.UnprotectAsync(_folder["a.enc"], _folder["d"], false, NullObserver.Instance, Token)));
        Assert.Equal(["a", "a.enc", "d.enc", "kept"], Names(_folder.Path));
        Assert.Equal("old", await File.ReadAllTextAsync(_folder["kept"], Token));
    }

    [Fact]
    public async Task Existing_files_stay_unless_they_may_be_replaced()
    {
        _folder.Write("a", "new");
        _folder.Write("b", "old");
        Assert.Equal("FileExists", await FailAsync(() => _protection.ProtectAsync(_folder["a"], _folder["b"], false, NullObserver.Instance, Token)));
        Assert.Equal("old", await File.ReadAllTextAsync(_folder["b"], Token));
        await _protection.ProtectAsync(_folder["a"], _folder["b"], true, NullObserver.Instance, Token);
        await _protection.UnprotectAsync(_folder["b"], _folder["b"], true, NullObserver.Instance, Token);
        Assert.Equal("new", await File.ReadAllTextAsync(_folder["b"], Token));
        Assert.Equal("FileNotRead", await FailAsync(() => _protection.ProtectAsync(_folder["none"], _folder["c"], false, NullObserver.Instance, Token)));
        Assert.Equal("FileNotWritten", await FailAsync(() => _protection.ProtectAsync(_folder["a"], _folder["none/c"], false, NullObserver.Instance, Token)));
        Assert.Equal("FolderNeedsRecurse", await FailAsync(() => _protection.ProtectAsync(_folder.Path, _folder["c"], false, NullObserver.Instance, Token)));
        Assert.Equal("FileExists", await FailAsync(() => _protection.ProtectAsync(_folder["a"], _folder.Make("dir"), true, NullObserver.Instance, Token)));
    }

    [Theory]
    [InlineData("a pipe", "mkfifo '{0}'")]
    [InlineData("a device", "ln -s /dev/zero '{0}'")]
    [InlineData("a pipe behind a link", "mkfifo '{0}.pipe'; ln -s '{0}.pipe' '{0}'")]
    [InlineData("a socket", "perl -MSocket -e 'socket(S,PF_UNIX,SOCK_STREAM,0); bind(S,sockaddr_un($ARGV[0])) or die' '{0}'")]
    [InlineData("nothing", "true")]
    [InlineData("a link to nothing", "ln -s none '{0}'")]
    public async Task What_is_no_regular_file_is_refused_by_name_and_never_waited_for(string kind, string command)
    {
        var path = _folder["odd"];
        using (var shell = System.Diagnostics.Process.Start("sh", ["-c", string.Format(System.Globalization.CultureInfo.InvariantCulture, command, path)]))
        {
            await shell.WaitForExitAsync(Token);
            Assert.True(shell.ExitCode == 0, kind);
        }
        var failure = await Assert.ThrowsAsync<BackupException>(() => _protection.ProtectAsync(path, _folder["c"], false, NullObserver.Instance, Token));
        Assert.Equal("FileNotRead", failure.ErrorId);
        Assert.Contains($"'{path}'", failure.Message, StringComparison.Ordinal);
        Assert.Equal("FileNotRead", await FailAsync(() => _protection.UnprotectAsync(path, _folder["c"], false, NullObserver.Instance, Token)));
        using var platform = await new TestPlatform().SetUpAsync();
        var import = new AppImportOptions { Location = TestPlatform.Location, Path = path, SkipSafetyBackup = true };
        failure = await Assert.ThrowsAsync<BackupException>(() => platform.Engine.AppBackups.ImportAsync(import, platform.Observer, Token));
        Assert.Contains($"'{path}'", failure.Message, StringComparison.Ordinal);
        import = new AppImportOptions { Location = TestPlatform.Location, ConfigFile = path, RemotePath = "a/b" };
        foreach (var file in (string[])[path, _folder.Make("folder")])
        {
            failure = await Assert.ThrowsAsync<BackupException>(() =>
                platform.Engine.AppBackups.ImportAsync(import with { ConfigFile = file }, platform.Observer, Token));
            Assert.Equal("ConfigFileUnusable", failure.ErrorId);
            Assert.Contains($"'{file}'", failure.Message, StringComparison.Ordinal);
        }
    }

    /// <summary>The name is random; here it is known, as if it had been guessed.</summary>
    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task A_link_at_the_temporary_name_or_the_outputs_own_is_not_followed(bool replace)
    {
        _folder.Write("victim", "mine");
        var temporary = PartialName.For("out", new SeededRandom(1));
        File.CreateSymbolicLink(_folder[temporary], _folder["victim"]);
        await using var storage = new FileSystemStorage(_folder.Path, new SeededRandom(1), isPrivate: true);
        await Assert.ThrowsAsync<StorageException>(() =>
            storage.WriteAsync("out", ObjectContent.FromBytes(new byte[10]), replace ? WriteMode.Replace : WriteMode.CreateNew, Token));
        File.CreateSymbolicLink(_folder["out"], _folder["victim"]);
        _folder.Write("a", "new");
        Assert.Equal("FileExists", await FailAsync(() => _protection.ProtectAsync(_folder["a"], _folder["out"], false, NullObserver.Instance, Token)));
        await _protection.ProtectAsync(_folder["a"], _folder["out"], true, NullObserver.Instance, Token);
        Assert.Null(new FileInfo(_folder["out"]).LinkTarget);
        Assert.Equal("mine", await File.ReadAllTextAsync(_folder["victim"], Token));
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task A_tree_comes_back_with_all_names_and_empty_folders(bool encryptNames)
    {
        MakeTree(_folder.Make("tree"), encryptNames ? 156 : 251);
        var files = new List<FileInfo>();
        await _protection.ProtectTreeAsync(_folder["tree"], _folder["enc"], encryptNames, false, NullObserver.Instance, files.Add, Token);
        var names = Directory.EnumerateFileSystemEntries(_folder["enc"], "*", SearchOption.AllDirectories).ToList();
        Assert.Equal(encryptNames, !names.Exists(name => name.Contains("empty", StringComparison.Ordinal)));
        Assert.Equal(Contents(_folder["tree"]).Count, Contents(_folder["enc"]).Count);
        // .NET itself has no way to name a file whose name is no UTF-8.
        Assert.All(files, file => Assert.True(file.Exists || PathText.HasRawBytes(file.Name)));
        await _protection.UnprotectTreeAsync(_folder["enc"], _folder["back"], false, NullObserver.Instance, files.Add, Token);
        Assert.Equal(Contents(_folder["tree"]), Contents(_folder["back"]));
        Assert.Equal("FileExists", await FailAsync(() => _protection.UnprotectTreeAsync(_folder["enc"], _folder["back"], false, NullObserver.Instance, files.Add, Token)));
        await _protection.UnprotectTreeAsync(_folder["enc"], _folder["back"], true, NullObserver.Instance, files.Add, Token);
    }

    [Fact]
    public async Task Too_long_names_are_all_named_before_anything_is_written()
    {
        var one = new string('x', 157);
        var two = "d/" + new string('é', 79);
        _folder.Write("tree/" + one, "1");
        _folder.Write("tree/" + two, "2");
        _folder.Write("tree/fine", "3");
        var failure = await Assert.ThrowsAsync<BackupException>(() =>
            _protection.ProtectTreeAsync(_folder["tree"], _folder["enc"], true, false, NullObserver.Instance, _ => { }, Token));
        Assert.Equal("NamesTooLong", failure.ErrorId);
        Assert.Equal([two, one], (string[])failure.Target!);
        Assert.False(Directory.Exists(_folder["enc"]));
        await _protection.ProtectTreeAsync(_folder["tree"], _folder["enc"], false, false, NullObserver.Instance, _ => { }, Token);
    }

    [Fact]
    public async Task A_wrong_password_or_a_strange_name_in_a_tree_writes_nothing()
    {
        MakeTree(_folder.Make("tree"), 100);
        await _protection.ProtectTreeAsync(_folder["tree"], _folder["enc"], true, false, NullObserver.Instance, _ => { }, Token);
        using var other = new FileProtection(Secret.Of("no"), TimeProvider.System);
        Assert.Equal("WrongPasswordOrDamaged", await FailAsync(() => other.UnprotectTreeAsync(_folder["enc"], _folder["back"], false, NullObserver.Instance, _ => { }, Token)));
        _folder.Write("enc/strange", "");
        Assert.Equal("WrongPasswordOrDamaged", await FailAsync(() => _protection.UnprotectTreeAsync(_folder["enc"], _folder["back"], false, NullObserver.Instance, _ => { }, Token)));
        Assert.False(Directory.Exists(_folder["back"]));
    }

    [Theory]
    [InlineData("..")]
    [InlineData(".")]
    public async Task A_name_that_would_lead_out_is_refused_even_from_who_has_the_password(string name)
    {
        using var keys = BackupKeys.Derive(Secret.Of("correct horse"));
        Directory.CreateDirectory(_folder["enc"]);
        await _protection.ProtectAsync(_folder.Write("evil", "x"), Path.Join(_folder.Make("enc/" + new FileNameCipher(keys).Encrypt(name)), new FileNameCipher(keys).Encrypt("evil2")), false, NullObserver.Instance, Token);
        Assert.Equal("WrongPasswordOrDamaged", await FailAsync(() => _protection.UnprotectTreeAsync(_folder["enc"], _folder["back/in"], false, NullObserver.Instance, _ => { }, Token)));
        Assert.False(File.Exists(_folder["back/evil2"]));
    }

    [Fact]
    public async Task What_is_neither_file_nor_folder_is_left_out_with_a_warning_and_a_tree_is_not_written_into_itself()
    {
        _folder.Write("tree/a", "1");
        File.CreateSymbolicLink(_folder["tree/link"], "a");
        var observer = new TestObserver();
        await _protection.ProtectTreeAsync(_folder["tree"], _folder["tree/enc"], false, false, observer, _ => { }, Token);
        await _protection.ProtectTreeAsync(_folder["tree"], _folder["tree/enc"], false, true, observer, _ => { }, Token);
        Assert.Equal(["a.enc"], Names(_folder["tree/enc"]));
        Assert.Contains("'link' is neither file nor folder", observer.Warnings.First(), StringComparison.Ordinal);
    }

    [Fact]
    public void Names_and_paths_come_back()
    {
        foreach (var path in new[] { "a", "data/pictures/a b.jpg", "..x/-y", "ключ/鍵/🔑" })
        {
            var encrypted = _protection.ProtectName(path);
            Assert.Equal(path.Count(c => c == '/'), encrypted.Count(c => c == '/'));
            Assert.Equal(path, _protection.UnprotectName(encrypted));
        }
        Assert.Equal("NameInvalid", Assert.Throws<BackupException>(() => _protection.ProtectName("/a")).ErrorId);
        Assert.Equal("NameInvalid", Assert.Throws<BackupException>(() => _protection.ProtectName("a//b")).ErrorId);
        Assert.Equal("NamesTooLong", Assert.Throws<BackupException>(() => _protection.ProtectName(new string('a', 157))).ErrorId);
        Assert.Equal("WrongPasswordOrDamaged", Assert.Throws<BackupException>(() => _protection.UnprotectName("plain")).ErrorId);
    }

    private static byte[] Flip(byte[] file, int at)
    {
        var damaged = (byte[])file.Clone();
        damaged[at] ^= 1;
        return damaged;
    }

    private static void MakeTree(string path, int longest)
    {
        using var root = LocalFileSystem.Open(path);
        var random = new SeededRandom(7);
        string[] names = ["empty", "a", "b.txt", "-dash", ".hidden", "ключ", PathText.FromBytes([0xFF, (byte)'x', 0x80]), "new\nline", new string('l', longest)];
        root.MakeDirectory("empty-folder");
        root.MakeDirectory("sub");
        root.MakeDirectory(PathText.FromBytes([0xC3, 0x28]));
        using var sub = root.OpenDirectory("sub");
        foreach (var (folder, name) in names.SelectMany(name => new[] { (root, name), (sub, name) }))
        {
            using var file = folder.CreateFile(name);
            file.Write(name == "empty" ? [] : random.Bytes(300 + random.Next(1000)), 0);
        }
    }

    private static List<string> Contents(string path) =>
    [
        .. TreeFile.Walk(path, "", _ => { }, Token)
            .Select(item => $"{PathText.ForDisplay(item.Path)} {(item.IsFolder ? "folder" : HashOf(item))}").Order(StringComparer.Ordinal),
    ];

    private static string HashOf(TreeFile file)
    {
        using var stream = file.Open();
        return Convert.ToHexStringLower(System.Security.Cryptography.SHA256.HashData(stream));
    }

    private static string[] Names(string path) => [.. Directory.EnumerateFileSystemEntries(path).Select(Path.GetFileName).OfType<string>().Order(StringComparer.Ordinal)];

    private static async Task<string> FailAsync(Func<Task> action) => (await Assert.ThrowsAsync<BackupException>(action)).ErrorId;
}
