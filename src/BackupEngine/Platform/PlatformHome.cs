namespace CloudBackup.Platform;

/// <summary>
/// The folder of one installation. Only its owner can enter it: the catalog names places and people, and keys are kept here.
/// </summary>
internal sealed class PlatformHome : IDisposable
{
    private const UnixFileMode OwnerOnly = UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute;

    private readonly TemporaryFolders _temporary;

    private PlatformHome(string path, TimeProvider time)
    {
        Path = path;
        _temporary = new TemporaryFolders(System.IO.Path.Join(path, "tmp"), MakeFolder, time);
    }

    /// <summary>Whether there was no platform in the folder.</summary>
    public bool IsNew { get; private set; }

    /// <summary>Whether the new platform took the place of one whose catalog is missing.</summary>
    public bool HasLostCatalog { get; private set; }

    /// <summary>Whether SQLite's log of a catalog is there: beside a new catalog it would be taken for the new one's.</summary>
    private bool HasLooseLog => File.Exists(DatabasePath + "-wal") || File.Exists(DatabasePath + "-journal");

    /// <summary>The folder.</summary>
    public string Path { get; }

    /// <summary>The catalog.</summary>
    public string DatabasePath => System.IO.Path.Join(Path, "platform.db");

    /// <summary>The folder of keys and credentials.</summary>
    public string SecretsPath => System.IO.Path.Join(Path, "secrets");

    /// <summary>Opens the home folder of a platform, or makes a new one where there is none.</summary>
    /// <param name="path">The folder.</param>
    /// <param name="mayCreate">Whether a new platform may be made.</param>
    /// <param name="time">The clock.</param>
    /// <exception cref="BackupException">
    /// There is no platform and none may be made, the catalog of an earlier one is missing, or the folder cannot be made or entered.
    /// </exception>
    public static PlatformHome Open(string path, bool mayCreate, TimeProvider time)
    {
        var full = System.IO.Path.GetFullPath(path);
        var home = new PlatformHome(full, time);
        try
        {
            // In this order: a process that is making the platform right now has its catalog before anything else.
            var sign = home.FindSignOfPlatform();
            home.IsNew = !File.Exists(home.DatabasePath);
            home.HasLostCatalog = home.IsNew && sign is not null;
            if (home.HasLostCatalog && (!mayCreate || home.HasLooseLog))
            {
                throw BackupErrors.CatalogMissing(home.DatabasePath, sign!);
            }
            if (home.IsNew && !mayCreate)
            {
                throw BackupErrors.PlatformNotFound(full);
            }
            MakeFolder(full);
            MakeFolder(System.IO.Path.Join(full, "locks"));
            MakeFolder(System.IO.Path.Join(full, "tmp"));
            MakeFolder(System.IO.Path.Join(full, "secrets"));
            home._temporary.Sweep();
            return home;
        }
        catch (Exception failure) when (failure is IOException or UnauthorizedAccessException)
        {
            throw MachineFailure.ExplainHome(full, failure);
        }
    }

    /// <summary>The file that a lock of this name is held on.</summary>
    public string LockPath(string name) => System.IO.Path.Join(Path, "locks", name + ".lock");

    /// <summary>Makes an empty folder of this name for temporary files, which no other process sees as its own.</summary>
    public string MakeTemporaryFolder(string name) => InHome(() => _temporary.Make(name));

    /// <summary>Removes a temporary folder of this home and all in it.</summary>
    public void RemoveTemporaryFolder(string name) => _temporary.Remove(name);

    /// <summary>Removes temporary folders whose process is gone.</summary>
    public void SweepTemporaryFolders() => _temporary.Sweep();

    /// <inheritdoc/>
    public void Dispose() => _temporary.Dispose();

    /// <summary>The folder of what is remembered of a site's snapshots, which need not be there.</summary>
    public string SyncFolder(string site) => System.IO.Path.Join(Path, "sync", site);

    /// <summary>Makes the folder of what is remembered of a site's snapshots, and returns its path.</summary>
    public string MakeSyncFolder(string site) => InHome(() =>
    {
        var folder = SyncFolder(site);
        MakeFolder(System.IO.Path.GetDirectoryName(folder)!);
        MakeFolder(folder);
        return folder;
    });

    /// <summary>Forgets what is remembered of a site's snapshots: the next backup compares with the storage.</summary>
    public void RemoveSyncFolder(string site)
    {
        var folder = SyncFolder(site);
        if (Directory.Exists(folder))
        {
            Directory.Delete(folder, recursive: true);
        }
    }

    private string? FindSignOfPlatform() => HasLooseLog
        ? DatabasePath + "-wal"
        : new[] { SecretsPath, System.IO.Path.Join(Path, "sync") }
            .Where(Directory.Exists).SelectMany(Directory.EnumerateFileSystemEntries).FirstOrDefault();

    private T InHome<T>(Func<T> work)
    {
        try
        {
            return work();
        }
        catch (Exception failure) when (failure is IOException or UnauthorizedAccessException)
        {
            throw MachineFailure.ExplainHome(Path, failure);
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
