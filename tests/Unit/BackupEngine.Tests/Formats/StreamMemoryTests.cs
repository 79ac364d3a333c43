using CloudBackup.Formats;
using CloudBackup.Infrastructure;
using CloudBackup.Layout;
using CloudBackup.Progress;
using CloudBackup.Source;
using CloudBackup.Storage.FileSystem;
using CloudBackup.Tests.Support;

namespace CloudBackup.Tests.Formats;

/// <summary>Measures the memory of the whole process, so nothing else may run meanwhile.</summary>
[Collection(Alone.Name)]
public sealed class StreamMemoryTests
{
    private const long Step = 10_000_000;

    [Theory]
    [InlineData(BackupFormat.Tgz)]
    [InlineData(BackupFormat.Rsync)]
    public async Task The_memory_that_a_stream_takes_does_not_grow_with_its_length_I10(BackupFormat kind)
    {
        using var folder = new TempFolder();
        var (read, next, first, most) = (0L, Step, 0L, 0L);
        var item = new StreamItem("dump", default, _ => Task.FromResult<Stream>(new MeasuredStream(25 * Step, count =>
        {
            read += count;
            if (read < next)
            {
                return;
            }
            next += Step;
            var memory = GC.GetTotalMemory(forceFullCollection: true);
            // By the fifth step all that is kept for the run is there.
            first = read <= 5 * Step ? memory : first;
            most = Math.Max(most, memory);
        })))
        { PieceLength = 1024 * 1024 };
        await using var storage = new FileSystemStorage(folder.Make("storage"), new SeededRandom(1));
        await BackupFormats.Get(kind).WriteAsync(
            new FormatWriteRequest
            {
                Storage = storage,
                Paths = new BackupPaths("2026-11-23-031500-123/app_x_v1", IsEncrypted: false),
                Items = [item],
                SpoolFolder = folder.Make("spool"),
                Issues = new SourceIssues(continueOnError: false),
                Counters = new RunCounters(),
                Limits = new SiteLimits { MemoryLimitBytes = 64 * 1024 * 1024 },
                Snapshot = new SnapshotPlace { Name = "6f1e", LocalFolder = folder.Make("sync"), Random = new SystemRandomSource() },
            },
            TestContext.Current.CancellationToken);
        Assert.Equal(25 * Step, read);
        // What other tests have left in pools comes and goes; a fifth of what came meanwhile would be more.
        Assert.InRange(most - first, long.MinValue, 4 * Step);
    }
}
