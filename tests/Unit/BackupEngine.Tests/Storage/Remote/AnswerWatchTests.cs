using CloudBackup.Storage;
using CloudBackup.Storage.Remote;
using Microsoft.Extensions.Time.Testing;

namespace CloudBackup.Tests.Storage.Remote;

public sealed class AnswerWatchTests
{
    private readonly FakeTimeProvider _time = new();
    private readonly AnswerWatch _answers;
    private readonly SilenceClock _clock;
    private TimeSpan _silentAfter;

    public AnswerWatchTests()
    {
        _answers = new AnswerWatch("store.lan", new RetryOptions(), _time);
        _clock = new SilenceClock(_time, new RetryOptions().StallAfter);
    }

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Work_of_which_signs_of_life_come_is_waited_for() =>
        Assert.Equal(9, await _answers.WorkAsync(stop => WorkAsync(minutes: 9, signsOfLife: true, stop), _clock, Token));

    [Fact]
    public async Task Work_without_a_sign_of_life_is_given_up_after_a_minute() =>
        await ExpectSilenceAsync(_answers.WorkAsync(stop => WorkAsync(minutes: 9, signsOfLife: false, stop), _clock, Token), minutes: 1);

    [Fact]
    public async Task Work_that_is_never_done_is_given_up_whatever_comes() =>
        await ExpectSilenceAsync(_answers.WorkAsync(stop => WorkAsync(minutes: 90, signsOfLife: true, stop), _clock, Token), minutes: 10);

    [Fact]
    public async Task An_answer_that_the_store_has_at_hand_is_given_up_after_a_minute_whatever_comes() =>
        await ExpectSilenceAsync(_answers.AskAsync(stop => WorkAsync(minutes: 9, signsOfLife: true, stop), Token), minutes: 1);

    private async Task ExpectSilenceAsync(Task<int> request, int minutes)
    {
        var failure = await Assert.ThrowsAsync<StorageException>(() => request);
        Assert.Equal((StorageErrorKind.Transient, "store.lan has gone silent."), (failure.Kind, failure.Message));
        Assert.InRange(_silentAfter.TotalMinutes, minutes, minutes + 0.5);
    }

    private async Task<int> WorkAsync(int minutes, bool signsOfLife, CancellationToken stop)
    {
        await Task.Yield();
        var start = _time.GetTimestamp();
        for (var halves = 0; halves < 2 * minutes; halves++)
        {
            if (signsOfLife)
            {
                AnswerWatch.NoteAnswer();
            }
            _time.Advance(TimeSpan.FromSeconds(30));
            _silentAfter = _time.GetElapsedTime(start);
            stop.ThrowIfCancellationRequested();
        }
        return minutes;
    }
}
