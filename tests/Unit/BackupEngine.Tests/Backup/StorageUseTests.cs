using CloudBackup.Infrastructure;
using CloudBackup.Storage;
using CloudBackup.Storage.Decorators;
using CloudBackup.Tests.Support;
using Microsoft.Extensions.Time.Testing;

namespace CloudBackup.Tests.Backup;

/// <summary>What backups and restores ask of a storage.</summary>
public sealed class StorageUseTests
{
    private const int Files = 40;
    private const int FileLength = 1_200_000;

    private readonly Watch _watch = new();

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Theory]
    [InlineData(null)]
    [InlineData("a good password")]
    public async Task As_many_objects_are_read_at_a_time_as_fit_in_memory_and_no_more_of_them_than_there_should_be_I10(string? password)
    {
        using var platform = new TestPlatform(storage => new WatchedStorage(storage, _watch));
        await platform.SetUpAsync(
            site: site => site with { Format = BackupFormat.Rsync, Limits = new SiteLimits { DownloadConcurrency = Files, MemoryLimitBytes = 32L * 1024 * 1024 } },
            secrets: password is null ? null : Secret.Password(password));
        for (var i = 0; i < Files; i++)
        {
            File.WriteAllBytes(Path.Join(platform.Data, $"{i}"), new SeededRandom(i).Bytes(FileLength));
        }
        var backup = await platform.BackUpAsync();
        _watch.Clear();
        var test = await platform.Engine.AppBackups.TestAsync(backup.Id, deep: true, platform.Observer, Token);
        Assert.True(test.IsValid, string.Join('\n', test.Problems));
        Assert.Equal(Files, _watch.Lengths.Count(length => length is >= FileLength and <= FileLength + 100));
        Assert.InRange(_watch.MostOpen, 1, 16); // a megabyte twice for each
    }

    [Fact]
    public async Task A_storage_is_told_how_long_an_archive_is_likely_to_be()
    {
        using var platform = new TestPlatform(storage => new WatchedStorage(storage, _watch));
        await platform.SetUpAsync();
        File.WriteAllBytes(Path.Join(platform.Data, "file"), new SeededRandom(1).Bytes(FileLength));
        var first = await platform.BackUpAsync();
        Assert.Equal(0, _watch.LikelyLength);
        await platform.BackUpAsync();
        Assert.Equal(first.Size, _watch.LikelyLength);
    }

    [Fact]
    public async Task A_run_that_is_stopped_while_the_storage_does_not_answer_ends_and_the_next_one_tidies_up_I8()
    {
        var time = new FakeTimeProvider(TimeProvider.System.GetUtcNow());
        using var platform = new TestPlatform(storage => new WatchedStorage(storage, _watch), time: time);
        await platform.SetUpAsync();
        File.WriteAllBytes(Path.Join(platform.Data, "file"), new SeededRandom(1).Bytes(FileLength));
        using var stop = new CancellationTokenSource();
        _watch.HangsAt = path => path.Contains("/app_", StringComparison.Ordinal);
        var run = platform.BackUpAsync(token: stop.Token);
        await _watch.Hanging;
        _watch.Forget();
        await stop.CancelAsync();
        await _watch.Hanging; // at the removal of what was stored
        time.Advance(TimeSpan.FromSeconds(31));
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => run);
        Assert.Contains(platform.Observer.Warnings, warning => warning.Contains("the next backup tries again", StringComparison.Ordinal));
        _watch.HangsAt = _ => false;
        time.Advance(TimeSpan.FromSeconds(1));
        Assert.Equal(BackupState.Ready, (await platform.BackUpAsync()).State);
        Assert.Equal([BackupState.Ready, BackupState.Failed], platform.Engine.AppBackups.List().Select(record => record.State));
    }

    /// <summary>What was seen; it outlives the storages, of which each operation opens its own.</summary>
    private sealed class Watch
    {
        private readonly Lock _lock = new();
        private readonly List<long?> _lengths = [];
        private TaskCompletionSource _hanging = new(TaskCreationOptions.RunContinuationsAsynchronously);
        private int _open;

        public IReadOnlyList<long?> Lengths => _lengths;

        public int MostOpen { get; private set; }

        public long LikelyLength { get; set; }

        public Func<string, bool> HangsAt { get; set; } = _ => false;

        public Task Hanging => _hanging.Task;

        public void Forget() => _hanging = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);

        public void Clear()
        {
            _lengths.Clear();
            MostOpen = 0;
        }

        public void Open(long? length)
        {
            lock (_lock)
            {
                _lengths.Add(length);
                _open += IsLarge(length) ? 1 : 0;
                MostOpen = Math.Max(MostOpen, _open);
            }
        }

        public void Close(long? length)
        {
            lock (_lock)
            {
                _open -= IsLarge(length) ? 1 : 0;
            }
        }

        private static bool IsLarge(long? length) => length >= FileLength;

        public async Task PassAsync(string path, CancellationToken cancellationToken)
        {
            if (HangsAt(path))
            {
                _hanging.TrySetResult();
                await Task.Delay(Timeout.InfiniteTimeSpan, cancellationToken);
            }
        }
    }

    private sealed class WatchedStorage(IBackupStorage inner, Watch watch) : StorageDecorator(inner)
    {
        public override async Task<Stream> OpenReadAsync(string path, long offset, long? length, CancellationToken cancellationToken)
        {
            var stream = await Inner.OpenReadAsync(path, offset, length, cancellationToken);
            watch.Open(length);
            return new Watched(stream, () => watch.Close(length));
        }

        public override async Task<long> WriteAsync(string path, ObjectContent content, WriteMode mode, CancellationToken cancellationToken)
        {
            watch.LikelyLength = path.EndsWith(".tar.gz", StringComparison.Ordinal) ? content.LikelyLength : watch.LikelyLength;
            await watch.PassAsync(path, cancellationToken);
            return await Inner.WriteAsync(path, content, mode, cancellationToken);
        }

        public override async Task RemoveAsync(string path, CancellationToken cancellationToken)
        {
            await watch.PassAsync(path, cancellationToken);
            await Inner.RemoveAsync(path, cancellationToken);
        }
    }

    private sealed class Watched(Stream inner, Action onClose) : ReadOnlyStream
    {
        private bool _isClosed;

        public override ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default) =>
            inner.ReadAsync(buffer, cancellationToken);

        protected override void Dispose(bool disposing)
        {
            if (disposing && !_isClosed)
            {
                _isClosed = true;
                inner.Dispose();
                onClose();
            }
            base.Dispose(disposing);
        }
    }
}
