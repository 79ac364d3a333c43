namespace CloudBackup.Storage.Remote;

/// <summary>
/// Ends requests whose answer does not come, and transfers that do not get on: a failure that may pass. What is waited for depends on what the store
/// has to do.
/// </summary>
/// <param name="host">The store, for messages.</param>
/// <param name="options">After which time a transfer is broken.</param>
/// <param name="time">The clock.</param>
internal sealed class AnswerWatch(string host, RetryOptions options, TimeProvider time)
{
    /// <summary>The slowest line on which the end of a content is waited for, in bytes a second.</summary>
    private const double SlowestLine = 16 * 1024;

    /// <summary>What an answer may take that the store has at hand.</summary>
    private static readonly TimeSpan AnswerLimit = TimeSpan.FromMinutes(1);

    /// <summary>What the answer to a content may take.</summary>
    private static readonly TimeSpan LongestAnswer = TimeSpan.FromMinutes(5);

    /// <summary>What an answer may take that the store has to work for: putting parts together, copying. A first try waits for less.</summary>
    private static readonly TimeSpan WorkLimit = TimeSpan.FromMinutes(10);

    /// <summary>The request of this flow that the store works for; null when it is another one.</summary>
    private static readonly AsyncLocal<Work?> Working = new();

    /// <summary>
    /// Says that bytes of the answer to this flow's request have come. A store that works for long sends blanks before its answer: it is alive, and
    /// asking it again would not make it faster.
    /// </summary>
    public static void NoteAnswer() => Working.Value?.Extend();

    /// <summary>Sends a request whose answer the store has at hand.</summary>
    public Task<T> AskAsync<T>(Func<CancellationToken, Task<T>> send, CancellationToken cancellationToken) =>
        WaitAsync(send, AnswerLimit, cancellationToken);

    /// <summary>Sends a request that the store has to work for.</summary>
    /// <param name="send">Sends it.</param>
    /// <param name="clock">Tells how long this try waits.</param>
    /// <param name="more">What the work takes besides.</param>
    /// <param name="cancellationToken">Stops.</param>
    public async Task<T> WorkAsync<T>(Func<CancellationToken, Task<T>> send, SilenceClock clock, TimeSpan more, CancellationToken cancellationToken)
    {
        var patience = clock.Patience(WorkLimit) + more;
        using var watch = new IdleWatch(patience, time, cancellationToken, clock);
        Working.Value = new Work(watch, patience, WorkLimit + more, time);
        return await StallAsTransientAsync(() => send(watch.Token), watch, cancellationToken).ConfigureAwait(false);
    }

    /// <summary>The same for work that takes no longer the more there is.</summary>
    public Task<T> WorkAsync<T>(Func<CancellationToken, Task<T>> send, SilenceClock clock, CancellationToken cancellationToken) =>
        WorkAsync(send, clock, TimeSpan.Zero, cancellationToken);

    /// <summary>Sends a request with a content, and watches that it gets on.</summary>
    public async Task<T> SendAsync<T>(
        PartBuffer content, SilenceClock clock, Func<Stream, CancellationToken, Task<T>> send, CancellationToken cancellationToken)
    {
        using var watch = new IdleWatch(options.StallAfter, time, cancellationToken, clock);
        var stream = new WatchedStream(content.AsStream(), watch, AnswerLimitOf(content.Length));
        await using var _ = stream.ConfigureAwait(false);
        return await StallAsTransientAsync(() => send(stream, watch.Token), watch, cancellationToken).ConfigureAwait(false);
    }

    /// <summary>Receives a content, and watches that it gets on.</summary>
    public async Task ReceiveAsync(SilenceClock clock, Func<IdleWatch, Task> receive, CancellationToken cancellationToken)
    {
        using var watch = new IdleWatch(options.StallAfter, time, cancellationToken, clock);
        await StallAsTransientAsync(
            async () =>
            {
                await receive(watch).ConfigureAwait(false);
                return true;
            },
            watch,
            cancellationToken).ConfigureAwait(false);
    }

    /// <summary>How long the answer to a content may take: its end may still be in a buffer of this machine when all of it is handed over.</summary>
    private static TimeSpan AnswerLimitOf(long length)
    {
        var limit = AnswerLimit + TimeSpan.FromSeconds(length / SlowestLine);
        return limit < LongestAnswer ? limit : LongestAnswer;
    }

    private async Task<T> WaitAsync<T>(Func<CancellationToken, Task<T>> send, TimeSpan atMost, CancellationToken cancellationToken)
    {
        using var watch = new IdleWatch(atMost, time, cancellationToken);
        return await StallAsTransientAsync(() => send(watch.Token), watch, cancellationToken).ConfigureAwait(false);
    }

    /// <summary>A transfer that the watch has ended failed for a reason that may pass.</summary>
    private async Task<T> StallAsTransientAsync<T>(Func<Task<T>> transfer, IdleWatch watch, CancellationToken cancellationToken)
    {
        try
        {
            return await transfer().ConfigureAwait(false);
        }
        catch (Exception failure) when (watch.Token.IsCancellationRequested && !cancellationToken.IsCancellationRequested)
        {
            throw new StorageException(StorageErrorKind.Transient, "", $"{host} has gone silent.", failure);
        }
    }

    /// <summary>A request that the store works for: each sign of life gives it as long again, until it has taken as long as such work may.</summary>
    private sealed class Work(IdleWatch watch, TimeSpan patience, TimeSpan longest, TimeProvider time)
    {
        private readonly long _start = time.GetTimestamp();

        public void Extend()
        {
            var rest = longest - time.GetElapsedTime(_start);
            if (rest > TimeSpan.Zero)
            {
                watch.WaitForAnswer(rest < patience ? rest : patience);
            }
        }
    }
}
