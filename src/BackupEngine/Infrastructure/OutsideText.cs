using System.Diagnostics.CodeAnalysis;
using System.Globalization;
using System.Text;

namespace CloudBackup.Infrastructure;

/// <summary>
/// Texts from outside that are only shown, each in one line: control characters could write over what a terminal shows of a backup, and
/// characters that change the direction could show it in another order.
/// </summary>
internal static class OutsideText
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

    private static bool IsUnfit(Rune rune) => Rune.GetUnicodeCategory(rune) switch
    {
        UnicodeCategory.Control or UnicodeCategory.LineSeparator or UnicodeCategory.ParagraphSeparator => true,
        // The joiners are part of words and of emoji; they move nothing.
        UnicodeCategory.Format => rune.Value is not (ZeroWidthNonJoiner or ZeroWidthJoiner),
        _ => false,
    };
}
