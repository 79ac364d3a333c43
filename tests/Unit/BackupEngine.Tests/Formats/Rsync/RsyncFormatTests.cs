using CloudBackup.Encryption;
using CloudBackup.Formats;
using CloudBackup.Formats.Rsync;
using CloudBackup.Storage;
using CloudBackup.Storage.FileSystem;
using CloudBackup.Tests.Conformance;
using CloudBackup.Tests.Fakes;
using CloudBackup.Tests.Support;

namespace CloudBackup.Tests.Formats.Rsync;

/// <summary>What every format must do, for one object a file.</summary>
public abstract class RsyncFormatConformance : FormatConformance, IDisposable
{
    private protected override IBackupFormat Format { get; } = new RsyncFormat();

    private protected override bool StoresHoles => false;

    private protected override bool StoresPieces => false;

    private protected override int RandomTrees => 3;

    private protected static BackupKeys Keys { get; } = BackupKeys.Derive("correct horse"u8);

    private protected TempFolder Disk { get; } = new();

    public void Dispose()
    {
        Disk.Dispose();
        GC.SuppressFinalize(this);
    }
}

public sealed class RsyncInMemoryTests : RsyncFormatConformance
{
    private protected override IBackupStorage OpenStorage() => new MemoryStorage();
}

public sealed class RsyncOnDiskTests : RsyncFormatConformance
{
    private protected override IBackupStorage OpenStorage() => new FileSystemStorage(Disk.Make($"{Guid.CreateVersion7():N}"), new SeededRandom(1));

    [Fact]
    public async Task A_stream_is_a_file_of_the_backup_and_is_stored_anew_each_time()
    {
        using var folder = new TempFolder();
        folder.Write("source/file", "content");
        await using var storage = OpenStorage();
        var starts = 0;
        for (var round = 1; round <= 2; round++)
        {
            await PackAsync(storage, folder, "source", extra: Dump(_ =>
            {
                starts++;
                return new MemoryStream(new SeededRandom(1).Bytes((3 * 1024 * 1024) + 1));
            }));
            var stored = Directory.GetFiles(Disk.Path, "db", SearchOption.AllDirectories).Where(path => path.Contains(RemotePath)).Single();
            Assert.Equal(new SeededRandom(1).Bytes((3 * 1024 * 1024) + 1), await File.ReadAllBytesAsync(stored, Token));
            await RemoveAsync(storage);
        }
        Assert.Equal(2, starts);
    }
}

public sealed class RsyncOnDiskWithoutLinksTests : RsyncFormatConformance
{
    private protected override IBackupStorage OpenStorage() =>
        new FileSystemStorage(Disk.Make($"{Guid.CreateVersion7():N}"), new SeededRandom(1), hasHardLinks: false);
}

/// <summary>No copy and no link: everything is uploaded each time.</summary>
public sealed class RsyncWithoutCopiesTests : RsyncFormatConformance
{
    private protected override IBackupStorage OpenStorage() => new PlainStorage(new MemoryStorage());
}

public sealed class RsyncEncryptedTests : RsyncFormatConformance
{
    private protected override int LongestName => 156;

    private protected override CipherPair Cipher { get; } = new(Keys, encryptNames: true);

    private protected override IBackupStorage OpenStorage() => new MemoryStorage();
}

public sealed class RsyncEncryptedReadableNamesTests : RsyncFormatConformance
{
    private protected override int LongestName => 251;

    private protected override CipherPair Cipher { get; } = new(Keys, encryptNames: false);

    private protected override IBackupStorage OpenStorage() => new FileSystemStorage(Disk.Make($"{Guid.CreateVersion7():N}"), new SeededRandom(1));
}
