using CloudBackup.Formats.Tgz;

namespace CloudBackup.Tests.Formats.Tgz;

/// <summary>Threads that work together, and fail together.</summary>
public sealed class WorkerCrewTests
{
    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Waiting_ends_when_all_threads_have_ended()
    {
        using var crew = new WorkerCrew(null, Token);
        var done = 0;
        for (var i = 0; i < 4; i++)
        {
            crew.Start(_ => Interlocked.Increment(ref done));
        }
        await crew.WaitAsync();
        Assert.Equal(4, done);
        Assert.False(crew.Failed.IsCompleted);
    }

    [Fact]
    public async Task The_first_failure_ends_the_others_and_is_the_one_that_is_thrown()
    {
        var told = new List<Exception>();
        using var crew = new WorkerCrew(told.Add, Token);
        var first = new InvalidOperationException("first");
        using var others = new CountdownEvent(3);
        for (var i = 0; i < 3; i++)
        {
            crew.Start(stopping =>
            {
                others.Signal();
                stopping.WaitHandle.WaitOne();
                throw new InvalidOperationException("later");
            });
        }
        crew.Start(_ =>
        {
            others.Wait(Token);
            throw first;
        });
        Assert.Same(first, await Assert.ThrowsAsync<InvalidOperationException>(crew.WaitAsync));
        Assert.Same(first, await Assert.ThrowsAsync<InvalidOperationException>(() => crew.Failed));
        Assert.Same(first, Assert.Single(told));
        Assert.True(crew.Stopping.IsCancellationRequested);
    }

    [Fact]
    public async Task Cancelling_from_outside_ends_the_threads_I8()
    {
        using var stop = CancellationTokenSource.CreateLinkedTokenSource(Token);
        using var crew = new WorkerCrew(null, stop.Token);
        crew.Start(stopping =>
        {
            stopping.WaitHandle.WaitOne();
            stopping.ThrowIfCancellationRequested();
        });
        await stop.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(crew.WaitAsync);
    }

    [Fact]
    public void Disposing_stops_the_threads_and_waits_for_them()
    {
        var hasEnded = false;
        using (var crew = new WorkerCrew(null, Token))
        {
            crew.Start(stopping =>
            {
                stopping.WaitHandle.WaitOne();
                Volatile.Write(ref hasEnded, true);
            });
        }
        Assert.True(hasEnded);
    }
}
