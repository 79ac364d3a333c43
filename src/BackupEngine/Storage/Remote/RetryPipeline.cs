using Polly;
using Polly.Retry;

namespace CloudBackup.Storage.Remote;

/// <summary>
/// Tries again what failed for a reason that may pass, with waits that grow and jitter. Looks only at
/// <see cref="StorageException.IsRetriable"/>.
/// </summary>
internal sealed class RetryPipeline
{
    private static readonly ResiliencePropertyKey<SilenceClock> Clock = new("clock");
    private static readonly ResiliencePropertyKey<RetryOptions> Options = new("options");

    private readonly ResiliencePipeline _pipeline;
    private readonly RetryOptions _options;
    private readonly TimeProvider _time;

    /// <summary>Creates the pipeline.</summary>
    /// <param name="options">How long to try.</param>
    /// <param name="time">The clock of the waits.</param>
    /// <param name="log">Told of each retry.</param>
    public RetryPipeline(RetryOptions options, TimeProvider time, Action<string> log)
    {
        _options = options;
        _time = time;
        _pipeline = new ResiliencePipelineBuilder { TimeProvider = time }.AddRetry(new RetryStrategyOptions
        {
            MaxRetryAttempts = int.MaxValue,
            BackoffType = DelayBackoffType.Exponential,
            UseJitter = true,
            Delay = options.BaseDelay,
            MaxDelay = options.LongestDelay,
            ShouldHandle = arguments => ValueTask.FromResult(
                arguments.Outcome.Exception is StorageException { IsRetriable: true } failure && IsWithinTime(failure, arguments.Context)),
            DelayGenerator = arguments => ValueTask.FromResult((arguments.Outcome.Exception as StorageException)?.RetryAfter),
            OnRetry = arguments =>
            {
                log($"Retry {arguments.AttemptNumber + 1} in {arguments.RetryDelay.TotalSeconds:F1} s: {arguments.Outcome.Exception?.Message}");
                return ValueTask.CompletedTask;
            },
        }).Build();
    }

    /// <summary>Runs <paramref name="call"/> until it succeeds, fails for good, or has failed for too long.</summary>
    /// <param name="call">One try.</param>
    /// <param name="cancellationToken">Stops; a cancelled call is not started.</param>
    /// <param name="options">How long to try this call; null for as long as the pipeline says.</param>
    public Task<T> RunAsync<T>(Func<CancellationToken, Task<T>> call, CancellationToken cancellationToken, RetryOptions? options = null) =>
        RunAsync((_, token) => call(token), cancellationToken, options);

    /// <summary>The same for a call that tells when it waits for nothing but the storage, and when something moves.</summary>
    /// <param name="call">One try.</param>
    /// <param name="cancellationToken">Stops; a cancelled call is not started.</param>
    /// <param name="options">How long to try this call; null for as long as the pipeline says.</param>
    public async Task<T> RunAsync<T>(
        Func<SilenceClock, CancellationToken, Task<T>> call, CancellationToken cancellationToken, RetryOptions? options = null)
    {
        cancellationToken.ThrowIfCancellationRequested();
        var context = ResilienceContextPool.Shared.Get(cancellationToken);
        var clock = new SilenceClock(_time, _options.StallAfter);
        context.Properties.Set(Clock, clock);
        context.Properties.Set(Options, options ?? _options);
        try
        {
            return await _pipeline.ExecuteAsync(
                static async (context, state) =>
                {
                    state.clock.Queue();
                    return await state.call(state.clock, context.CancellationToken).ConfigureAwait(false);
                },
                context,
                (clock, call)).ConfigureAwait(false);
        }
        finally
        {
            ResilienceContextPool.Shared.Return(context);
        }
    }

    /// <summary>A storage that asks to be left alone for longer than there is time is not waited for.</summary>
    private bool IsWithinTime(StorageException failure, ResilienceContext context)
    {
        var options = context.Properties.GetValue(Options, _options);
        var limit = failure.Kind == StorageErrorKind.Unreadable && options.GiveUpUnreadableAfter < options.GiveUpAfter
            ? options.GiveUpUnreadableAfter
            : options.GiveUpAfter;
        var silence = context.Properties.GetValue(Clock, null!).Fail();
        return silence < limit && silence + (failure.RetryAfter ?? TimeSpan.Zero) <= limit;
    }
}
