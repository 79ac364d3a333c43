using System.Collections;
using System.Management.Automation;
using System.Management.Automation.Language;

namespace CloudBackup.Commands;

/// <summary>What users write as a retention policy: a policy, a text, or a hashtable of its properties.</summary>
internal static class RetentionArgument
{
    /// <summary>The policy of an argument.</summary>
    /// <exception cref="BackupException">The argument is none.</exception>
    public static RetentionPolicy Read(object? argument) => Unwrap(argument) switch
    {
        null => RetentionPolicy.Parse(""),
        RetentionPolicy policy => policy,
        IDictionary table => RetentionPolicy.FromTable(Unwrap(table)),
        TimeSpan within => RetentionPolicy.FromTable(new Hashtable { [nameof(RetentionPolicy.KeepWithin)] = within }),
        string text => RetentionPolicy.Parse(text),
        var other => RetentionPolicy.Parse(other.ToString() ?? ""),
    };

    private static object? Unwrap(object? value) => value is PSObject wrapped ? wrapped.BaseObject : value;

    private static Hashtable Unwrap(IDictionary table)
    {
        var plain = new Hashtable();
        foreach (DictionaryEntry entry in table)
        {
            plain.Add(Unwrap(entry.Key)!, Unwrap(entry.Value));
        }
        return plain;
    }
}

/// <summary>Completes retention policies: the presets.</summary>
public sealed class RetentionCompleter : IArgumentCompleter
{
    /// <inheritdoc/>
    public IEnumerable<CompletionResult> CompleteArgument(
        string commandName, string parameterName, string wordToComplete, CommandAst commandAst, IDictionary fakeBoundParameters)
    {
        var word = wordToComplete ?? "";
        return RetentionPolicy.Presets
            .Select(preset => new CompletionOffer(preset, $"Keep {RetentionPolicy.Parse(preset)}"))
            .Where(offer => offer.Fits(word))
            .Select(offer => offer.ToResult(word));
    }
}
