using System.Collections.ObjectModel;
using System.Management.Automation;
using System.Management.Automation.Host;
using System.Management.Automation.Internal;
using System.Security;

namespace CloudBackup.Host;

/// <summary>
/// Output to standard output; errors, warnings and all that is about the run to standard error; progress as one line on a terminal.
/// </summary>
internal sealed class ConsoleUserInterface : PSHostUserInterface
{
    private static readonly bool NoColor = Environment.GetEnvironmentVariable("NO_COLOR") is { Length: > 0 };

    private readonly ProgressLine _progress = new();

    /// <summary>Whether an error was written.</summary>
    public bool HasErrors { get; set; }

    /// <inheritdoc/>
    public override PSHostRawUserInterface RawUI { get; } = new ConsoleRawInterface();

    /// <inheritdoc/>
    public override bool SupportsVirtualTerminal => !Console.IsOutputRedirected;

    /// <summary>Takes the progress line away.</summary>
    public void ClearProgress() => _progress.Clear();

    /// <inheritdoc/>
    public override void Write(string value) => WriteTo(Console.Out, value, endLine: false);

    /// <inheritdoc/>
    public override void Write(ConsoleColor foregroundColor, ConsoleColor backgroundColor, string value) => Write(value);

    /// <inheritdoc/>
    public override void WriteLine(string value) => WriteTo(Console.Out, value, endLine: true);

    /// <inheritdoc/>
    public override void WriteErrorLine(string value)
    {
        HasErrors = true;
        WriteTo(Console.Error, value, endLine: true);
    }

    /// <inheritdoc/>
    public override void WriteWarningLine(string message) => WriteTo(Console.Error, $"WARNING: {message}", endLine: true);

    /// <inheritdoc/>
    public override void WriteVerboseLine(string message) => WriteTo(Console.Error, $"VERBOSE: {message}", endLine: true);

    /// <inheritdoc/>
    public override void WriteDebugLine(string message) => WriteTo(Console.Error, $"DEBUG: {message}", endLine: true);

    /// <inheritdoc/>
    public override void WriteProgress(long sourceId, ProgressRecord record) => _progress.Show(record);

    /// <inheritdoc/>
    public override string ReadLine() => IsInteractive ? Console.ReadLine() ?? "" : throw NoTerminal();

    /// <inheritdoc/>
    public override SecureString ReadLineAsSecureString()
    {
        if (!IsInteractive)
        {
            throw NoTerminal();
        }
        var secret = new SecureString();
        while (Console.ReadKey(intercept: true) is { Key: not ConsoleKey.Enter } key)
        {
            if (key.Key == ConsoleKey.Backspace && secret.Length > 0)
            {
                secret.RemoveAt(secret.Length - 1);
            }
            else if (!char.IsControl(key.KeyChar))
            {
                secret.AppendChar(key.KeyChar);
            }
        }
        Console.Error.WriteLine();
        return secret;
    }

    /// <inheritdoc/>
    public override Dictionary<string, PSObject> Prompt(string caption, string message, Collection<FieldDescription> descriptions)
    {
        ArgumentNullException.ThrowIfNull(descriptions);
        WriteQuestion(caption, message);
        var answers = new Dictionary<string, PSObject>();
        foreach (var description in descriptions)
        {
            WriteTo(Console.Error, $"{description.Name}: ", endLine: false);
            var isSecret = description.ParameterTypeFullName == typeof(SecureString).FullName;
            answers[description.Name] = PSObject.AsPSObject(isSecret ? ReadLineAsSecureString() : ReadLine());
        }
        return answers;
    }

    /// <inheritdoc/>
    public override int PromptForChoice(string caption, string message, Collection<ChoiceDescription> choices, int defaultChoice)
    {
        ArgumentNullException.ThrowIfNull(choices);
        var keys = choices.Select(choice => KeyOf(choice.Label)).ToList();
        WriteQuestion(caption, message);
        while (true)
        {
            var offers = choices.Select((choice, i) => $"[{keys[i]}] {choice.Label.Replace("&", "", StringComparison.Ordinal)}");
            var hint = defaultChoice >= 0 ? $" (default is {keys[defaultChoice]})" : "";
            WriteTo(Console.Error, $"{string.Join("  ", offers)}{hint}: ", endLine: false);
            var answer = ReadLine().Trim();
            var chosen = answer.Length == 0 ? defaultChoice : keys.FindIndex(key => string.Equals(key, answer, StringComparison.OrdinalIgnoreCase));
            if (chosen >= 0)
            {
                return chosen;
            }
        }
    }

    /// <inheritdoc/>
    public override PSCredential PromptForCredential(string caption, string message, string userName, string targetName)
    {
        WriteQuestion(caption, message);
        if (string.IsNullOrEmpty(userName))
        {
            WriteTo(Console.Error, "User: ", endLine: false);
            userName = ReadLine();
        }
        WriteTo(Console.Error, $"Password for {userName}: ", endLine: false);
        return new PSCredential(userName, ReadLineAsSecureString());
    }

    /// <inheritdoc/>
    public override PSCredential PromptForCredential(
        string caption,
        string message,
        string userName,
        string targetName,
        PSCredentialTypes allowedCredentialTypes,
        PSCredentialUIOptions options) => PromptForCredential(caption, message, userName, targetName);

    private static bool IsInteractive => !Console.IsInputRedirected;

    private static HostException NoTerminal() =>
        new("There is no one to ask: standard input is not a terminal. Give the value as a parameter, or -Confirm:$false or -Force.");

    private static string KeyOf(string label)
    {
        var mark = label.IndexOf('&', StringComparison.Ordinal);
        return mark >= 0 && mark + 1 < label.Length ? label.Substring(mark + 1, 1).ToUpperInvariant() : label;
    }

    private void WriteQuestion(string caption, string message)
    {
        foreach (var line in new[] { caption, message }.Where(line => !string.IsNullOrEmpty(line)))
        {
            WriteTo(Console.Error, line, endLine: true);
        }
    }

    private void WriteTo(TextWriter writer, string text, bool endLine)
    {
        _progress.Clear();
        var isPlain = NoColor || (ReferenceEquals(writer, Console.Out) ? Console.IsOutputRedirected : Console.IsErrorRedirected);
        if (isPlain)
        {
            text = new StringDecorated(text).ToString(OutputRendering.PlainText);
        }
        if (endLine)
        {
            writer.WriteLine(text);
        }
        else
        {
            writer.Write(text);
        }
    }
}
