using System.Globalization;

namespace CloudBackup.Infrastructure;

/// <summary>
/// Times from outside as .NET has them. File systems, archives and records know times that .NET does not: these become the nearest time that it
/// knows, which is then recognizable as such.
/// </summary>
internal static class OutsideTime
{
    /// <summary>The first moment that .NET knows: the beginning of the year 1.</summary>
    public static DateTimeOffset Earliest => DateTimeOffset.MinValue;

    /// <summary>The last moment that .NET knows: the end of the year 9999.</summary>
    public static DateTimeOffset Latest => DateTimeOffset.MaxValue;

    /// <summary>A time in seconds since 1970, and ticks (of 100 ns) after that.</summary>
    public static DateTimeOffset FromUnixSeconds(long seconds, long ticks = 0)
    {
        if (seconds < Earliest.ToUnixTimeSeconds())
        {
            return Earliest;
        }
        return seconds > Latest.ToUnixTimeSeconds() ? Latest : DateTimeOffset.FromUnixTimeSeconds(seconds).AddTicks(ticks);
    }

    /// <summary>A time as JSON has it; null for anything else.</summary>
    public static DateTimeOffset? Parse(object? value) =>
        value is string text && DateTimeOffset.TryParse(text, CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal, out var time) ? time : null;

    /// <summary>The times of a JSON array; none for anything else.</summary>
    public static IReadOnlyList<DateTimeOffset> ParseAll(object? value) =>
        [.. ((value as string) ?? "").Trim('[', ']').Split(',').Select(text => Parse(text.Trim().Trim('"'))).OfType<DateTimeOffset>()];

    /// <summary>A time some time later, or the latest that there is.</summary>
    public static DateTimeOffset Add(DateTimeOffset time, TimeSpan span) => Latest - time < span ? Latest : time + span;

    /// <summary>A time in milliseconds since 1970.</summary>
    public static DateTimeOffset FromUnixMilliseconds(long milliseconds)
    {
        if (milliseconds < Earliest.ToUnixTimeMilliseconds())
        {
            return Earliest;
        }
        return milliseconds > Latest.ToUnixTimeMilliseconds() ? Latest : DateTimeOffset.FromUnixTimeMilliseconds(milliseconds);
    }
}
