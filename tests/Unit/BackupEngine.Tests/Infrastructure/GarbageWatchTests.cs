using CloudBackup.Infrastructure;

namespace CloudBackup.Tests.Infrastructure;

public sealed class GarbageWatchTests
{
    private const long Megabyte = 1024 * 1024;

    [Theory]
    [InlineData(64)]
    [InlineData(4096)]
    public void Garbage_is_collected_whatever_the_limit(long megabytes)
    {
        using var watch = GarbageWatch.Start(megabytes * Megabyte);
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
    public void A_watch_that_ends_asks_for_nothing_more()
    {
        var watch = GarbageWatch.Start(1);
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
