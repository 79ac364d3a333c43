namespace CloudBackup.Platform;

/// <summary>Where a platform is when no folder is named.</summary>
internal static class DefaultHome
{
    /// <summary>
    /// <c>$CLOUDBACKUP_HOME</c>, else <c>/var/lib/cloudbackup</c> for root, <c>$XDG_DATA_HOME/cloudbackup</c> (by default
    /// <c>~/.local/share/cloudbackup</c>) for other users, and <c>%ProgramData%\CloudBackup</c> on Windows.
    /// </summary>
    /// <exception cref="BackupException">A variable names a relative path, or the account has no home folder.</exception>
    public static string Find() => Find(
        Environment.GetEnvironmentVariable,
        Environment.IsPrivilegedProcess,
        // Looks into the list of accounts where HOME is empty.
        () => Environment.GetFolderPath(Environment.SpecialFolder.UserProfile, Environment.SpecialFolderOption.DoNotVerify));

    /// <summary>The same for an environment and an account.</summary>
    /// <exception cref="BackupException">A variable names a relative path, or the account has no home folder.</exception>
    public static string Find(Func<string, string?> environment, bool isRoot, Func<string> accountHome)
    {
        if (Variable("CLOUDBACKUP_HOME") is { } named)
        {
            return named;
        }
        if (OperatingSystem.IsWindows())
        {
            return Path.Join(Environment.GetFolderPath(Environment.SpecialFolder.CommonApplicationData), "CloudBackup");
        }
        if (isRoot)
        {
            return "/var/lib/cloudbackup";
        }
        var data = Variable("XDG_DATA_HOME") ?? Path.Join(Variable("HOME") ?? AccountHome(), ".local", "share");
        return Path.Join(data, "cloudbackup");

        // An empty variable counts as unset; a relative path would put the platform into the folder that is current by chance.
        string? Variable(string name) => environment(name) is not { Length: > 0 } value
            ? null
            : Path.IsPathFullyQualified(value) ? value : throw BackupErrors.PlatformHomeRelative(name, value);

        string AccountHome() => accountHome() is var home && Path.IsPathFullyQualified(home) ? home : throw BackupErrors.PlatformHomeUnknown();
    }
}
