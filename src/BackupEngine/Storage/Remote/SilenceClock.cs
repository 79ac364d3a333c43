namespace CloudBackup.Storage.Remote;

/// <summary>
/// Measures how long a call has got nowhere, over all its tries: the waits between them, and what of a try passes without a byte moving. Time in
/// a queue, and time in which bytes move, does not count: on a slow line it would use up what there is for trying again.
/// </summary>
/// <param name="time">The clock.</param>
/// <param name="mostOfOneTry">Of one try counts so much at most, so that a storage that takes its time to answer is asked more than twice.</param>
internal sealed class SilenceClock(TimeProvider time, TimeSpan mostOfOneTry)
{
    private TimeSpan _silence;
    private long _since;
    private int _failures;

    /// <summary>
    /// How long this try waits for an answer: as long as a stall takes, and twice as long after each failure. So a lost request costs little, and
    /// a storage that has to work for long gets its time.
    /// </summary>
    /// <param name="atMost">What the answer may take.</param>
    public TimeSpan Patience(TimeSpan atMost)
    {
        var wanted = mostOfOneTry * (1 << Math.Min(_failures, 10));
        return wanted < atMost ? wanted : atMost;
    }

    /// <summary>The wait is over, and the next try stands in a queue for its turn.</summary>
    public void Queue()
    {
        _silence += _failures > 0 ? SinceLast : TimeSpan.Zero;
        Advance();
    }

    /// <summary>Something has moved: the try's turn has come, or bytes go over the line.</summary>
    public void Advance() => Volatile.Write(ref _since, time.GetTimestamp());

    /// <summary>The try has failed; tells for how long the call has got nowhere since its first failure.</summary>
    public TimeSpan Fail()
    {
        var lost = SinceLast;
        _silence += _failures == 0 ? TimeSpan.Zero : lost < mostOfOneTry ? lost : mostOfOneTry;
        _failures++;
        Advance();
        return _silence;
    }

    private TimeSpan SinceLast => time.GetElapsedTime(Volatile.Read(ref _since));
}
