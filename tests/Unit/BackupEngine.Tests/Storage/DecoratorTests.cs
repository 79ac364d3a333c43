using CloudBackup.Infrastructure;
using CloudBackup.Storage;
using CloudBackup.Storage.Decorators;
using CloudBackup.Storage.FileSystem;
using CloudBackup.Tests.Fakes;
using CloudBackup.Tests.Support;
using Microsoft.Extensions.Time.Testing;

namespace CloudBackup.Tests.Storage;

public sealed class DecoratorTests
{
    private static readonly RetryOptions Quick = new() { BaseDelay = TimeSpan.FromMilliseconds(1), LongestDelay = TimeSpan.FromMilliseconds(2) };

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Only_what_may_pass_is_retried()
    {
        foreach (var kind in Enum.GetValues<StorageErrorKind>())
        {
            var tries = 0;
            var faulty = new FaultyStorage(new MemoryStorage()) { Before = (_, _, path) => { tries++; if (tries < 3) { throw FaultyStorage.Error(kind, path); } } };
            var storage = new RetryStorage(faulty, Quick, TimeProvider.System, _ => { });
            if (kind is StorageErrorKind.Transient or StorageErrorKind.Throttled or StorageErrorKind.Unreadable)
            {
                Assert.Null(await storage.FindAsync("x", Token));
                Assert.Equal(3, tries);
            }
            else
            {
                Assert.Equal(kind, (await Assert.ThrowsAsync<StorageException>(() => storage.FindAsync("x", Token))).Kind);
                Assert.Equal(1, tries);
            }
        }
    }

    [Fact]
    public async Task A_storage_that_stays_away_is_given_up_in_time()
    {
        var time = new FakeTimeProvider { AutoAdvanceAmount = TimeSpan.FromMilliseconds(1) };
        var tries = 0;
        var faulty = new FaultyStorage(new MemoryStorage()) { Before = (_, _, path) => { tries++; throw FaultyStorage.Error(StorageErrorKind.Transient, path); } };
        var storage = new RetryStorage(faulty, new RetryOptions { GiveUpAfter = TimeSpan.FromMinutes(5) }, time, _ => { });
        var call = storage.FindAsync("x", Token);
        for (var i = 0; i < 1000 && !call.IsCompleted; i++)
        {
            time.Advance(TimeSpan.FromSeconds(10));
            await Task.Yield();
        }
        Assert.Equal(StorageErrorKind.Transient, (await Assert.ThrowsAsync<StorageException>(() => call)).Kind);
        Assert.InRange(tries, 5, 100);
    }

    [Fact]
    public async Task A_rewindable_content_is_written_again_a_one_shot_is_not()
    {
        var tries = 0;
        var faulty = new FaultyStorage(new MemoryStorage())
        {
            Before = (_, call, path) => { if (call == "write" && ++tries == 1) { throw FaultyStorage.Error(StorageErrorKind.Transient, path); } },
        };
        var storage = new RetryStorage(faulty, Quick, TimeProvider.System, _ => { });
        Assert.Equal(3, await storage.WriteAsync("a", ObjectContent.FromBytes(new byte[3]), WriteMode.CreateNew, Token));
        tries = 0;
        await Assert.ThrowsAsync<StorageException>(() =>
            storage.WriteAsync("b", ObjectContent.FromStream(new MemoryStream(new byte[3])), WriteMode.CreateNew, Token));
    }

    [Fact]
    public async Task A_flush_that_failed_is_told_since_the_next_one_would_say_that_all_is_well()
    {
        using var folder = new TempFolder();
        var flushes = 0;
        var faulty = new FaultyStorage(new FileSystemStorage(folder.Path, new SystemRandomSource()))
        {
            Before = (_, call, path) => { if (call == "flush" && ++flushes == 1) { throw FaultyStorage.Error(StorageErrorKind.Transient, path); } },
        };
        var storage = new RetryStorage(faulty, Quick, TimeProvider.System, _ => { });
        await Assert.ThrowsAsync<StorageException>(() => storage.FlushAsync(Token));
        Assert.Equal(1, flushes);
    }

    [Fact]
    public async Task A_cancelled_call_is_not_started()
    {
        var faulty = new FaultyStorage(new MemoryStorage());
        var storage = new RetryStorage(faulty, Quick, TimeProvider.System, _ => { });
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() =>
            storage.WriteAsync("a", ObjectContent.FromBytes(new byte[3]), WriteMode.CreateNew, new CancellationToken(canceled: true)));
        Assert.Equal(0, faulty.Calls);
    }

    [Fact]
    public async Task Of_many_objects_only_those_that_may_pass_are_removed_again()
    {
        var tries = new List<string>();
        var faulty = new FaultyStorage(new MemoryStorage())
        {
            Before = (_, call, path) =>
            {
                if (call != "remove")
                {
                    return;
                }
                tries.Add(path);
                if (path == "held" || (path == "flaky" && tries.Count(tried => tried == path) < 3))
                {
                    throw FaultyStorage.Error(path == "held" ? StorageErrorKind.AccessDenied : StorageErrorKind.Transient, path);
                }
            },
        };
        var storage = new RetryStorage(faulty, Quick, TimeProvider.System, _ => { });
        foreach (var path in new[] { "a", "b" })
        {
            await storage.WriteAsync(path, ObjectContent.FromBytes(new byte[1]), WriteMode.CreateNew, Token);
        }
        var failures = await storage.RemoveAllAsync(["a", "held", "flaky", "b"], Token);
        Assert.Equal(("held", StorageErrorKind.AccessDenied), (Assert.Single(failures).Path, failures[0].Reason.Kind));
        Assert.Equal(["a", "b", "flaky", "flaky", "flaky", "held"], tries.Order(StringComparer.Ordinal));
        Assert.Equal(0, await storage.ListAsync("", recursive: true, Token).CountAsync(Token));
    }

    [Fact]
    public async Task The_log_names_calls_and_failures()
    {
        var lines = new List<string>();
        var faulty = new FaultyStorage(new MemoryStorage());
        var storage = new LoggingStorage(faulty, TimeProvider.System, lines.Add);
        await storage.WriteAsync("a/b", ObjectContent.FromBytes(new byte[3]), WriteMode.CreateNew, Token);
        faulty.Before = (_, _, path) => throw FaultyStorage.Error(StorageErrorKind.AccessDenied, path);
        await Assert.ThrowsAsync<StorageException>(() => storage.RemoveAsync("a/b", Token));
        Assert.Contains("write a/b: done in", lines[0], StringComparison.Ordinal);
        Assert.Contains("3 bytes", lines[0], StringComparison.Ordinal);
        Assert.Contains("remove a/b: failed", lines[1], StringComparison.Ordinal);
    }

    [Fact]
    public void A_decorator_has_an_ability_exactly_when_the_storage_inside_has_it()
    {
        var abilities = typeof(IBackupStorage).Assembly.GetTypes()
            .Where(type => type.IsInterface && type.Namespace == typeof(IBackupStorage).Namespace)
            .Where(type => type != typeof(IBackupStorage) && type != typeof(IChunkSource)).ToList();
        Assert.Contains(typeof(IFreeSpace), abilities);
        var files = new FileSystemStorage("/", new SeededRandom(1));
        var unlinked = new FileSystemStorage("/", new SeededRandom(1), hasHardLinks: false);
        Assert.Null(unlinked.As<ILinkTrial>());
        foreach (var ability in abilities)
        {
            Assert.True(ability.IsAssignableFrom(typeof(StorageDecorator)), $"StorageDecorator does not pass on {ability.Name}.");
            var method = typeof(IBackupStorage).GetMethod(nameof(IBackupStorage.As))!.MakeGenericMethod(ability);
            foreach (var inner in new IBackupStorage[] { new MemoryStorage(), files, unlinked })
            {
                var decorated = new RetryStorage(new PrefixedStorage(inner, "p"), Quick, TimeProvider.System, _ => { });
                Assert.Equal(method.Invoke(inner, null) is null, method.Invoke(decorated, null) is null);
            }
        }
    }

    [Fact]
    public async Task Copying_a_folder_is_tried_again_and_what_is_done_is_not_done_twice()
    {
        using var folder = new TempFolder();
        var disk = new FileSystemStorage(folder.Path, new SeededRandom(1));
        foreach (var name in new[] { "a", "b", "c" })
        {
            folder.Write($"from/{name}", name);
        }
        var tries = 0;
        var faulty = new FaultyStorage(disk)
        {
            After = (call, path) =>
            {
                if (call is "copyfolder" && ++tries % 2 == 1)
                {
                    // Done, and not told so: the last of them did not make it.
                    File.Delete(folder["to/c"]);
                    throw FaultyStorage.Error(StorageErrorKind.Transient, path);
                }
            },
        };
        var storage = new RetryStorage(faulty, Quick, TimeProvider.System, _ => { });
        Assert.Equal(["d"], await storage.CopyFolderAsync("from", "to", ["a", "b", "c", "d"], Token));
        Assert.Equal(["a", "b", "c"], Directory.GetFiles(folder["to"]).Select(Path.GetFileName).Order(StringComparer.Ordinal));
        Assert.Equal(2, tries);
        await disk.DisposeAsync();
    }
}
