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

/// <summary>The whole stack as the engine uses it, over a storage that fails every third call in a way that may pass.</summary>
public sealed class DecoratedFlakyStorageConformance : StorageConformance
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
        var limiter = new AdaptiveLimiter(3, _ => { });
        var limited = new ConcurrencyLimitStorage(new LoggingStorage(faulty, TimeProvider.System, _ => { }), limiter, limiter, limiter);
        var options = new RetryOptions { BaseDelay = TimeSpan.FromMilliseconds(1), LongestDelay = TimeSpan.FromMilliseconds(5) };
        await test(new RetryStorage(limited, options, TimeProvider.System, _ => { }));
        Assert.True(limiter.Current >= 1);
    }
}
