using System.Diagnostics.CodeAnalysis;
using System.Globalization;
using System.Text;
using System.Text.RegularExpressions;

namespace CloudBackup.Infrastructure;

/// <summary>
/// Texts from outside that are only shown, each in one line: control characters could write over what a terminal shows of a backup, and
/// characters that change the direction could show it in another order.
/// </summary>
internal static partial class OutsideText
{
    private const int ZeroWidthNonJoiner = 0x200c;
    private const int ZeroWidthJoiner = 0x200d;

    /// <summary>The text in one printable line, with blanks for tabs and line ends, and not longer than that.</summary>
    [return: NotNullIfNotNull(nameof(text))]
    public static string? Clean(string? text, int longest)
    {
        if (text is null)
        {
            return null;
        }
        var clean = new StringBuilder(Math.Min(text.Length, longest));
        foreach (var rune in text.EnumerateRunes())
        {
            var fit = rune.Value is '\t' or '\n' or '\r' ? new Rune(' ') : IsUnfit(rune) ? Rune.ReplacementChar : rune;
            if (clean.Length + fit.Utf16SequenceLength > longest)
            {
                break;
            }
            clean.Append(fit);
        }
        return clean.Length == text.Length && clean.Equals(text) ? text : clean.ToString();
    }

    /// <summary>
    /// The text in one printable line for a person who has to decide because of it: long runs of blanks are counted instead of shown, so that
    /// nothing hides behind them, and a text that is too long says how much of it is missing.
    /// </summary>
    public static string ToDecide(string text, int longest)
    {
        var clean = LongBlanks().Replace(Clean(text, int.MaxValue), run => string.Create(CultureInfo.InvariantCulture, $" [{run.Length} blanks] "));
        return clean.Length <= longest
            ? clean
            : string.Create(CultureInfo.InvariantCulture, $"{Clean(clean, longest)} [cut: {clean.Length - longest} more characters]");
    }

    [GeneratedRegex(@"\s{8,}")]
    private static partial Regex LongBlanks();

    private static bool IsUnfit(Rune rune) => Rune.GetUnicodeCategory(rune) switch
    {
        UnicodeCategory.Control or UnicodeCategory.LineSeparator or UnicodeCategory.ParagraphSeparator => true,
        // The joiners are part of words and of emoji; they move nothing.
        UnicodeCategory.Format => rune.Value is not (ZeroWidthNonJoiner or ZeroWidthJoiner),
        _ => false,
    };
}
