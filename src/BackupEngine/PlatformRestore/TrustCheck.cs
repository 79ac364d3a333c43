using CloudBackup.Clone;
using CloudBackup.Infrastructure;
using CloudBackup.Layout;
using CloudBackup.Platform;

namespace CloudBackup.PlatformRestore;

/// <summary>
/// Whether a platform backup may say what this machine runs. It may when a key of this platform or the given password opens it, or when this
/// platform made it; anyone who can write to the storage can have made another one.
/// </summary>
/// <param name="IsTrusted">Whether it may.</param>
/// <param name="Apps">The apps as they are restored: without commands when it may not.</param>
/// <param name="Check">What the user is told.</param>
internal sealed record TrustCheck(bool IsTrusted, IReadOnlyList<AppToRestore> Apps, RestoreCheck Check)
{
    /// <summary>Whether the backup is not known to be genuine, whatever the user allows.</summary>
    public bool IsDoubtful { get; private init; }

    /// <summary>The folders that such a backup may only fill when the user allows it.</summary>
    public IReadOnlyList<RestoreCheck> Folders { get; private init; } = [];

    private const string Name = "Commands";
    private const int LongestList = 32_000;

    /// <summary>Looks at a backup and its apps.</summary>
    public static TrustCheck Run(
        EngineContext context, PlatformRestoreOptions options, FoundPlatform platform, IReadOnlyList<AppToRestore> apps, PlatformConfig config)
    {
        if (PlatformFinder.IsTrusted(context.Backups, platform))
        {
            return new TrustCheck(true, apps, new(Name, CheckOutcome.Passed, "The backup is encrypted or one of this platform: its commands can be trusted."));
        }
        var commands = apps.SelectMany(app => UntrustedConfig.Describe(app.App.Commands).Select(command => $"{app.App.Location}: {command}"));
        var folders = apps.Select(app => app.App.DataDirectory).Concat(config.ExtraDirectories.Select(extra => extra.Path));
        var about = $"The backup is not encrypted, and not known to be one of this platform: anyone who can write to the storage may have changed it. "
            + $"It fills {OutsideText.ToDecide(string.Join(", ", folders), LongestList)}. Its commands are {OutsideText.ToDecide(string.Join("; ", commands.DefaultIfEmpty("none")), LongestList)}.";
        var check = options.AllowCommand
            ? new TrustCheck(true, apps, new(Name, CheckOutcome.Warning, $"{about} They are run, as -AllowCommand says."))
            : new TrustCheck(
                false,
                [.. apps.Select(app => app with { App = app.App with { Commands = new AppCommands() } })],
                new(Name, CheckOutcome.Warning, $"{about} The apps come without them: set those that you want with Set-BackupApp, or repeat with -AllowCommand."));
        var refused = folders.Where(SystemFolders.Contains).Distinct(StringComparer.Ordinal)
            .Select(path => RestoreCheck.Fail("Folders", BackupErrors.SystemFolderRefused(path)));
        return check with { IsDoubtful = true, Folders = options.AllowSystemFolder ? [] : [.. refused] };
    }
}
