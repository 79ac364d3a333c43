using System.Management.Automation;
using System.Management.Automation.Language;
using System.Text.RegularExpressions;

namespace CloudBackup.Commands;

/// <summary>Something that Tab can put on the command line.</summary>
/// <param name="Text">The value.</param>
/// <param name="Hint">What distinguishes it from the others.</param>
/// <param name="Alias">Another word that it is found by; null for none.</param>
public sealed partial record CompletionOffer(string Text, string Hint, string? Alias = null)
{
    /// <summary>Whether the word that was begun leads to this value. A word may be quoted already.</summary>
    internal bool Fits(string word)
    {
        var begun = word.Trim(Quotes);
        return Text.StartsWith(begun, StringComparison.OrdinalIgnoreCase)
            || (begun.Length > 0 && Alias?.StartsWith(begun, StringComparison.OrdinalIgnoreCase) == true);
    }

    /// <summary>The value as PowerShell shows and inserts it, in quotes where the language needs them or the user began with one.</summary>
    internal CompletionResult ToResult(string word) =>
        new(Quote(Text, word), Text, CompletionResultType.ParameterValue, Hint.Length > 0 ? Hint : Text);

    private static readonly char[] Quotes = ['\'', '"'];

    private static string Quote(string text, string word) => word switch
    {
        ['"', ..] => $"\"{SpecialInDoubleQuotes().Replace(text, "`$0")}\"",
        ['\'', ..] => Literal(text),
        _ => BareWord().IsMatch(text) ? text : Literal(text),
    };

    private static string Literal(string text) => $"'{CodeGeneration.EscapeSingleQuotedStringContent(text)}'";

    [GeneratedRegex(@"^[\p{L}\p{Nd}_./\\][\p{L}\p{Nd}_./\\:+~=%-]*\z")]
    private static partial Regex BareWord();

    [GeneratedRegex("[`\"$\u201C-\u201E]")]
    private static partial Regex SpecialInDoubleQuotes();
}
