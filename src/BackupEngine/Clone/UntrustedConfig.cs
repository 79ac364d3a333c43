using CloudBackup.Infrastructure;
using CloudBackup.Layout;
using CloudBackup.Reading;

namespace CloudBackup.Clone;

/// <summary>
/// What an untrusted configuration may bring along. Commands run as the account that restores, often root, so an app comes without
/// them unless you agree to them; what shapes its backups is kept and shown.
/// </summary>
internal static class UntrustedConfig
{
    private const int LongestShown = 4000;

    /// <summary>The commands of a configuration, one text each.</summary>
    public static IReadOnlyList<string> Describe(AppCommands commands) =>
    [
        .. commands.All.Where(command => command.Command.Count > 0).Select(command => OutsideText.ToDecide(
            $"{char.ToUpperInvariant(command.Name[0])}{command.Name[1..]}Command: {string.Join(' ', command.Command.Select(Quote))}", LongestShown)),
    ];

    /// <summary>The commands of a backup, one text each; none when it is trusted, and then nothing is read.</summary>
    /// <exception cref="BackupException">The backup is damaged.</exception>
    public static async Task<IReadOnlyList<string>> FindCommandsAsync(OpenedBackup backup, SiteLimits limits, CancellationToken cancellationToken)
    {
        return backup.IsTrusted ? [] : Describe((await backup.ReadConfigAsync(limits, cancellationToken).ConfigureAwait(false)).Commands);
    }

    /// <summary>The configuration that is used of an untrusted one, with warnings of what is left out or should be looked at.</summary>
    /// <param name="config">What the backup says.</param>
    /// <param name="location">The app's new location.</param>
    /// <param name="allowsCommands">Whether you agreed to its commands.</param>
    /// <param name="warn">Takes the warnings.</param>
    public static AppConfig Limit(AppConfig config, string location, bool allowsCommands, Action<string> warn)
    {
        if (config.Exclude.Count > 0)
        {
            warn($"The backup is not trusted. Check what backups of {location} leave out: {OutsideText.ToDecide(string.Join(", ", config.Exclude), LongestShown)} "
                + "(Set-BackupApp -Exclude).");
        }
        if (config.Addons.Count > 0)
        {
            warn($"The backup is not trusted. Check the addons that {location} gets from it: {OutsideText.ToDecide(string.Join(", ", config.Addons), LongestShown)} "
                + "(Set-BackupApp -Addon).");
        }
        var commands = Describe(config.Commands);
        if (commands.Count == 0)
        {
            return config;
        }
        if (allowsCommands)
        {
            warn($"{location} gets commands of a backup that is not trusted, as -AllowCommand says. {string.Join(" ", commands)}");
            return config;
        }
        warn($"The backup is not trusted, so {location} is created without its commands. {string.Join(" ", commands)} Set the ones you want with "
            + "Set-BackupApp, or repeat with -AllowCommand.");
        return config with { Commands = new AppCommands() };
    }

    private static string Quote(string argument) => $"'{argument.Replace("'", "''", StringComparison.Ordinal)}'";
}
