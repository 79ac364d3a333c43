using CloudBackup.Infrastructure;

namespace CloudBackup.Tests.Infrastructure;

public sealed class ReadAheadTests
{
    private const int Many = 10 * ReadAhead.BatchLength;

    [Theory]
    [InlineData(0)]
    [InlineData(1)]
    [InlineData(ReadAhead.BatchLength - 1)]
    [InlineData(ReadAhead.BatchLength)]
    [InlineData(ReadAhead.BatchLength + 1)]
    [InlineData(2 * ReadAhead.BatchLength)]
    [InlineData(Many + 7)]
    public void All_items_come_in_their_order(int count) =>
        Assert.Equal(Enumerable.Range(0, count), ReadAhead.Of(Enumerable.Range(0, count)));

    [Fact]
    public void A_short_sequence_stays_on_the_thread_of_its_consumer()
    {
        var threads = ReadAhead.Of(Threads(ReadAhead.BatchLength)).ToList();

        Assert.Equal([Environment.CurrentManagedThreadId], threads.Distinct());
    }

    [Fact]
    public void A_long_sequence_is_read_on_a_thread_of_its_own()
    {
        var threads = ReadAhead.Of(Threads(Many)).ToList();

        Assert.NotEqual(Environment.CurrentManagedThreadId, threads[^1]);
    }

    [Theory]
    [InlineData(3)]
    [InlineData(ReadAhead.BatchLength)]
    [InlineData(Many + 3)]
    public void A_failure_comes_after_the_items_before_it(int failsAt)
    {
        var seen = new List<int>();

        var failure = Assert.Throws<FormatException>(() =>
        {
            foreach (var item in ReadAhead.Of(FailingAt(failsAt)))
            {
                seen.Add(item);
            }
        });

        Assert.Equal("broken", failure.Message);
        Assert.Equal(Enumerable.Range(0, failsAt), seen);
    }

    [Theory]
    [InlineData(1)]
    [InlineData(ReadAhead.BatchLength + 1)]
    [InlineData(Many)]
    public void A_consumer_that_stops_early_ends_and_disposes_the_source(int taken)
    {
        var ended = new List<string>();
        var made = 0;

        var items = ReadAhead.Of(Endless()).Take(taken).ToList();

        Assert.Equal(Enumerable.Range(0, taken), items);
        Assert.Equal(["disposed"], ended);
        Assert.InRange(made, taken, taken + (ReadAhead.BatchLength * (ReadAhead.BatchesAhead + 3)));

        IEnumerable<int> Endless()
        {
            try
            {
                while (true)
                {
                    yield return made++;
                }
            }
            finally
            {
                ended.Add("disposed");
            }
        }
    }

    private static IEnumerable<int> Threads(int count) => Enumerable.Range(0, count).Select(_ => Environment.CurrentManagedThreadId);

    private static IEnumerable<int> FailingAt(int count) =>
        Enumerable.Range(0, count + 1).Select(item => item < count ? item : throw new FormatException("broken"));
}
