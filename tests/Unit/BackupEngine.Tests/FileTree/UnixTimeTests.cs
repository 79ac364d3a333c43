using CloudBackup.FileTree;
using CsCheck;

namespace CloudBackup.Tests.FileTree;

public sealed class UnixTimeTests
{
    [Fact]
    public void Text_survives_the_round_trip() =>
        Gen.Select(Gen.Long[-100_000_000_000, 100_000_000_000], Gen.Int[0, 999_999_999]).Sample((seconds, nanoseconds) =>
        {
            var time = new UnixTime(seconds, nanoseconds);
            return UnixTime.TryParse(time.ToString(), out var parsed) && parsed == time;
        });

    [Theory]
    [InlineData(0, 0, "0")]
    [InlineData(1, 500_000_000, "1.5")]
    [InlineData(-1, 500_000_000, "-0.5")]
    [InlineData(-2, 250_000_000, "-1.75")]
    [InlineData(-3, 0, "-3")]
    [InlineData(1700000000, 1, "1700000000.000000001")]
    public void Text_is_decimal_seconds(long seconds, int nanoseconds, string text) =>
        Assert.Equal(text, new UnixTime(seconds, nanoseconds).ToString());

    [Theory]
    [InlineData("")]
    [InlineData("x")]
    [InlineData("1.5x")]
    [InlineData("--1")]
    [InlineData("1,5")]
    public void Text_that_is_no_number_is_refused(string text) => Assert.False(UnixTime.TryParse(text, out _));

    [Fact]
    public void Dot_net_time_survives_the_round_trip_to_100_ns() => Gen.Long[-1_000_000_000_000, 1_000_000_000_000].Sample(ticks =>
    {
        var time = DateTimeOffset.UnixEpoch.AddTicks(ticks);
        return UnixTime.From(time).ToDateTimeOffset() == time;
    });
}
