using CloudBackup.Storage;
using CloudBackup.Storage.Decorators;
using CloudBackup.Storage.FileSystem;
using CloudBackup.Storage.S3;
using CloudBackup.Tests.Fakes;
using CloudBackup.Tests.Support;

namespace CloudBackup.Tests.Storage.Decorators;

/// <summary>How a site's storage is put together.</summary>
public sealed class StorageStackTests
{
    private static readonly BackupSite Disk = new() { Name = "disk", Provider = "filesystem", Settings = new FileSystemSettings { Path = "/mnt" }, Prefix = "p" };

    private static readonly BackupSite Bucket = new()
    {
        Name = "bucket",
        Provider = "minio",
        Settings = new S3Settings { Bucket = "backups", Endpoint = "http://127.0.0.1:1" },
        Prefix = "p",
    };

    private static readonly StorageContext Context = new(TimeProvider.System, new SeededRandom(1), _ => { }, inner => inner)
    {
        Credential = new StorageCredential("key", "secret"),
    };

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Fact]
    public void A_storage_that_does_not_pace_itself_is_prefixed_retried_limited_and_logged_from_the_outside_in() => Assert.Equal(
        [typeof(PrefixedStorage), typeof(RetryStorage), typeof(ConcurrencyLimitStorage), typeof(LoggingStorage), typeof(FileSystemStorage)],
        Layers(StorageStack.Open(Disk, Context)));

    [Fact]
    public void A_storage_that_paces_itself_is_only_prefixed_and_logged() => Assert.Equal(
        [typeof(PrefixedStorage), typeof(LoggingStorage), typeof(S3Storage)], Layers(StorageStack.Open(Bucket, Context)));

    [Fact]
    public void Without_a_prefix_nothing_is_prefixed_and_what_a_test_injects_is_the_innermost() => Assert.Equal(
        [typeof(RetryStorage), typeof(ConcurrencyLimitStorage), typeof(LoggingStorage), typeof(FaultyStorage), typeof(FileSystemStorage)],
        Layers(StorageStack.Open(Disk with { Prefix = "" }, Context with { Intercept = inner => new FaultyStorage(inner) })));

    [Fact]
    public async Task A_sign_of_life_is_written_while_long_writes_hold_all_places()
    {
        await using var memory = new MemoryStorage();
        await using var storage = StorageStack.Decorate(memory, Disk with { Limits = new SiteLimits { UploadConcurrency = 1 } }, Context);
        var (entered, leave) = (new TaskCompletionSource(), new TaskCompletionSource());
        var content = ObjectContent.FromStream(new FailingStream(1000, null, () =>
        {
            entered.TrySetResult();
            leave.Task.Wait(Token);
        }));
        var longWrite = Task.Run(() => storage.WriteAsync("long", content, WriteMode.CreateNew, Token), Token);
        await entered.Task;
        var next = storage.WriteAsync("next", ObjectContent.FromBytes(new byte[1]), WriteMode.CreateNew, Token);
        await storage.WriteAsync("lease", ObjectContent.FromUrgentBytes(new byte[1]), WriteMode.CreateNew, Token);
        Assert.Equal(["p/lease"], memory.Objects.Keys);
        leave.SetResult();
        await Assert.ThrowsAsync<InvalidOperationException>(() => longWrite);
        await next;
    }

    private static List<Type> Layers(IBackupStorage storage)
    {
        var layers = new List<Type> { storage.GetType() };
        while (storage is StorageDecorator decorator)
        {
            storage = decorator.Inner;
            layers.Add(storage.GetType());
        }
        return layers;
    }
}
