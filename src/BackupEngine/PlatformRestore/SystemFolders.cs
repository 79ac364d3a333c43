using CloudBackup.FileTree;

namespace CloudBackup.PlatformRestore;

/// <summary>
/// Folders whose content decides what a machine runs and who may sign in to it. A platform backup that anyone can have written does not fill
/// them unasked.
/// </summary>
internal static class SystemFolders
{
    private static readonly string[] Roots =
    [
        "/etc", "/root", "/usr", "/boot", "/bin", "/sbin", "/lib", "/lib32", "/lib64", "/libx32", "/dev", "/proc", "/sys", "/run", "/snap", "/nix",
        "/var/run", "/var/spool", "/var/cron", "/var/root", "/var/lib/cloudbackup", "/var/lib/systemd", "/var/lib/dpkg", "/var/lib/rpm",
        "/private/etc", "/private/var/root", "/System", "/Library",
    ];

    /// <summary>Whether a folder is one of them, is inside one, or has one inside; the same for what the path leads to.</summary>
    public static bool Contains(string path) => IsOne(Path.TrimEndingDirectorySeparator(Path.GetFullPath(path))) || IsOne(RealPath.Of(path));

    private static bool IsOne(string path)
    {
        var parts = path.Split(Path.DirectorySeparatorChar, StringSplitOptions.RemoveEmptyEntries);
        var home = Environment.GetFolderPath(Environment.SpecialFolder.UserProfile);
        return Array.Exists(Roots, root => RealPath.Overlap(path, root))
            || Array.Exists(parts, part => part[0] == '.') // settings and keys of a user, wherever the home is
            || parts is ["home" or "Users"] or ["home" or "Users", _]
            || (home.Length > 0 && PathOrder.IsInside(home.TrimStart('/'), path.TrimStart('/')));
    }
}
