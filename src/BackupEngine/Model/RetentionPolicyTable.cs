using System.Collections;
using System.Globalization;

namespace CloudBackup;

/// <summary>Retention policies as names and values.</summary>
internal static class RetentionPolicyTable
{
    private static readonly string[] Names = ["KeepWithin", "KeepLast", "KeepHourly", "KeepDaily", "KeepWeekly", "KeepMonthly", "KeepYearly", "TimeZone"];

    /// <summary>Reads a policy.</summary>
    /// <exception cref="BackupException">A name is unknown or there twice, a value is none of its kind, or the policy keeps nothing.</exception>
    public static RetentionPolicy Read(IDictionary table)
    {
        var policy = new RetentionPolicy();
        var seen = new HashSet<string>();
        foreach (DictionaryEntry entry in table)
        {
            var key = Convert.ToString(entry.Key, CultureInfo.InvariantCulture) ?? "";
            var name = Array.Find(Names, name => IsNamed(name, key)) ?? throw RetentionPolicy.Invalid(
                key, $"there is no such rule; the rules are {string.Join(", ", Names)}");
            if (!seen.Add(name))
            {
                throw RetentionPolicy.Invalid(key, $"{name} is there twice");
            }
            policy = Set(policy, name, entry.Value);
        }
        return policy.Check();
    }

    private static bool IsNamed(string name, string key) =>
        name.Equals(key, StringComparison.OrdinalIgnoreCase)
        || (name.StartsWith("Keep", StringComparison.Ordinal) && name.AsSpan(4).Equals(key, StringComparison.OrdinalIgnoreCase));

    private static RetentionPolicy Set(RetentionPolicy policy, string name, object? value) => name switch
    {
        "KeepWithin" => policy with { KeepWithin = ReadAge(name, value) },
        "KeepLast" => policy with { KeepLast = ReadCount(name, value) },
        "KeepHourly" => policy with { KeepHourly = ReadCount(name, value) },
        "KeepDaily" => policy with { KeepDaily = ReadCount(name, value) },
        "KeepWeekly" => policy with { KeepWeekly = ReadCount(name, value) },
        "KeepMonthly" => policy with { KeepMonthly = ReadCount(name, value) },
        "KeepYearly" => policy with { KeepYearly = ReadCount(name, value) },
        _ => policy with { TimeZone = ReadZone(name, value) },
    };

    private static string? ReadZone(string name, object? value) => value switch
    {
        null => null,
        TimeZoneInfo zone => zone.Id,
        string { Length: > 0 } id => id,
        _ => throw RetentionPolicy.Invalid($"{name} = {value}", "it is the name of a time zone"),
    };

    private static TimeSpan? ReadAge(string name, object? value) => value switch
    {
        null => null,
        TimeSpan age => age,
        string text when RetentionPolicyText.ParseAge(text.Trim()) is { } age => age,
        _ => throw RetentionPolicy.Invalid($"{name} = {value}", "it is a time span, or a text such as '30 days' or 'forever'"),
    };

    private static int ReadCount(string name, object? value)
    {
        if (value is null)
        {
            return 0;
        }
        var text = Convert.ToString(value, CultureInfo.InvariantCulture);
        return int.TryParse(text, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out var count)
            ? count
            : throw RetentionPolicy.Invalid($"{name} = {value}", "it is a whole number");
    }
}
