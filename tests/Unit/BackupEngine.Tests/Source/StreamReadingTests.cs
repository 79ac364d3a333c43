using System.Security.Cryptography;
using CloudBackup.FileTree;
using CloudBackup.Source;
using CloudBackup.Tests.Support;

namespace CloudBackup.Tests.Source;

/// <summary>Reading what a producer writes to a pipe.</summary>
public sealed class StreamReadingTests
{
    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Fact]
    public async Task The_producer_is_started_by_the_first_read_and_ended_with_the_reading()
    {
        var producer = new SilentStream(after: 10, () => { });
        var starts = 0;
        var item = new StreamItem("dump", default, _ =>
        {
            starts++;
            return Task.FromResult<Stream>(producer);
        });
        await using (var reading = new StreamReading(item))
        {
            Assert.Equal(0, starts);
            await reading.ReadExactlyAsync(new byte[10], Token);
            Assert.Equal((1, 10, false), (starts, reading.Count, reading.IsComplete));
            Assert.Throws<InvalidOperationException>(() => reading.Hash);
        }
        Assert.True(producer.IsDisposed);
    }

    [Fact]
    public async Task The_hash_is_that_of_all_content_and_each_stretch_is_counted()
    {
        var content = new SeededRandom(1).Bytes(500_000);
        long counted = 0;
        await using var reading = new StreamReading(Item(() => new TrickleStream(content)), count => counted += count);
        await reading.CopyToAsync(Stream.Null, Token);
        Assert.True(reading.IsComplete);
        Assert.Equal((500_000, 500_000), (reading.Count, counted));
        Assert.Equal(SHA256.HashData(content), reading.Hash);
    }

    [Fact]
    public async Task An_item_can_be_read_once_more_when_its_producer_starts_again()
    {
        var item = Item(() => new MemoryStream([1, 2, 3]));
        for (var round = 0; round < 2; round++)
        {
            await using var reading = new StreamReading(item);
            await reading.CopyToAsync(Stream.Null, Token);
            Assert.Equal(SHA256.HashData([1, 2, 3]), reading.Hash);
        }
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task Whatever_the_producer_fails_with_is_told_as_its_failure(bool startsAtAll)
    {
        Exception[] failures =
        [
            new IOException("Broken pipe"), new InvalidOperationException("odd"), new OperationCanceledException("its own patience"),
            new FileTreeException(FileTreeErrorKind.AccessDenied, "read", "/x", "Permission denied"),
        ];
        foreach (var failure in failures)
        {
            await using var reading = new StreamReading(Item(() => startsAtAll ? new FailingStream(10, failure) : throw failure));
            var broken = await Assert.ThrowsAsync<StreamBrokenException>(() => reading.CopyToAsync(Stream.Null, Token));
            Assert.Equal(("SourceUnreadable", "dump"), (broken.Failure.ErrorId, broken.Item.Path));
            Assert.False(reading.IsComplete);
        }
    }

    [Fact]
    public async Task A_failure_that_has_words_for_users_keeps_them()
    {
        var failure = new BackupException("DumpFailed", BackupErrorCategory.CommandFailed, "pg_dump ended with code 1", "db");
        await using var reading = new StreamReading(Item(() => new FailingStream(10, failure)));
        var broken = await Assert.ThrowsAsync<StreamBrokenException>(() => reading.CopyToAsync(Stream.Null, Token));
        Assert.Same(failure, broken.Failure);
    }

    [Fact]
    public async Task Cancelling_is_no_failure_of_the_producer_I8()
    {
        using var stop = new CancellationTokenSource();
        await using var reading = new StreamReading(Item(() => new SilentStream(after: 10, stop.Cancel)));
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => reading.CopyToAsync(Stream.Null, stop.Token));
    }

    private static StreamItem Item(Func<Stream> start) => new("dump", default, _ => Task.FromResult(start()));
}
