namespace CloudBackup.Commands;

/// <summary>How a cmdlet shows the commands of a backup that is not trusted, before anything is done.</summary>
internal static class UntrustedCommands
{
    /// <summary>What is added to the action that the user is shown; empty when there are no such commands.</summary>
    public static string Describe(IReadOnlyList<string> commands, bool isAllowed) => commands.Count == 0
        ? ""
        : $", {(isAllowed ? "with its" : "without its")} commands, which are not trusted ({string.Join("; ", commands)})";
}
