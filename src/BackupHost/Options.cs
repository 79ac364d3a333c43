namespace CloudBackup.Host;

/// <summary>What the command line asks for.</summary>
internal enum HostAction
{
    RunCommand,
    RunFile,
    ShowVersion,
    ShowHelp,
}

/// <summary>The command line makes no sense.</summary>
internal sealed class OptionsException(string message) : Exception(message);

/// <summary>The command line, understood.</summary>
/// <param name="Action">What to do.</param>
/// <param name="Text">The command, or the script's path.</param>
/// <param name="Arguments">The script's arguments.</param>
internal sealed record Options(HostAction Action, string Text, IReadOnlyList<string> Arguments)
{
    /// <summary>How the program is used.</summary>
    public const string Usage =
        """
        cloudbackup: runs CloudBackup's cmdlets where there is no pwsh.

          cloudbackup -Command TEXT          runs a command, such as: Get-BackupApp | New-AppBackup
          cloudbackup -Command -             runs what stands on standard input
          cloudbackup -File SCRIPT [ARGS]    runs a script
          cloudbackup -Version | -Help

        The exit code is 0, 1 when an error was written, 2 for a wrong command line, 130 when stopped, or what the script's «exit» says.
        """;

    /// <summary>Understands a command line.</summary>
    /// <exception cref="OptionsException">It makes no sense.</exception>
    public static Options Parse(IReadOnlyList<string> arguments)
    {
        if (arguments.Count == 0)
        {
            return new Options(HostAction.ShowHelp, "", []);
        }
        var rest = arguments.Skip(1).ToList();
        switch (arguments[0].TrimStart('-').ToUpperInvariant())
        {
            case "COMMAND" or "C" when rest is ["-"]:
                return new Options(HostAction.RunCommand, Console.In.ReadToEnd(), []);
            case "COMMAND" or "C" when rest.Count > 0:
                return new Options(HostAction.RunCommand, string.Join(' ', rest), []);
            case "FILE" or "F" when rest.Count > 0:
                return File.Exists(rest[0])
                    ? new Options(HostAction.RunFile, Path.GetFullPath(rest[0]), [.. rest.Skip(1)])
                    : throw new OptionsException($"There is no script '{rest[0]}'.");
            case "VERSION" or "V":
                return new Options(HostAction.ShowVersion, "", []);
            case "HELP" or "H" or "?":
                return new Options(HostAction.ShowHelp, "", []);
            default:
                throw new OptionsException($"'{arguments[0]}' is unknown, or something is missing behind it.");
        }
    }
}
