using CloudBackup.Infrastructure;

namespace CloudBackup.Tests.Memory;

public sealed class GarbageWatchTests
{
    private const long Megabyte = 1024 * 1024;

    [Fact]
    public void Garbage_beyond_the_share_of_a_small_limit_is_collected()
    {
        using var watch = GarbageWatch.Start(64 * Megabyte);
        Assert.NotNull(watch);
        for (var round = 0; round < 3; round++)
        {
            var before = GC.CollectionCount(0);
            MakeGarbage();
            // By the watch, or on a machine with a small cache by the runtime before it.
            while (GC.CollectionCount(0) == before)
            {
                TestContext.Current.CancellationToken.WaitHandle.WaitOne(1);
            }
        }
    }

    [Fact]
    public void Where_much_memory_is_allowed_the_runtime_is_left_alone()
    {
        using var watch = GarbageWatch.Start(4096 * Megabyte);
        Assert.Null(watch);
    }

    [Fact]
    public void A_watch_that_ends_asks_for_nothing_more()
    {
        var watch = GarbageWatch.Start(1)!;
        watch.Dispose();
        var collections = watch.Collections;
        MakeGarbage();
        TestContext.Current.CancellationToken.WaitHandle.WaitOne(100); // ten times what it would wait
        Assert.Equal(collections, watch.Collections);
    }

    /// <summary>Three times what is worth a collection.</summary>
    private static void MakeGarbage()
    {
        for (var i = 0; i < 500; i++)
        {
            GC.KeepAlive(new byte[50_000]);
        }
    }
}
