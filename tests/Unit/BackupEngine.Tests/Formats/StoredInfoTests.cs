using CloudBackup.Formats;
using CloudBackup.Layout;

namespace CloudBackup.Tests.Formats;

/// <summary>A stored record is believed only when it tells of the content that backups of its format have.</summary>
public sealed class StoredInfoTests
{
    private static readonly ArchiveFacts Archive = new(3, 1);
    private static readonly ObjectFacts Objects = new(2, 5);

    public static TheoryData<BackupFormat, bool, bool, bool> Contents { get; } = new()
    {
        { BackupFormat.Tgz, true, false, true },
        { BackupFormat.Tgz, false, false, false },
        { BackupFormat.Tgz, false, true, false },
        { BackupFormat.Tgz, true, true, false },
        { BackupFormat.Rsync, false, true, true },
        { BackupFormat.Rsync, false, false, true },
        { BackupFormat.Rsync, true, false, false },
        { BackupFormat.Rsync, true, true, false },
    };

    [Theory]
    [MemberData(nameof(Contents))]
    public void A_record_tells_of_the_content_of_its_format(BackupFormat format, bool hasArchive, bool hasObjects, bool isRight)
    {
        var created = new DateTimeOffset(2026, 11, 23, 3, 15, 0, TimeSpan.Zero);
        var name = BackupNames.AppName("wiki.example.com", "1.2.0");
        var info = new BackupInfo
        {
            Id = $"{name}_01234567",
            AppId = Guid.CreateVersion7(created),
            Location = "wiki.example.com",
            PackageName = "wiki",
            Version = "1.2.0",
            RemotePath = $"{BackupNames.Tag(created)}/{name}",
            Created = created,
            Format = format,
            State = BackupState.Ready,
            FileCount = 2,
            Archive = hasArchive ? Archive : null,
            Objects = hasObjects ? Objects : null,
            Index = new IndexFacts(5, new string('0', 64), 0),
        };
        if (isRight)
        {
            Assert.Equal(info.Id, Open(info).Info.Id);
        }
        else
        {
            Assert.Contains("its content is not one of its format", Assert.Throws<BackupException>(() => Open(info)).Message, StringComparison.Ordinal);
        }
    }

    private static StoredInfo Open(BackupInfo info) =>
        StoredInfo.Open(info.ToBytes(), new BackupPaths(info.RemotePath, false), []);
}
