using System.Globalization;
using CloudBackup.Infrastructure;

namespace CloudBackup.FileTree;

/// <summary>A time stamp as file systems keep it.</summary>
/// <param name="Seconds">Whole seconds since 1970-01-01 UTC; negative before.</param>
/// <param name="Nanoseconds">0 to 999,999,999, counted forward from <paramref name="Seconds"/>.</param>
internal readonly record struct UnixTime(long Seconds, int Nanoseconds)
{
    /// <summary>The time in decimal seconds, as PAX headers write it (no trailing zeros, exact).</summary>
    public override string ToString()
    {
        if (Nanoseconds == 0)
        {
            return Seconds.ToString(CultureInfo.InvariantCulture);
        }
        var (whole, fraction, sign) = Seconds < 0
            ? (-(Seconds + 1), 1_000_000_000 - Nanoseconds, "-")
            : (Seconds, Nanoseconds, "");
        return string.Create(CultureInfo.InvariantCulture, $"{sign}{whole}.{fraction:D9}").TrimEnd('0');
    }

    /// <summary>The reverse of <see cref="ToString"/>; digits beyond nanoseconds are dropped.</summary>
    public static bool TryParse(ReadOnlySpan<char> text, out UnixTime time)
    {
        time = default;
        var negative = text.StartsWith("-");
        var digits = negative ? text[1..] : text;
        var dot = digits.IndexOf('.');
        var wholeText = dot < 0 ? digits : digits[..dot];
        var fractionText = dot < 0 ? [] : digits[(dot + 1)..];
        if (!long.TryParse(wholeText, NumberStyles.None, CultureInfo.InvariantCulture, out var whole))
        {
            return false;
        }
        var nanoseconds = 0;
        for (var i = 0; i < 9; i++)
        {
            var digit = i < fractionText.Length ? fractionText[i] - '0' : 0;
            if (digit is < 0 or > 9)
            {
                return false;
            }
            nanoseconds = (nanoseconds * 10) + digit;
        }
        time = (negative, nanoseconds) switch
        {
            (false, _) => new UnixTime(whole, nanoseconds),
            (true, 0) => new UnixTime(-whole, 0),
            _ => new UnixTime(-whole - 1, 1_000_000_000 - nanoseconds),
        };
        return true;
    }

    /// <summary>The time as .NET has it, to 100 ns; beyond the years that it knows, the first or the last moment of them.</summary>
    public DateTimeOffset ToDateTimeOffset() => OutsideTime.FromUnixSeconds(Seconds, Nanoseconds / 100);

    /// <summary>From .NET's time.</summary>
    public static UnixTime From(DateTimeOffset time)
    {
        var ticks = (time - DateTimeOffset.UnixEpoch).Ticks;
        var (seconds, rest) = Math.DivRem(ticks, TimeSpan.TicksPerSecond);
        return rest >= 0
            ? new UnixTime(seconds, (int)rest * 100)
            : new UnixTime(seconds - 1, (int)(rest + TimeSpan.TicksPerSecond) * 100);
    }
}
