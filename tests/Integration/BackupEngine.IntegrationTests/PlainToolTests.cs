using CloudBackup.FileTree;
using CloudBackup.Tests.Support;

namespace CloudBackup.IntegrationTests;

/// <summary>Plain tools read an archive and give back the very tree.</summary>
public sealed class PlainToolTests
{
    [Fact]
    public async Task GNU_tar_gives_a_tree_identical_to_the_source()
    {
        Tools.NeedRoot();
        Tools.Need("tar", "rsync", "gzip", "setfacl");
        using var platform = await new TestPlatform().SetUpAsync();
        SampleTree.MakeRich(platform.Data, new SeededRandom(1));
        Tools.Run("chown", "12345:54321", Path.Join(platform.Data, "text.txt"));
        Tools.Run("chown", "-h", "3000000:4000000", Path.Join(platform.Data, "links/broken"));
        Tools.Run("chown", "1000:1000", Path.Join(platform.Data, "folders"));
        Tools.Run("setfacl", "-m", "u:1234:rwx,g:4321:r", Path.Join(platform.Data, "text.txt"));
        Tools.Run("setfacl", "-d", "-m", "u:1234:rwx", Path.Join(platform.Data, "folders/empty"));
        var backup = await platform.BackUpAsync();
        var archive = Path.Join(platform.SitePath, backup.RemotePath + ".tar.gz");
        Tools.Run("gzip", "-t", archive);
        var plain = platform.Folder.Make("plain");
        var result = Tools.Try("tar", "--xattrs", "--xattrs-include=*", "--warning=no-timestamp", "--same-owner", "-xpzf", archive, "-C", plain);
        Assert.Equal((0, ""), (result.ExitCode, result.Error));
        Assert.Equal("", Tools.Run("rsync", "-anicAXH", "--delete", platform.Data + "/", plain + "/data/"));
        await platform.Engine.AppBackups.RestoreToAsync(backup.Id, platform.Folder["own"], platform.Observer, TestContext.Current.CancellationToken);
        Assert.Equal("", Tools.Run("rsync", "-anicAXH", "--delete", platform.Data + "/", platform.Folder["own/data/"]));
        Assert.Equal(Tree.Describe(platform.Data), Tree.Describe(platform.Folder["own/data"]));
    }

    [Theory]
    [InlineData("tar", "-tzf")]
    [InlineData("bsdtar", "-tzf")]
    [InlineData("python3", "-c", "import sys,tarfile; [print(m.name.encode('utf-8','surrogateescape').hex()) for m in tarfile.open(sys.argv[1])]")]
    [InlineData("busybox", "tar", "-tzf")]
    public async Task A_plain_tool_lists_every_entry(string program, params string[] arguments)
    {
        Tools.Need(program);
        using var platform = await new TestPlatform().SetUpAsync();
        SampleTree.MakeRich(platform.Data, new SeededRandom(1));
        File.Delete(Path.Join(platform.Data, "names/new\nline")); // would be two lines
        var backup = await platform.BackUpAsync();
        var result = Tools.Try(program, [.. arguments, Path.Join(platform.SitePath, backup.RemotePath + ".tar.gz")]);
        Assert.Equal((0, ""), (result.ExitCode, result.Error));
        Assert.Equal(backup.FileCount, result.Output.Split('\n', StringSplitOptions.RemoveEmptyEntries).Length);
    }

    [Fact]
    public async Task Bsdtar_and_python_extract_the_contents()
    {
        using var platform = await new TestPlatform().SetUpAsync();
        SampleTree.MakeSmall(platform.Data, new SeededRandom(1), files: 200, largest: 20_000);
        File.WriteAllBytes(Path.Join(platform.Data, "large"), new SeededRandom(2).Bytes(5_000_000));
        var backup = await platform.BackUpAsync();
        var archive = Path.Join(platform.SitePath, backup.RemotePath + ".tar.gz");
        var tried = 0;
        foreach (var (program, arguments) in new (string, string[])[]
        {
            ("bsdtar", ["-xpf", archive, "-C"]),
            ("python3", ["-c", "import sys,tarfile; tarfile.open(sys.argv[1]).extractall(sys.argv[2])", archive]),
            ("busybox", ["tar", "-xzf", archive, "-C"]),
        })
        {
            if (Tools.Has(program))
            {
                Tools.Run(program, [.. arguments, platform.Folder.Make(program)]);
                Assert.Equal(Contents(platform.Data), Contents(platform.Folder[$"{program}/data"]));
                tried++;
            }
        }
        Assert.SkipUnless(tried > 0, "Neither bsdtar nor python3 nor busybox is installed here.");
    }

    [Fact]
    public async Task Real_files_of_the_system_come_back_identical()
    {
        Tools.NeedRoot();
        Tools.Need("rsync");
        using var platform = new TestPlatform();
        await platform.SetUpAsync(app => app with { DataDirectory = "/usr/share" });
        var backup = await platform.BackUpAsync();
        Assert.Equal(BackupState.Ready, backup.State);
        await platform.Engine.AppBackups.RestoreToAsync(backup.Id, platform.Folder["out"], platform.Observer, TestContext.Current.CancellationToken);
        Assert.Equal("", Tools.Run("rsync", "-anicAXH", "--delete", "/usr/share/", platform.Folder["out/data/"]));
    }

    [Fact]
    public async Task A_file_over_8_GiB_goes_through_and_plain_tools_know_its_size()
    {
        Tools.Need("tar", "gzip", "dd");
        using var platform = await new TestPlatform().SetUpAsync();
        const long Size = (9L << 30) + 12345;
        using (var file = File.Create(Path.Join(platform.Data, "huge")))
        {
            file.SetLength(Size);
            file.Position = Size - 3;
            file.Write([1, 2, 3]);
        }
        File.WriteAllText(Path.Join(platform.Data, "zz-after"), "after");
        var backup = await platform.BackUpAsync();
        Assert.Equal(BackupState.Ready, backup.State);
        // Unpacked once, holes left out, so that those programs that can seek need no time.
        var tar = platform.Folder["huge.tar"];
        Tools.Run("sh", "-c", $"gzip -dc '{Path.Join(platform.SitePath, backup.RemotePath + ".tar.gz")}' | dd of='{tar}' bs=1M iflag=fullblock conv=sparse status=none");
        foreach (var (program, arguments) in new (string, string[])[]
        {
            ("tar", ["-tvf", tar]),
            ("bsdtar", ["-tvf", tar]),
            ("busybox", ["tar", "-tvf", tar]),
            ("python3", ["-c", "import sys,tarfile; [print('', m.size, m.name) for m in tarfile.open(sys.argv[1])]", tar]),
            ("7z", ["l", tar]),
        })
        {
            if (Tools.Has(program))
            {
                var listing = Tools.Run(program, arguments);
                Assert.Contains($" {Size} ", listing, StringComparison.Ordinal);
                Assert.Contains("data/zz-after", listing, StringComparison.Ordinal);
            }
        }
        await platform.Engine.AppBackups.RestoreToAsync(backup.Id, platform.Folder["out"], platform.Observer, TestContext.Current.CancellationToken);
        // The restore itself has checked the hash of every byte.
        using var restored = LocalFileSystem.Open(platform.Folder["out/data"]);
        Assert.Equal(Size, restored.Stat("huge").Size);
        Assert.True(restored.Stat("huge").Allocated < 1_000_000);
        using var huge = restored.OpenFile("huge");
        var tail = new byte[10];
        Assert.Equal(4, huge.Read(tail, Size - 4));
        Assert.Equal([0, 1, 2, 3], tail[..4]);
    }

    private static List<string> Contents(string folder) =>
    [
        .. Directory.EnumerateFiles(folder, "*", SearchOption.AllDirectories).Order(StringComparer.Ordinal)
            .Select(path => $"{Path.GetRelativePath(folder, path)} {Convert.ToHexString(System.Security.Cryptography.SHA256.HashData(File.ReadAllBytes(path)))}"),
    ];
}
