using System.Globalization;
using System.Management.Automation;
using System.Text.RegularExpressions;
using System.Xml;

namespace CloudBackup.Commands;

/// <summary>
/// Reads durations as people write them: <c>'6 hours'</c>, <c>'90 min'</c>, <c>06:00:00</c>, ISO 8601 (<c>PT6H</c>), or a TimeSpan. Refuses a
/// bare number: PowerShell would take 60 for 60 ticks, which are six microseconds.
/// </summary>
[AttributeUsage(AttributeTargets.Property)]
public sealed partial class DurationTransformationAttribute : ArgumentTransformationAttribute
{
    /// <inheritdoc/>
    /// <exception cref="ArgumentTransformationMetadataException">The argument is not a duration.</exception>
    public override object Transform(EngineIntrinsics engineIntrinsics, object inputData)
    {
        if (inputData is TimeSpan or PSObject { BaseObject: TimeSpan })
        {
            return inputData;
        }
        // As it was typed: to PowerShell, 30s and 5d are numbers with a suffix.
        var text = LanguagePrimitives.ConvertTo<string>(inputData);
        return Parse(text.Trim()) ?? throw new ArgumentTransformationMetadataException(
            $"'{text}' is not a duration. Write it with its unit, such as '6 hours' or '90 min', or as a time span such as 06:00:00.");
    }

    /// <summary>The duration of a text; null when it is none, or longer than a TimeSpan can be.</summary>
    internal static TimeSpan? Parse(string text)
    {
        try
        {
            if (text.StartsWith('P'))
            {
                return XmlConvert.ToTimeSpan(text);
            }
            if (text.Contains(':', StringComparison.Ordinal))
            {
                return TimeSpan.TryParse(text, CultureInfo.InvariantCulture, out var span) ? span : null;
            }
            var parts = Part().Matches(text);
            return parts.Count > 0 && parts.Sum(part => part.Length) == text.Length
                ? parts.Aggregate(TimeSpan.Zero, (sum, part) => sum + LengthOf(part))
                : null;
        }
        catch (Exception failure) when (failure is FormatException or OverflowException)
        {
            return null;
        }
    }

    private static TimeSpan LengthOf(Match part)
    {
        // The first letter tells the units apart.
        var unit = char.ToLowerInvariant(part.Groups["unit"].Value[0]) switch
        {
            's' => TimeSpan.FromSeconds(1),
            'm' => TimeSpan.FromMinutes(1),
            'h' => TimeSpan.FromHours(1),
            'd' => TimeSpan.FromDays(1),
            _ => TimeSpan.FromDays(7),
        };
        return unit * double.Parse(part.Groups["count"].ValueSpan, NumberStyles.AllowDecimalPoint, CultureInfo.InvariantCulture);
    }

    [GeneratedRegex(
        @"\G(?<count>[0-9]+(?:\.[0-9]+)?)\s*(?<unit>seconds?|sec|s|minutes?|min|m|hours?|h|days?|d|weeks?|w)(?:\b|(?=[0-9]))[\s,]*",
        RegexOptions.IgnoreCase)]
    private static partial Regex Part();
}
