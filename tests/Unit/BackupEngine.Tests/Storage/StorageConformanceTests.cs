using CloudBackup.Storage;
using CloudBackup.Storage.Decorators;
using CloudBackup.Storage.FileSystem;
using CloudBackup.Tests.Conformance;
using CloudBackup.Tests.Fakes;
using CloudBackup.Tests.Support;

namespace CloudBackup.Tests.Storage;

public sealed class FileSystemStorageConformance : StorageConformance
{
    private protected override async Task UseAsync(Func<IBackupStorage, Task> test)
    {
        using var folder = new TempFolder();
        await using var storage = new FileSystemStorage(folder.Path, new SeededRandom(1));
        await test(storage);
        Assert.DoesNotContain(Directory.EnumerateFiles(folder.Path, "*", SearchOption.AllDirectories), path => path.Contains(".cbpart-", StringComparison.Ordinal));
    }
}

public sealed class UnlinkedFileSystemStorageConformance : StorageConformance
{
    private protected override async Task UseAsync(Func<IBackupStorage, Task> test)
    {
        using var folder = new TempFolder();
        await using var storage = new FileSystemStorage(folder.Path, new SeededRandom(1), hasHardLinks: false);
        await test(storage);
    }
}

public sealed class PrefixedStorageConformance : StorageConformance
{
    private protected override async Task UseAsync(Func<IBackupStorage, Task> test)
    {
        using var folder = new TempFolder();
        folder.Write("backups/server.other/neighbour", "not ours");
        folder.Write("neighbour", "not ours");
        await using var storage = new PrefixedStorage(new FileSystemStorage(folder.Path, new SeededRandom(1)), "backups/server");
        await test(storage);
        Assert.Equal("not ours", File.ReadAllText(folder["backups/server.other/neighbour"]));
    }
}

public sealed class MemoryStorageConformance : StorageConformance
{
    private protected override async Task UseAsync(Func<IBackupStorage, Task> test) => await test(new MemoryStorage());
}

public sealed class FaultlessFaultyStorageConformance : StorageConformance
{
    private protected override async Task UseAsync(Func<IBackupStorage, Task> test) => await test(new FaultyStorage(new MemoryStorage()));
}

/// <summary>The stack that a site gets, over a disk.</summary>
public sealed class StackedFileSystemStorageConformance : StorageConformance
{
    private protected override async Task UseAsync(Func<IBackupStorage, Task> test)
    {
        using var folder = new TempFolder();
        folder.Write("neighbour", "not ours");
        var site = new BackupSite
        {
            Name = "local",
            Provider = "filesystem",
            Prefix = "backups/server",
            Settings = new FileSystemSettings { Path = folder.Path },
        };
        await using var storage = StorageStack.Open(site, new StorageContext(TimeProvider.System, new SeededRandom(1), _ => { }, inner => inner));
        await test(storage);
        Assert.Equal("not ours", File.ReadAllText(folder["neighbour"]));
        Assert.Subset(new HashSet<string> { "backups", "neighbour" }, Directory.EnumerateFileSystemEntries(folder.Path).Select(path => Path.GetFileName(path)).ToHashSet());
    }
}

/// <summary>The stack that a site gets, over a storage that fails every third call in a way that may pass.</summary>
public sealed class StackedFlakyStorageConformance : StorageConformance
{
    private protected override async Task UseAsync(Func<IBackupStorage, Task> test)
    {
        var faulty = new FaultyStorage(new MemoryStorage())
        {
            Before = (number, call, path) =>
            {
                // A one-shot content cannot be written twice; S3's parts, which can, are the S3 provider's own tests.
                if (number % 3 == 0 && call != "write")
                {
                    throw FaultyStorage.Error(number % 2 == 0 ? StorageErrorKind.Transient : StorageErrorKind.Throttled, path);
                }
            },
        };
        var site = new BackupSite
        {
            Name = "flaky",
            Provider = "noop",
            Settings = new NoopSettings(),
            Limits = new SiteLimits { UploadConcurrency = 3, DownloadConcurrency = 3, CopyConcurrency = 3 },
        };
        await test(StorageStack.Decorate(faulty, site, new StorageContext(TimeProvider.System, new SeededRandom(1), _ => { }, inner => inner)
        {
            Retry = new RetryOptions { BaseDelay = TimeSpan.FromMilliseconds(1), LongestDelay = TimeSpan.FromMilliseconds(5) },
        }));
    }
}
