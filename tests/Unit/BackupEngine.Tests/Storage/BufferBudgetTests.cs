using CloudBackup.Storage;
using CloudBackup.Tests.Support;

namespace CloudBackup.Tests.Storage;

public sealed class BufferBudgetTests
{
    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Buffers_wait_for_room_and_come_in_order()
    {
        var budget = new BufferBudget(10);
        var first = await budget.TakeAsync(6, Token);
        var second = budget.TakeAsync(6, Token);
        var third = budget.TakeAsync(1, Token);
        Assert.False(second.IsCompleted);
        Assert.False(third.IsCompleted); // there would be room, but it is not its turn
        Assert.Null(budget.TryTake(1));
        first.Dispose();
        (await second).Dispose();
        (await third).Dispose();
        budget.TryTake(10)!.Dispose();
    }

    [Fact]
    public async Task More_than_there_is_comes_when_nothing_else_is_out()
    {
        var budget = new BufferBudget(10);
        var small = await budget.TakeAsync(1, Token);
        var large = budget.TakeAsync(100, Token);
        Assert.False(large.IsCompleted);
        small.Dispose();
        (await large).Dispose();
    }

    [Fact]
    public async Task What_readers_keep_keeps_nobody_waiting_for_ever()
    {
        var budget = new BufferBudget(10);
        using var kept = budget.TryTake(9);
        var first = budget.TakeAsync(6, Token);
        var second = budget.TakeAsync(6, Token);
        Assert.True(first.IsCompleted);
        Assert.False(second.IsCompleted);
        (await first).Dispose();
        (await second).Dispose();
        Assert.Null(budget.TryTake(2));
    }

    [Fact]
    public async Task A_cancelled_wait_lets_the_next_one_pass()
    {
        var budget = new BufferBudget(10);
        var held = await budget.TakeAsync(5, Token);
        using var stop = new CancellationTokenSource();
        var large = budget.TakeAsync(8, stop.Token);
        var small = budget.TakeAsync(5, Token);
        await stop.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => large);
        (await small).Dispose();
        held.Dispose();
        budget.TryTake(10)!.Dispose();
    }

    [Fact]
    public async Task Who_must_go_on_gets_what_there_is_room_for_and_a_chunk_where_there_is_none()
    {
        const int All = 5 * PartBuffer.ChunkLength;
        var budget = new BufferBudget(All);
        using var whole = budget.TakeSome(All);
        using var chunk = budget.TakeSome(All);
        using var less = budget.TakeSome(10_001);
        Assert.Equal((All, PartBuffer.ChunkLength, 10_001), (whole.Capacity, chunk.Capacity, less.Capacity));
        Assert.Null(budget.TryTake(1));
        var waiting = budget.TakeAsync(1, Token);
        whole.Dispose();
        (await waiting).Dispose();
    }

    [Theory]
    [InlineData(0)]
    [InlineData(1)]
    [InlineData(PartBuffer.ChunkLength)]
    [InlineData((3 * PartBuffer.ChunkLength) + 17)]
    public async Task A_buffer_gives_back_what_was_put_in(int length)
    {
        var content = new SeededRandom(length).Bytes(length);
        var budget = new BufferBudget(100_000_000);
        for (var round = 0; round < 2; round++)
        {
            using var part = await budget.TakeAsync(length + round, Token);
            await part.FillAsync(new TrickleStream(content), Token);
            Assert.Equal((length, round == 0), ((int)part.Length, part.IsFull));
            using var read = new MemoryStream();
            await part.AsStream().CopyToAsync(read, Token);
            Assert.Equal(content, read.ToArray());
        }
    }
}
