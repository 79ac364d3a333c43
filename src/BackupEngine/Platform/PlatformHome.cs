namespace CloudBackup.Platform;

/// <summary>
/// The folder of one installation. Only its owner can enter it: the catalog names places and people, and keys are kept here.
/// </summary>
internal sealed class PlatformHome
{
    private const UnixFileMode OwnerOnly = UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute;

    private PlatformHome(string path) => Path = path;

    /// <summary>The folder.</summary>
    public string Path { get; }

    /// <summary>The catalog.</summary>
    public string DatabasePath => System.IO.Path.Join(Path, "platform.db");

    /// <summary>The folder of keys and credentials.</summary>
    public string SecretsPath => System.IO.Path.Join(Path, "secrets");

    /// <summary>Opens the home folder, and makes it when it is missing.</summary>
    /// <exception cref="BackupException">It cannot be made or entered.</exception>
    public static PlatformHome Open(string path)
    {
        var full = System.IO.Path.GetFullPath(path);
        try
        {
            MakeFolder(full);
            MakeFolder(System.IO.Path.Join(full, "locks"));
            MakeFolder(System.IO.Path.Join(full, "tmp"));
            MakeFolder(System.IO.Path.Join(full, "secrets"));
            return new PlatformHome(full);
        }
        catch (Exception failure) when (failure is IOException or UnauthorizedAccessException)
        {
            throw BackupErrors.PlatformHomeUnusable(full, failure);
        }
    }

    /// <summary>
    /// Where an installation is when nobody says: <c>$CLOUDBACKUP_HOME</c>, else <c>/var/lib/cloudbackup</c> for root,
    /// <c>$XDG_DATA_HOME/cloudbackup</c> (by default <c>~/.local/share/cloudbackup</c>) for other users, and
    /// <c>%ProgramData%\CloudBackup</c> on Windows.
    /// </summary>
    public static string DefaultPath(Func<string, string?> environment)
    {
        if (environment("CLOUDBACKUP_HOME") is { Length: > 0 } explicitPath)
        {
            return explicitPath;
        }
        if (OperatingSystem.IsWindows())
        {
            return System.IO.Path.Join(Environment.GetFolderPath(Environment.SpecialFolder.CommonApplicationData), "CloudBackup");
        }
        if (Environment.IsPrivilegedProcess)
        {
            return "/var/lib/cloudbackup";
        }
        var data = environment("XDG_DATA_HOME") is { Length: > 0 } xdg
            ? xdg
            : System.IO.Path.Join(environment("HOME") ?? "/", ".local", "share");
        return System.IO.Path.Join(data, "cloudbackup");
    }

    /// <summary>The file that a lock of this name is held on.</summary>
    public string LockPath(string name) => System.IO.Path.Join(Path, "locks", name + ".lock");

    /// <summary>Makes an empty folder of this name for temporary files; what an earlier run left in it is removed.</summary>
    public string MakeTemporaryFolder(string name)
    {
        var folder = TemporaryFolder(name);
        RemoveTemporaryFolder(name);
        MakeFolder(folder);
        return folder;
    }

    private string TemporaryFolder(string name) => System.IO.Path.Join(Path, "tmp", name);

    /// <summary>Whether there is a temporary folder of this name.</summary>
    public bool HasTemporaryFolder(string name) => Directory.Exists(TemporaryFolder(name));

    /// <summary>Removes a temporary folder and all in it.</summary>
    public void RemoveTemporaryFolder(string name)
    {
        var folder = TemporaryFolder(name);
        if (Directory.Exists(folder))
        {
            Directory.Delete(folder, recursive: true);
        }
    }

    /// <summary>The folder of what is remembered of a site's snapshots, which need not be there.</summary>
    public string SyncFolder(string site) => System.IO.Path.Join(Path, "sync", site);

    /// <summary>Makes the folder of what is remembered of a site's snapshots, and returns its path.</summary>
    public string MakeSyncFolder(string site)
    {
        var folder = SyncFolder(site);
        MakeFolder(System.IO.Path.GetDirectoryName(folder)!);
        MakeFolder(folder);
        return folder;
    }

    /// <summary>Forgets what is remembered of a site's snapshots: the next backup compares with the storage.</summary>
    public void RemoveSyncFolder(string site)
    {
        var folder = SyncFolder(site);
        if (Directory.Exists(folder))
        {
            Directory.Delete(folder, recursive: true);
        }
    }

    private static void MakeFolder(string path)
    {
        if (OperatingSystem.IsWindows())
        {
            Directory.CreateDirectory(path);
        }
        else if (!Directory.Exists(path))
        {
            Directory.CreateDirectory(path, OwnerOnly);
        }
    }
}
