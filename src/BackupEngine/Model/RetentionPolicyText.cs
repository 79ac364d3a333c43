using System.Globalization;
using System.Text.RegularExpressions;

namespace CloudBackup;

/// <summary>Retention policies as texts. What is written is read back as the same policy.</summary>
internal static partial class RetentionPolicyText
{
    private static readonly (string Word, Func<RetentionPolicy, int> Get, Func<RetentionPolicy, int, RetentionPolicy> Set)[] Counts =
    [
        ("last", policy => policy.KeepLast, (policy, count) => policy with { KeepLast = count }),
        ("hourly", policy => policy.KeepHourly, (policy, count) => policy with { KeepHourly = count }),
        ("daily", policy => policy.KeepDaily, (policy, count) => policy with { KeepDaily = count }),
        ("weekly", policy => policy.KeepWeekly, (policy, count) => policy with { KeepWeekly = count }),
        ("monthly", policy => policy.KeepMonthly, (policy, count) => policy with { KeepMonthly = count }),
        ("yearly", policy => policy.KeepYearly, (policy, count) => policy with { KeepYearly = count }),
    ];

    private static readonly (string Word, TimeSpan Length)[] Units =
    [
        ("hour", TimeSpan.FromHours(1)), ("day", TimeSpan.FromDays(1)), ("week", TimeSpan.FromDays(7)), ("month", TimeSpan.FromDays(30)),
        ("year", TimeSpan.FromDays(365)),
    ];

    /// <summary>Reads a policy.</summary>
    /// <exception cref="BackupException">The text is none, or keeps nothing.</exception>
    public static RetentionPolicy Parse(string text)
    {
        var policy = new RetentionPolicy();
        var seen = new HashSet<string>();
        foreach (var term in Separator().Split(text).Select(part => part.Trim()).Where(part => part.Length > 0))
        {
            policy = ReadTerm(policy, term, out var kind) ?? throw RetentionPolicy.Invalid(text, $"'{term}' is not understood");
            if (!seen.Add(kind))
            {
                throw RetentionPolicy.Invalid(text, $"it says '{kind}' twice");
            }
        }
        return policy.Check();
    }

    /// <summary>Reads an age, such as <c>30 days</c>, <c>forever</c> or <c>1.12:00:00</c>; null when it is none.</summary>
    public static TimeSpan? ParseAge(string text)
    {
        if (Forever().IsMatch(text))
        {
            return RetentionPolicy.ForEver;
        }
        if (Age().Match(text) is { Success: true } match)
        {
            var unit = Array.Find(Units, unit => unit.Word.StartsWith(match.Groups[2].Value, StringComparison.OrdinalIgnoreCase));
            var isWhole = long.TryParse(match.Groups[1].ValueSpan, NumberStyles.None, CultureInfo.InvariantCulture, out var count);
            return isWhole && count <= (TimeSpan.MaxValue.Ticks - 1) / unit.Length.Ticks ? unit.Length * count : null;
        }
        return text.Contains(':', StringComparison.Ordinal) && TimeSpan.TryParse(text, CultureInfo.InvariantCulture, out var span) ? span : null;
    }

    /// <summary>Writes a policy.</summary>
    public static string Write(RetentionPolicy policy)
    {
        var terms = new List<string>();
        if (policy.KeepWithin is { } within)
        {
            terms.Add(WriteAge(within));
        }
        foreach (var (word, get, _) in Counts)
        {
            if (get(policy) is > 0 and var count)
            {
                terms.Add(string.Create(CultureInfo.InvariantCulture, $"{count} {word}"));
            }
        }
        if (policy.TimeZone is not null)
        {
            terms.Add($"in {policy.TimeZone}");
        }
        return string.Join(", ", terms);
    }

    /// <summary>The rule of an age, in words.</summary>
    public static string WriteAge(TimeSpan within)
    {
        if (within == RetentionPolicy.ForEver)
        {
            return "forever";
        }
        foreach (var (word, length) in Units.Take(2).Reverse())
        {
            if (within.Ticks % length.Ticks == 0)
            {
                var count = within.Ticks / length.Ticks;
                return string.Create(CultureInfo.InvariantCulture, $"within {count} {word}{(count == 1 ? "" : "s")}");
            }
        }
        return $"within {within.ToString("c", CultureInfo.InvariantCulture)}";
    }

    private static RetentionPolicy? ReadTerm(RetentionPolicy policy, string term, out string kind)
    {
        kind = "in";
        if (Zone().Match(term) is { Success: true } zone)
        {
            return policy with { TimeZone = zone.Groups[1].Value };
        }
        if (Count().Match(term) is { Success: true } match)
        {
            kind = match.Groups["word"].Value.ToLowerInvariant();
            var word = kind;
            return int.TryParse(match.Groups["count"].ValueSpan, NumberStyles.None, CultureInfo.InvariantCulture, out var count)
                ? Array.Find(Counts, item => item.Word == word).Set(policy, count)
                : null;
        }
        kind = "within";
        return ParseAge(Within().Replace(term, "")) is { } age ? policy with { KeepWithin = age } : null;
    }

    [GeneratedRegex(@"[,;]|\s\+\s|\sand\s", RegexOptions.IgnoreCase)]
    private static partial Regex Separator();

    [GeneratedRegex(@"^for\s?ever\z", RegexOptions.IgnoreCase)]
    private static partial Regex Forever();

    [GeneratedRegex(@"^within\s+", RegexOptions.IgnoreCase)]
    private static partial Regex Within();

    [GeneratedRegex(@"^([0-9]+)\s*(hour|day|week|month|year|h|d|w|y)s?\z", RegexOptions.IgnoreCase)]
    private static partial Regex Age();

    [GeneratedRegex(
        @"^(?:(?<count>[0-9]+)\s+(?<word>last|hourly|daily|weekly|monthly|yearly)|(?<word>last)\s+(?<count>[0-9]+))\z", RegexOptions.IgnoreCase)]
    private static partial Regex Count();

    [GeneratedRegex(@"^in\s+(\S.*)\z", RegexOptions.IgnoreCase)]
    private static partial Regex Zone();
}
