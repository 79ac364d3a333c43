using System.Globalization;

namespace CloudBackup.Commands;

/// <summary>Texts for the module's format file. Public only because script blocks of that file call it.</summary>
public static class DisplayText
{
    private static readonly string[] Units = ["B", "kB", "MB", "GB", "TB", "PB", "EB"];

    /// <summary>A number of bytes for people: three digits at most, decimal units.</summary>
    public static string Size(long bytes)
    {
        double value = Math.Abs((double)bytes);
        var unit = 0;
        while (value >= 999.5 && unit < Units.Length - 1)
        {
            value /= 1000;
            unit++;
        }
        var format = unit == 0 || value >= 99.95 ? "F0" : value >= 9.995 ? "F1" : "F2";
        return $"{(bytes < 0 ? "-" : "")}{value.ToString(format, CultureInfo.InvariantCulture)} {Units[unit]}";
    }

    /// <summary>A time span for people.</summary>
    public static string Duration(TimeSpan time) => time switch
    {
        { TotalSeconds: < 9.995 } => string.Create(CultureInfo.InvariantCulture, $"{time.TotalSeconds:F2} s"),
        { TotalMinutes: < 2 } => string.Create(CultureInfo.InvariantCulture, $"{time.TotalSeconds:F0} s"),
        { TotalHours: < 2 } => string.Create(CultureInfo.InvariantCulture, $"{time.TotalMinutes:F0} min"),
        _ => string.Create(CultureInfo.InvariantCulture, $"{time.TotalHours:F1} h"),
    };

    /// <summary>A moment in the local time zone, in at most eleven characters: of this year without the year, of another one without the time.</summary>
    public static string Time(DateTimeOffset? time)
    {
        if (time?.ToLocalTime() is not { } local)
        {
            return "";
        }
        var isThisYear = local.Year == TimeProvider.System.GetLocalNow().Year;
        return local.ToString(isThisYear ? "MM-dd HH:mm" : "yyyy-MM-dd", CultureInfo.InvariantCulture);
    }

    /// <summary>A moment in the local time zone, to the second: for questions, where nothing may be left to guess.</summary>
    public static string FullTime(DateTimeOffset time) => time.ToLocalTime().ToString("yyyy-MM-dd HH:mm:ss", CultureInfo.InvariantCulture);

    /// <summary>The beginning of a text, with a sign where it was cut.</summary>
    public static string Clip(string? text, int length) => text is null || text.Length <= length ? text ?? "" : $"{text.AsSpan(0, length - 1)}…";
}
