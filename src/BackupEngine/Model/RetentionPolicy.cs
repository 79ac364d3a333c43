using System.Collections;

namespace CloudBackup;

/// <summary>
/// Which backups of an app, or of the platform, cleanup keeps. Every rule is asked on its own and a backup stays when one of them wants it;
/// cleanup also keeps what no policy can give away: the latest backup of each registered app, preserved backups, and the parts of kept
/// platform backups. A count says how many periods that have a backup keep their newest one: <c>7 daily</c> is one backup for each of the
/// last seven days on which there was one.
/// </summary>
public sealed record RetentionPolicy
{
    /// <summary>The value of <see cref="KeepWithin"/> that keeps everything.</summary>
    public static readonly TimeSpan ForEver = TimeSpan.MaxValue;

    /// <summary>Every backup that is not older than this stays; <see cref="ForEver"/> keeps all; null keeps none for its age.</summary>
    public TimeSpan? KeepWithin { get; init; }

    /// <summary>How many of the newest backups stay.</summary>
    public int KeepLast { get; init; }

    /// <summary>For how many hours that have a backup the newest one stays.</summary>
    public int KeepHourly { get; init; }

    /// <summary>For how many days that have a backup the newest one stays.</summary>
    public int KeepDaily { get; init; }

    /// <summary>For how many weeks (ISO 8601, Monday to Sunday) that have a backup the newest one stays.</summary>
    public int KeepWeekly { get; init; }

    /// <summary>For how many months that have a backup the newest one stays.</summary>
    public int KeepMonthly { get; init; }

    /// <summary>For how many years that have a backup the newest one stays.</summary>
    public int KeepYearly { get; init; }

    /// <summary>
    /// The time zone (such as <c>Europe/Vienna</c>) in which hours, days, weeks, months and years begin; null for the one of the machine
    /// that cleans up.
    /// </summary>
    public string? TimeZone { get; init; }

    /// <summary>Policies that fit most needs, as texts.</summary>
    public static IReadOnlyList<string> Presets { get; } =
    [
        "2 days", "1 week", "1 month", "3 months", "2 daily, 4 weekly", "3 daily, 4 weekly, 6 monthly", "7 daily, 4 weekly, 12 monthly", "forever",
    ];

    /// <summary>
    /// Reads a policy from a text: rules separated by commas, such as <c>7 daily, 4 weekly, 12 monthly</c>, <c>within 30 days</c> (or only
    /// <c>30 days</c>), <c>3 last</c>, <c>forever</c>, <c>in Europe/Vienna</c>. A month is 30 days and a year 365.
    /// </summary>
    /// <exception cref="BackupException">The text is no policy, or one that keeps nothing.</exception>
    public static RetentionPolicy Parse(string text) => RetentionPolicyText.Parse(text);

    /// <summary>
    /// Reads a policy from names and values: the names of these properties, with or without <c>Keep</c>; <c>KeepWithin</c> may be a text
    /// such as <c>30 days</c> or <c>forever</c>.
    /// </summary>
    /// <exception cref="BackupException">A name is unknown, a value is none of its kind, or the policy keeps nothing.</exception>
    public static RetentionPolicy FromTable(IDictionary table) => RetentionPolicyTable.Read(table);

    /// <summary>The policy as a text that <see cref="Parse"/> reads.</summary>
    public override string ToString() => RetentionPolicyText.Write(this);

    /// <summary>The refusal of a text or value that is not a policy.</summary>
    internal static BackupException Invalid(string text, string reason) => BackupErrors.RetentionInvalid(text, reason, Presets);

    /// <summary>This policy, if it is one.</summary>
    /// <exception cref="BackupException">A value is out of range, the time zone is unknown here, or the policy keeps nothing.</exception>
    internal RetentionPolicy Check()
    {
        _ = FindZone(TimeZoneInfo.Utc);
        return CheckRules();
    }

    /// <summary>This policy, if its rules are valid, wherever its time zone is known.</summary>
    /// <exception cref="BackupException">A value is out of range, or the policy keeps nothing.</exception>
    internal RetentionPolicy CheckRules()
    {
        foreach (var (name, count) in new[]
        {
            (nameof(KeepLast), KeepLast), (nameof(KeepHourly), KeepHourly), (nameof(KeepDaily), KeepDaily),
            (nameof(KeepWeekly), KeepWeekly), (nameof(KeepMonthly), KeepMonthly), (nameof(KeepYearly), KeepYearly),
        })
        {
            if (count < 0)
            {
                throw Invalid($"{name} = {count}", "a count is not negative; 'forever' keeps everything");
            }
        }
        if (KeepWithin is { } within && within <= TimeSpan.Zero)
        {
            throw Invalid($"{nameof(KeepWithin)} = {within}", "an age is positive; 'forever' keeps everything");
        }
        return KeepWithin is null && (long)KeepLast + KeepHourly + KeepDaily + KeepWeekly + KeepMonthly + KeepYearly == 0
            ? throw BackupErrors.RetentionEmpty()
            : this;
    }

    /// <summary>The time zone that periods begin in.</summary>
    /// <exception cref="BackupException">This machine does not know the zone.</exception>
    internal TimeZoneInfo FindZone(TimeZoneInfo local)
    {
        if (TimeZone is null)
        {
            return local;
        }
        return TimeZoneInfo.TryFindSystemTimeZoneById(TimeZone, out var zone)
            ? zone
            : throw Invalid(
                $"in {TimeZone}", "this machine knows no such time zone. Write it like Europe/Vienna; if the zone exists, install tzdata");
    }
}
