using System.Diagnostics.CodeAnalysis;

namespace CloudBackup.Infrastructure;

/// <summary>Texts from outside that are only shown: control characters could write over what a terminal shows of a backup.</summary>
internal static class OutsideText
{
    private const char Replacement = '\uFFFD';

    /// <summary>The text without control characters other than tabs and line ends, and not longer than that.</summary>
    [return: NotNullIfNotNull(nameof(text))]
    public static string? Clean(string? text, int longest)
    {
        if (text is null || (text.Length <= longest && !text.Any(IsUnfit)))
        {
            return text;
        }
        return new string([.. text.Take(longest).Select(character => IsUnfit(character) ? Replacement : character)]);
    }

    private static bool IsUnfit(char character) => char.IsControl(character) && character is not ('\t' or '\n' or '\r');
}
