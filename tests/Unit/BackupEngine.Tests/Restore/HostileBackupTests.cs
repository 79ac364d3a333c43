using System.Buffers;
using System.IO.Compression;
using System.Security.Cryptography;
using CloudBackup.FileTree;
using CloudBackup.Formats.Index;
using CloudBackup.Formats.Tar;
using CloudBackup.Layout;
using CloudBackup.Source;
using CloudBackup.Tests.Support;

namespace CloudBackup.Tests.Restore;

/// <summary>
/// Whoever can write to the storage makes a backup whose archive, index and record all agree, and tries to get out of the destination.
/// </summary>
public sealed class HostileBackupTests
{
    private static CancellationToken Token => TestContext.Current.CancellationToken;

    private static readonly Dictionary<string, EntryFacts[]> Attacks = new()
    {
        ["parent"] = [File("../evil")],
        ["parent in the middle"] = [File("data/../../evil")],
        ["absolute"] = [File("/tmp/evil")],
        ["dot"] = [File("data/./evil")],
        ["empty part"] = [File("data//evil")],
        ["zero byte"] = [File("data/ev\0il")],
        ["hard link outside"] = [Link(EntryKind.HardLink, "data/l", "../../etc/passwd")],
        ["absolute hard link"] = [Link(EntryKind.HardLink, "data/l", "/etc/passwd")],
        ["file through a symbolic link"] = [Link(EntryKind.SymbolicLink, "data/l", "/tmp"), File("data/l/evil")],
        ["folder through a symbolic link"] = [Link(EntryKind.SymbolicLink, "data/l", "/tmp"), Folder("data/l/evil")],
        ["link through a symbolic link"] = [Link(EntryKind.SymbolicLink, "data/l", "/tmp"), Link(EntryKind.SymbolicLink, "data/l/evil", "x")],
        ["symbolic link over a folder"] = [Folder("data/l"), File("data/l/x"), Link(EntryKind.SymbolicLink, "data/l", "/tmp")],
        ["file twice"] = [File("data/f"), File("data/f")],
        ["file and folder of one name"] = [File("data/f"), Folder("data/f")],
        ["hard link through a symbolic link"] = [Link(EntryKind.SymbolicLink, "data/l", "/etc"), Link(EntryKind.HardLink, "data/h", "data/l/passwd")],
    };

    public static TheoryData<string> AttackNames => [.. Attacks.Keys];

    [Theory]
    [MemberData(nameof(AttackNames))]
    public async Task Nothing_is_written_outside_and_the_destination_does_not_appear(string attack)
    {
        using var platform = await new TestPlatform().SetUpAsync();
        var id = await ForgeAsync(platform, [Folder("data"), .. Attacks[attack]]);
        var failure = await Assert.ThrowsAsync<BackupException>(() =>
            platform.Engine.AppBackups.RestoreToAsync(id, platform.Folder["out"], platform.Observer, Token));
        Assert.Contains(failure.ErrorId, new[] { "BackupHostile", "BackupDamaged", "DestinationUnusable" });
        Assert.False((await platform.Engine.AppBackups.TestAsync(id, platform.Observer, Token)).IsValid);
        Assert.False(Directory.Exists(platform.Folder["out"]));
        Assert.Empty(Directory.GetFileSystemEntries(platform.Folder.Path, "*evil*", SearchOption.AllDirectories));
        Assert.False(System.IO.File.Exists("/tmp/evil"));
        Assert.Equal(["data", "home", "site"], Directory.GetFileSystemEntries(platform.Folder.Path).Select(Path.GetFileName).Order());
    }

    [Fact]
    public async Task A_symbolic_link_to_anywhere_is_only_a_link()
    {
        using var platform = await new TestPlatform().SetUpAsync();
        var id = await ForgeAsync(platform, [Folder("data"), Link(EntryKind.SymbolicLink, "data/l", "/etc"), File("data/f")]);
        await platform.Engine.AppBackups.RestoreToAsync(id, platform.Folder["out"], platform.Observer, Token);
        Assert.Equal("/etc", new FileInfo(platform.Folder["out/data/l"]).LinkTarget);
    }

    [Fact]
    public async Task A_link_in_the_place_of_the_data_does_not_become_the_apps_data()
    {
        using var platform = await new TestPlatform().SetUpAsync();
        platform.Folder.Write("data/f", "mine");
        platform.Folder.Write("victim/v", "somebody else's");
        var id = await ForgeAsync(
            platform, [Link(EntryKind.SymbolicLink, "data", platform.Folder["victim"])], appId: platform.Engine.Apps.Get(TestPlatform.Location).Id);
        Assert.Contains((await Assert.ThrowsAsync<BackupException>(() => platform.RestoreAsync(id))).ErrorId, new[] { "BackupHostile", "BackupDamaged" });
        Assert.Null(new DirectoryInfo(platform.Data).LinkTarget);
        Assert.Equal("mine", await System.IO.File.ReadAllTextAsync(platform.Folder["data/f"], Token));
        Assert.Equal("somebody else's", await System.IO.File.ReadAllTextAsync(platform.Folder["victim/v"], Token));
    }

    [Fact]
    public async Task Members_that_inflate_to_more_than_they_say_are_refused()
    {
        using var platform = await new TestPlatform().SetUpAsync();
        var bomb = new byte[64 * 1024 * 1024];
        var id = await ForgeAsync(platform, [Folder("data"), File("data/bomb") with { Size = bomb.Length }], bomb);
        Assert.Equal("BackupDamaged", (await Assert.ThrowsAsync<BackupException>(() =>
            platform.Engine.AppBackups.RestoreToAsync(id, platform.Folder["out"], platform.Observer, Token))).ErrorId);
    }

    [Theory]
    [InlineData("-5")]
    [InlineData("99999999999")]
    [InlineData("0")]
    public async Task A_list_of_members_that_makes_no_sense_is_refused(string length)
    {
        using var platform = await new TestPlatform().SetUpAsync();
        var id = await ForgeAsync(platform, [Folder("data")], memberLength: length);
        Assert.Equal("BackupDamaged", (await Assert.ThrowsAsync<BackupException>(() =>
            platform.Engine.AppBackups.RestoreToAsync(id, platform.Folder["out"], platform.Observer, Token))).ErrorId);
    }

    private static EntryFacts File(string path) => new() { Path = path, Kind = EntryKind.File, Mode = 0x1A4, Size = 4 };

    private static EntryFacts Folder(string path) => new() { Path = path, Kind = EntryKind.Directory, Mode = 0x1ED };

    private static EntryFacts Link(EntryKind kind, string path, string target) => new() { Path = path, Kind = kind, LinkTarget = target };

    /// <summary>Stores a backup of these entries as our own format has it, and lets the catalog find it.</summary>
    private static async Task<string> ForgeAsync(TestPlatform platform, EntryFacts[] entries, byte[]? content = null, string? memberLength = null, Guid appId = default)
    {
        var config = new AppConfig { Id = appId, Location = "forged.example.com", Version = "1", DataDirectory = "/x" }.ToBytes();
        var all = entries.Prepend(new EntryFacts { Path = AppConfig.Path, Kind = EntryKind.File, Size = config.Length });
        using var tar = new MemoryStream();
        var lines = new ArrayBufferWriter<byte>();
        using var writer = new IndexEntryWriter();
        foreach (var entry in all)
        {
            var stored = entry.Kind != EntryKind.File ? [] : entry.Path == AppConfig.Path ? config : content ?? "evil"u8.ToArray();
            var hash = entry.Kind == EntryKind.File ? SHA256.HashData(stored) : null;
            writer.Write(new IndexEntry { Facts = entry, Sha256 = hash, Member = 0, Offset = (int)tar.Position }, lines);
            tar.Write(new TarHeaderWriter().Write(entry));
            tar.Write(stored);
            tar.SetLength(TarFormat.Padded(tar.Length));
            tar.Position = tar.Length;
        }
        var archive = new MemoryStream();
        var members = new[] { HandMadeMember.Of(tar.ToArray()), HandMadeMember.Of(new byte[1024]) };
        Array.ForEach(members, member => archive.Write(member));
        var (index, offset) = Index(lines.WrittenSpan.ToArray(), entries.Length + 1, members, memberLength);
        var bytes = config.Length + entries.Where(entry => entry.Kind == EntryKind.File).Sum(entry => entry.Size);
        return await StoreAsync(platform, archive.ToArray(), index, offset, appId, entries.Length + 1, bytes);
    }

    private static async Task<string> StoreAsync(TestPlatform platform, byte[] archive, byte[] index, long membersOffset, Guid appId, long entries, long bytes)
    {
        const string Remote = "2026-01-01-000000-000/app_forged.example.com_v1";
        var info = new BackupInfo
        {
            Id = "app_forged.example.com_v1_00000000",
            AppId = appId,
            Location = "forged.example.com",
            Version = "1",
            RemotePath = Remote,
            Created = new DateTimeOffset(2026, 1, 1, 0, 0, 0, TimeSpan.Zero),
            State = BackupState.Ready,
            FileCount = entries,
            SourceSize = bytes,
            Archive = new ArchiveFacts(archive.Length, 2),
            Index = new IndexFacts(index.Length, Convert.ToHexStringLower(SHA256.HashData(index)), membersOffset),
        };
        Directory.CreateDirectory(Path.Join(platform.SitePath, "2026-01-01-000000-000"));
        await System.IO.File.WriteAllBytesAsync(Path.Join(platform.SitePath, Remote + ".tar.gz"), archive, Token);
        await System.IO.File.WriteAllBytesAsync(Path.Join(platform.SitePath, Remote + ".index.gz"), index, Token);
        await System.IO.File.WriteAllBytesAsync(Path.Join(platform.SitePath, Remote + ".backupinfo"), info.ToBytes(), Token);
        return Assert.Single(await platform.Engine.SyncAsync(null, [], platform.Observer, Token)).Id;
    }

    private static (byte[] Bytes, long Offset) Index(byte[] lines, int count, byte[][] members, string? memberLength)
    {
        using var output = new MemoryStream();
        long offset;
        using (var index = new IndexWriter(output))
        {
            index.AddEntries(lines, count);
            Array.ForEach(members, member => index.AddMember(member.Length));
            offset = index.Complete();
        }
        if (memberLength is null)
        {
            return (output.ToArray(), offset);
        }
        output.SetLength(offset);
        output.Position = offset;
        var rest = members.Sum(member => member.Length) - long.Parse(memberLength, System.Globalization.CultureInfo.InvariantCulture);
        using (var gzip = new GZipStream(output, CompressionLevel.Fastest, leaveOpen: true))
        {
            gzip.Write(System.Text.Encoding.ASCII.GetBytes($"{{\"members\":[{memberLength},{rest}]}}\n{{\"end\":{count}}}\n"));
        }
        return (output.ToArray(), offset);
    }
}
