using System.Security.Cryptography;
using System.Text;
using CloudBackup.Layout;
using CloudBackup.Tests.Support;

namespace CloudBackup.Tests.Trust;

/// <summary>What a writer to the storage can put there.</summary>
internal enum Attack
{
    RsyncWithoutObjects,
    RsyncWithoutFolder,
    Rsync,
    Tgz,
    Partial,
    OtherApp,
    OtherLocation,
    Copy,
    TwinThatIsPlain,
    TwinThatIsRandom,
    Random,
    Malformed,
    Replaced,
    Box,
}

/// <summary>Writes records that are not encrypted, or garbage, to a site's folder: all that an attacker without a key can do.</summary>
internal sealed class RecordForger(TestPlatform platform)
{
    private readonly Guid _app = platform.Engine.Apps.Get(TestPlatform.Location).Id;
    private int _number;

    /// <summary>Attacks a site, at a time, with the help of a good backup.</summary>
    public string Run(Attack attack, DateTimeOffset created, SiteBackup good)
    {
        created = DateTimeOffset.FromUnixTimeMilliseconds(created.ToUnixTimeMilliseconds() + ++_number);
        var info = InfoOf(created);
        switch (attack)
        {
            case Attack.Rsync:
                return Store(Rsync(info) with { Objects = new ObjectFacts(1, 2) });
            case Attack.RsyncWithoutFolder:
                return Store(Rsync(info) with { Objects = new ObjectFacts(1, 2) }, hasFolder: false);
            case Attack.RsyncWithoutObjects:
                return Store(Rsync(info));
            case Attack.Partial:
                return Store(info with { State = BackupState.Partial });
            case Attack.OtherApp:
                return Store(info with { AppId = Guid.CreateVersion7(created) });
            case Attack.OtherLocation:
                return Store(Moved(info, BackupNames.AppName("a.example.com", "1.2.0")) with { Location = "a.example.com" });
            case Attack.Copy:
                return Store(info with { Id = good.Id });
            case Attack.TwinThatIsPlain:
                return Store(info with { Id = good.Id, RemotePath = good.RemotePath, Created = good.Created }, keepsOthers: true);
            case Attack.Replaced when !good.Encrypted:
                var text = File.ReadAllText(PathOf(good.RemotePath, BackupNames.InfoExtension));
                File.WriteAllText(PathOf(good.RemotePath, BackupNames.InfoExtension), text.Replace("\"fileCount\": ", "\"fileCount\": 1", StringComparison.Ordinal));
                return good.RemotePath;
            case Attack.TwinThatIsRandom when !good.Encrypted:
                Write(PathOf(good.RemotePath, BackupNames.InfoExtension + BackupNames.EncryptedExtension), RandomBytes());
                return good.RemotePath;
            case Attack.Random or Attack.TwinThatIsRandom or Attack.Replaced:
                Write(PathOf(info.RemotePath, BackupNames.InfoExtension + BackupNames.EncryptedExtension), RandomBytes());
                return info.RemotePath;
            case Attack.Malformed:
                Write(PathOf(info.RemotePath, BackupNames.InfoExtension), Encoding.UTF8.GetBytes("{\"cloudbackupInfo\":1,\"id\":null}"));
                return info.RemotePath;
            case Attack.Box:
                return Store(PlatformOf(info));
            default:
                return Store(info);
        }
    }

    private string PathOf(string remotePath, string extension) => Path.Join(platform.SitePath, remotePath + extension);

    private byte[] RandomBytes()
    {
        var bytes = new byte[500];
        new SeededRandom(_number).Fill(bytes);
        return bytes;
    }

    private BackupInfo InfoOf(DateTimeOffset created)
    {
        var name = BackupNames.AppName(TestPlatform.Location, "1.2.0");
        return new BackupInfo
        {
            Id = $"{name}_{_number:x8}",
            AppId = _app,
            Location = TestPlatform.Location,
            PackageName = "wiki",
            Version = "1.2.0",
            RemotePath = $"{BackupNames.Tag(created)}/{name}",
            Created = created,
            Format = BackupFormat.Tgz,
            State = BackupState.Ready,
            FileCount = 2,
            Archive = new ArchiveFacts(3, 1),
            Index = new IndexFacts(5, Convert.ToHexStringLower(SHA256.HashData("index"u8)), 0),
        };
    }

    private BackupInfo Moved(BackupInfo info, string name) =>
        info with { Id = $"{name}_{_number:x8}", RemotePath = $"{BackupNames.Tag(info.Created)}/{name}" };

    private BackupInfo PlatformOf(BackupInfo info) => Moved(info, "box_v1.0.0") with
    {
        Type = BackupType.Box,
        AppId = null,
        Location = null,
        PackageName = null,
        PlatformId = Guid.CreateVersion7(info.Created),
        DependsOn = [],
        Apps = [],
        Version = "1.0.0",
    };

    private static BackupInfo Rsync(BackupInfo info) => info with { Format = BackupFormat.Rsync, Archive = null };

    private string Store(BackupInfo info, bool hasFolder = true, bool keepsOthers = false)
    {
        var contents = new List<(string Extension, byte[] Content)> { (BackupNames.IndexExtension, "index"u8.ToArray()) };
        if (info.Format == BackupFormat.Tgz)
        {
            contents.Add((BackupNames.ArchiveExtension, "tgz"u8.ToArray()));
        }
        else if (hasFolder)
        {
            contents.Add(("/config.json", "{}"u8.ToArray()));
        }
        contents.Add((BackupNames.InfoExtension, info.ToBytes()));
        foreach (var (extension, content) in contents.Where(item => !keepsOthers || !File.Exists(PathOf(info.RemotePath, item.Extension))))
        {
            Write(PathOf(info.RemotePath, extension), content);
        }
        return info.RemotePath;
    }

    private static void Write(string path, byte[] content)
    {
        Directory.CreateDirectory(Path.GetDirectoryName(path)!);
        File.WriteAllBytes(path, content);
    }
}
