using System.Globalization;
using CloudBackup.Bench.Measuring;
using CloudBackup.Bench.Scenarios;

namespace CloudBackup.Bench.Reporting;

/// <summary>Something that must be reached by a scenario's first contender.</summary>
/// <param name="Text">What, in words.</param>
/// <param name="Judge">Says what was reached; null when a contender that it needs did not run.</param>
internal sealed record Target(string Text, Func<ScenarioResult, Verdict?> Judge)
{
    private const double Megabyte = 1e6;

    /// <summary>The first contender takes at most 1/<paramref name="factor"/> of another's time.</summary>
    public static Target FasterThan(string other, double factor) => new(
        factor == 1 ? $"no slower than {other}" : string.Create(CultureInfo.InvariantCulture, $"at least {factor} times the speed of {other}"),
        result => result.Find(other) is { } peer
            ? Verdict.Of(peer.WallSeconds / result.First.WallSeconds, reached => reached >= factor, "0.00", " times")
            : null);

    /// <summary>The same, where for each the time counts until what it has written is on the disk.</summary>
    public static Target FasterOntoTheDisk(string other, double factor) => new(
        string.Create(CultureInfo.InvariantCulture, $"on the disk at least {factor} times as fast as {other}"),
        result => result.Find(other) is { } peer
            ? Verdict.Of(peer.OnDiskSeconds / result.First.OnDiskSeconds, reached => reached >= factor, "0.00", " times")
            : null);

    /// <summary>The first contender stores at most so many percent more than another.</summary>
    public static Target StoredAbove(string other, double percent) => new(
        string.Create(CultureInfo.InvariantCulture, $"stores at most {percent} % more than {other}"),
        result => result.Find(other) is { } peer ? AboveInPercent(result.First, peer.StoredBytes, percent) : null);

    /// <summary>The first contender stores at most so many percent more than the files have.</summary>
    public static Target StoredAboveInput(double percent) => new(
        string.Create(CultureInfo.InvariantCulture, $"stores at most {percent} % more than the files' bytes"),
        result => AboveInPercent(result.First, result.Data?.Bytes, percent));

    /// <summary>The first contender's memory stays below a bound.</summary>
    public static Target PeakMemoryBelow(long bytes) => new(
        string.Create(CultureInfo.InvariantCulture, $"peak memory below {bytes / Megabyte:0} MB"),
        result => Verdict.Of(result.First.PeakMemory / Megabyte, reached => reached < bytes / Megabyte, "0", " MB"));

    /// <summary>A contender's memory stays below a bound.</summary>
    public static Target MemoryBelow(string contender, long bytes) => new(
        string.Create(CultureInfo.InvariantCulture, $"{contender}: peak memory below {bytes / Megabyte:0} MB"),
        result => result.Find(contender) is { } one
            ? Verdict.Of(one.PeakMemory / Megabyte, reached => reached < bytes / Megabyte, "0", " MB")
            : null);

    /// <summary>The first contender takes at most so many times what theory says.</summary>
    public static Target AtMost(TimeSpan theory, double factor, string formula) => new(
        string.Create(CultureInfo.InvariantCulture, $"at most {factor} times {formula} = {theory.TotalSeconds:0.#} s"),
        result => Verdict.Of(result.First.WallSeconds / theory.TotalSeconds, reached => reached <= factor, "0.00", " times"));

    /// <summary>The first contender takes at most so many percent longer than the slowest of others.</summary>
    public static Target LongerThanSlowest(IReadOnlyList<string> others, double percent) => new(
        string.Create(CultureInfo.InvariantCulture, $"at most {percent} % longer than the slower of: {string.Join("; ", others)}"),
        result => others.Select(result.Find).OfType<ContenderResult>().ToList() is { Count: > 0 } peers
            ? Verdict.Of((result.First.WallSeconds / peers.Max(peer => peer.WallSeconds) * 100) - 100, reached => reached <= percent, "+0.0;-0.0", " %")
            : null);

    /// <summary>The first contender takes at most so many percent longer than another.</summary>
    public static Target LongerThan(string other, double percent) => new(
        string.Create(CultureInfo.InvariantCulture, $"at most {percent} % longer than {other}"),
        result => result.Find(other) is { } peer
            ? Verdict.Of((result.First.WallSeconds / peer.WallSeconds * 100) - 100, reached => reached <= percent, "+0.0;-0.0", " %")
            : null);

    /// <summary>One contender's memory is at most so much above another's.</summary>
    public static Target MemoryAbove(string contender, string other, long bytes) => new(
        string.Create(CultureInfo.InvariantCulture, $"{contender} takes at most {bytes / Megabyte:0} MB of memory more than {other}"),
        result => result.Find(contender) is { } one && result.Find(other) is { } peer
            ? Verdict.Of((one.PeakMemory - peer.PeakMemory) / Megabyte, reached => reached <= bytes / Megabyte, "0", " MB")
            : null);

    /// <summary>The first contender takes at most so much longer than another.</summary>
    public static Target LongerThan(string other, TimeSpan most) => new(
        string.Create(CultureInfo.InvariantCulture, $"at most {most.TotalMilliseconds} ms longer than {other}"),
        result => result.Find(other) is { } peer
            ? Verdict.Of((result.First.WallSeconds - peer.WallSeconds) * 1000, reached => reached <= most.TotalMilliseconds, "0", " ms")
            : null);

    /// <summary>A contender takes at most so long.</summary>
    /// <param name="contender">The contender.</param>
    /// <param name="most">The time.</param>
    /// <param name="why">Where the time comes from; empty for a number of its own.</param>
    public static Target TimeAtMost(string contender, TimeSpan most, string why) => new(
        string.Create(CultureInfo.InvariantCulture, $"{contender}: at most {most.TotalMilliseconds:0} ms{(why.Length > 0 ? $" ({why})" : "")}"),
        result => result.Find(contender) is { } one
            ? Verdict.Of(one.WallSeconds * 1000, reached => reached <= most.TotalMilliseconds, "0", " ms")
            : null);

    /// <summary>A contender takes at most so many times as long as another.</summary>
    public static Target TimesOf(string contender, string other, double factor) => new(
        string.Create(CultureInfo.InvariantCulture, $"{contender}: at most {factor} times as long as {other}"),
        result => result.Find(contender) is { } one && result.Find(other) is { } peer
            ? Verdict.Of(one.WallSeconds / peer.WallSeconds, reached => reached <= factor, "0.00", " times")
            : null);

    private static Verdict? AboveInPercent(ContenderResult first, long? other, double percent) =>
        first.StoredBytes is { } ours && other is > 0 and var theirs
            ? Verdict.Of(((double)ours / theirs * 100) - 100, reached => reached <= percent, "+0.000;-0.000", " %")
            : null;
}

/// <summary>What was reached of a target.</summary>
/// <param name="Reached">The number with its unit.</param>
/// <param name="IsMet">Whether that is enough.</param>
internal sealed record Verdict(string Reached, bool IsMet)
{
    /// <summary>Judges a number.</summary>
    public static Verdict Of(double reached, Func<double, bool> isMet, string format, string unit) =>
        new(reached.ToString(format, CultureInfo.InvariantCulture) + unit, isMet(reached));
}
