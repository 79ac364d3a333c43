using CloudBackup.FileTree;
using CloudBackup.Platform;

namespace CloudBackup.Apps;

/// <summary>
/// Opens the data directories of apps. The user of an app may own the folder around its data, and can put a symbolic link to anything there.
/// So a data directory is resolved when the administrator names it, and every operation after that opens the resolved folder without
/// following links, and compares it with the one from then.
/// </summary>
internal static class AppFolder
{
    /// <summary>
    /// The folder of an app that is being registered. Links are followed where only the administrator can have put them. The path is resolved
    /// once: the folder that is checked is the folder that is opened.
    /// </summary>
    /// <exception cref="BackupException">It cannot be opened, or overlaps what is another app's, the platform's or a site's.</exception>
    public static DataFolder Register(EngineContext context, BackupApp app)
    {
        var path = Guard(app, () => TrustedPath.Resolve(app.DataDirectory));
        FolderClaim.CheckDataDirectory(context, app, path);
        return Guard(app, () =>
        {
            using var folder = LocalFileSystem.OpenReal(path);
            return Describe(folder);
        });
    }

    /// <summary>The data directory of an app that waits for its data, without links on the way, whether it is there or not.</summary>
    /// <exception cref="BackupException">A link on the way is another user's.</exception>
    public static string ResolveNew(BackupApp app)
    {
        try
        {
            return TrustedPath.Resolve(app.DataDirectory);
        }
        catch (FileTreeException failure)
        {
            throw BackupErrors.DestinationUnusable(app.DataDirectory, failure);
        }
    }

    /// <summary>
    /// The app with its data directory known. One that was registered by an earlier version is looked at now. Another folder in its place is
    /// accepted where only the administrator can have put it there. An app that waits for its data need not have one: elsewhere a data directory that
    /// is not there is refused, since its disk may not be mounted.
    /// </summary>
    /// <exception cref="BackupException">It cannot be opened, or is not the folder that was registered.</exception>
    public static BackupApp Settle(EngineContext context, BackupApp app, IOperationObserver observer)
    {
        if (app.UnfinishedRestore is not null && !Directory.Exists(PathOf(app)))
        {
            return app;
        }
        using var folder = Open(app, out var isOther);
        var found = Describe(folder);
        if (isOther)
        {
            RequireAdministrator(context, app, found);
            observer.OnWarning(
                $"The data directory of {app.Location}, '{found.Path}', is another folder than before. Only the administrator can have replaced it, "
                + "so CloudBackup uses it from now on.");
        }
        else if (app.DataFolder is { Mount: { } mount } && mount == app.DataFolder.Path && found.Mount is { } now && now != mount)
        {
            throw Replaced(app); // the disk is not mounted, and its mount point has the same inode
        }
        else if (app.DataFolder is { } before && (before == found || (before.Inode is not null && found.Inode is null)))
        {
            return app;
        }
        var known = app with { DataFolder = found };
        context.Apps.Update(known);
        return known;
    }

    /// <summary>Opens the data directory of an app.</summary>
    /// <exception cref="BackupException">It cannot be opened, or is not the folder that was registered.</exception>
    public static DirectoryNode Open(BackupApp app)
    {
        var folder = Open(app, out var isOther);
        if (!isOther)
        {
            return folder;
        }
        folder.Dispose();
        throw Replaced(app);
    }

    private static DirectoryNode Open(BackupApp app, out bool isOther)
    {
        isOther = false;
        if (app.DataFolder is not { } known)
        {
            return Guard(app, () => TrustedPath.Open(app.DataDirectory));
        }
        if (RealPath.Of(app.DataDirectory) is var real && real != known.Path)
        {
            throw BackupErrors.DataDirectoryReplaced(app.Location, $"'{app.DataDirectory}' now leads to '{real}'");
        }
        var folder = Guard(app, () => LocalFileSystem.OpenReal(known.Path));
        isOther = known.Inode is not null && folder.ReadLastingIdentity() is { } inode && inode != known.Inode;
        return folder;
    }

    /// <summary>
    /// A disk that is not mounted also leaves another folder, that of the mount point: that is never accepted. Nor is any while a restore waits
    /// for the folder that it knows.
    /// </summary>
    private static void RequireAdministrator(EngineContext context, BackupApp app, DataFolder found)
    {
        // The root of a mount with another inode is that of another file system.
        if (app.DataFolder!.Mount is null || found.Mount != app.DataFolder.Mount || found.Mount == found.Path || context.RestoreJournal.Find(app.Id) is not null
            || FolderOrigin.Of(found.Path) is not { OthersCanReplace: false })
        {
            throw Replaced(app);
        }
    }

    private static BackupException Replaced(BackupApp app) =>
        BackupErrors.DataDirectoryReplaced(app.Location, $"another folder is at '{app.DataFolder!.Path}'");

    /// <summary>
    /// Opens the data directory of an app that waits for its data, and makes it when it is missing. What is there is taken as it is.
    /// </summary>
    /// <exception cref="BackupException">It cannot be opened or made.</exception>
    public static DataFolder Make(BackupApp app)
    {
        try
        {
            using var folder = TrustedPath.OpenOrMake(app.DataDirectory);
            return Describe(folder);
        }
        catch (Exception failure) when (failure is IOException or UnauthorizedAccessException)
        {
            throw BackupErrors.DestinationUnusable(app.DataDirectory, FileTreeException.From("create", app.DataDirectory, failure));
        }
    }

    /// <summary>The data directory without links on the way, whether it is there or not.</summary>
    public static string PathOf(BackupApp app) => app.DataFolder?.Path ?? RealPath.Of(app.DataDirectory);

    /// <summary>Whether a folder that was registered is at its place now. An empty mount point is not the disk.</summary>
    public static bool IsThere(DataFolder registered)
    {
        try
        {
            using var folder = LocalFileSystem.OpenReal(registered.Path);
            return folder.ReadLastingIdentity() == registered.Inode;
        }
        catch (FileTreeException)
        {
            return false;
        }
    }

    private static DataFolder Describe(DirectoryNode folder) => new(folder.Path, folder.ReadLastingIdentity(), FolderOrigin.Of(folder.Path)?.Mount);

    private static T Guard<T>(BackupApp app, Func<T> open)
    {
        try
        {
            return open();
        }
        catch (FileTreeException failure)
        {
            throw BackupErrors.DataDirectoryUnusable(app.Location, app.DataDirectory, failure);
        }
    }
}
