namespace CloudBackup.Storage.Remote;

/// <summary>
/// What every request to the store passes: retry outside, then the limit of requests at a time, then the store's rate. Here and not around
/// the storage, because one call of the storage may be thousands of requests, each of which is tried again for itself. Once the store has been given
/// up, its next requests are tried once only until one succeeds, so that tidying up after a lost store does not take as long as losing it did. A
/// failure that stays is that of one request (<see cref="StorageException.IsOutage"/>).
/// </summary>
internal sealed class RequestGate
{
    private readonly Func<Exception, string, StorageException> _translate;
    private readonly RetryPipeline _retry;
    private readonly RequestPacer _pacer;
    private readonly StorageContext _context;
    private readonly RetryOptions _once;
    private readonly RetryOptions _untilAnswered;
    private long _lastSuccess;
    private volatile bool _isGivenUp;

    /// <summary>Creates the gate.</summary>
    /// <param name="capabilities">How many requests at a time do the store good.</param>
    /// <param name="requestsPerSecond">The requests a second that the store allows; null for no number.</param>
    /// <param name="translate">Tells what the failure of a request about an object means.</param>
    /// <param name="context">The site's limits, the clock and the log.</param>
    public RequestGate(
        StorageCapabilities capabilities, double? requestsPerSecond, Func<Exception, string, StorageException> translate, StorageContext context)
    {
        (_translate, _context) = (translate, context);
        _once = context.Retry with { GiveUpAfter = TimeSpan.Zero };
        _untilAnswered = context.Retry with { GiveUpUnreadableAfter = TimeSpan.Zero };
        _lastSuccess = context.Time.GetTimestamp();
        _retry = new RetryPipeline(context.Retry, context.Time, context.Log);
        _pacer = new RequestPacer(requestsPerSecond, context.Time);
        Uploads = new AdaptiveLimiter(context.Limits.UploadConcurrency ?? capabilities.UploadConcurrency, context.Log);
        Downloads = new AdaptiveLimiter(context.Limits.DownloadConcurrency ?? capabilities.DownloadConcurrency, context.Log);
        Copies = new AdaptiveLimiter(context.Limits.CopyConcurrency ?? capabilities.CopyConcurrency, context.Log);
    }

    /// <summary>Requests that send content, and those that remove.</summary>
    public AdaptiveLimiter Uploads { get; }

    /// <summary>Requests that receive content, and those that look.</summary>
    public AdaptiveLimiter Downloads { get; }

    /// <summary>Requests that let the store copy.</summary>
    public AdaptiveLimiter Copies { get; }

    /// <summary>Sends one request, again if need be.</summary>
    /// <param name="limiter">Which requests it counts among.</param>
    /// <param name="path">The object that it is about, for the message; empty for the bucket.</param>
    /// <param name="request">One try. A <see cref="StorageException"/> of its own passes as it is.</param>
    /// <param name="cancellationToken">Stops.</param>
    /// <param name="tries">How often it may be sent.</param>
    public Task<T> RunAsync<T>(
        AdaptiveLimiter limiter, string path, Func<CancellationToken, Task<T>> request, CancellationToken cancellationToken, Tries tries = Tries.Many) =>
        RunAsync(limiter, path, (_, token) => request(token), cancellationToken, tries);

    /// <summary>The same for a request that tells when bytes move.</summary>
    /// <param name="limiter">Which requests it counts among.</param>
    /// <param name="path">The object that it is about.</param>
    /// <param name="request">One try.</param>
    /// <param name="cancellationToken">Stops.</param>
    /// <param name="tries">How often it may be sent.</param>
    public async Task<T> RunAsync<T>(
        AdaptiveLimiter limiter,
        string path,
        Func<SilenceClock, CancellationToken, Task<T>> request,
        CancellationToken cancellationToken,
        Tries tries = Tries.Many)
    {
        try
        {
            var result = await _retry.RunAsync(
                (clock, token) => limiter.RunAsync(() => TryAsync(path, clock, request, token), token),
                cancellationToken,
                tries == Tries.One || _isGivenUp ? _once : tries == Tries.UntilAnswered ? _untilAnswered : _context.Retry).ConfigureAwait(false);
            Volatile.Write(ref _lastSuccess, _context.Time.GetTimestamp());
            _isGivenUp = false;
            return result;
        }
        catch (StorageException failure) when (failure.IsRetriable)
        {
            if (tries != Tries.UntilAnswered || failure.Kind != StorageErrorKind.Unreadable)
            {
                var silence = _context.Time.GetElapsedTime(Volatile.Read(ref _lastSuccess));
                _isGivenUp = _isGivenUp || tries == Tries.One || silence >= GiveUpAfter(failure) / 2;
            }
            throw failure.OfOneRequest();
        }
    }

    private TimeSpan GiveUpAfter(StorageException failure) =>
        failure.Kind == StorageErrorKind.Unreadable ? _context.Retry.GiveUpUnreadableAfter : _context.Retry.GiveUpAfter;

    private async Task<T> TryAsync<T>(
        string path, SilenceClock clock, Func<SilenceClock, CancellationToken, Task<T>> request, CancellationToken cancellationToken)
    {
        await _pacer.WaitAsync(cancellationToken).ConfigureAwait(false);
        clock.Advance();
        try
        {
            return await request(clock, cancellationToken).ConfigureAwait(false);
        }
        catch (Exception) when (cancellationToken.IsCancellationRequested)
        {
            // Whatever the torn connection says: it was torn by us.
            throw new OperationCanceledException(cancellationToken);
        }
        catch (Exception failure) when (failure is not StorageException)
        {
            throw _translate(failure, path);
        }
    }
}
