using CloudBackup.Addons;
using CloudBackup.FileTree;
using CloudBackup.Layout;
using CloudBackup.Source;

namespace CloudBackup.Apps;

/// <summary>What an app may be told.</summary>
internal static class AppRules
{
    /// <summary>The app with its values in their usual form, when its data directory is there.</summary>
    /// <exception cref="BackupException">A value is invalid, or the data directory cannot be opened.</exception>
    public static BackupApp Check(BackupApp app)
    {
        app = CheckValues(app);
        try
        {
            LocalFileSystem.Open(app.DataDirectory).Dispose();
        }
        catch (FileTreeException failure)
        {
            throw BackupErrors.DataDirectoryUnusable(app.Location, app.DataDirectory, failure);
        }
        return app;
    }

    /// <summary>Refuses addons whose sources are there and cannot be dumped: no backup would be made.</summary>
    /// <exception cref="BackupException">One is a link, or not what it should be, or two are one file.</exception>
    public static void CheckAddonSources(BackupApp app)
    {
        using var data = AppFolder.Open(app);
        var known = new Dictionary<(ulong Device, ulong Inode), BackupAddon>();
        foreach (var addon in app.Addons)
        {
            if (AddonHandlers.For(addon.Type).CheckSource(addon, data) is { } identity && !known.TryAdd(identity, addon) && known[identity] != addon)
            {
                throw BackupErrors.AddonTwice(known[identity].ToString(), addon.ToString());
            }
        }
    }

    /// <summary>The app with its values in their usual form, wherever its data is.</summary>
    /// <exception cref="BackupException">A value is invalid.</exception>
    public static BackupApp CheckValues(BackupApp app)
    {
        if (!AppNames.IsLocation(app.Location))
        {
            throw BackupErrors.NameInvalid(
                "location", app.Location, "a domain-like name: letters, digits, dots, dashes and underscores, at most 128, no dot at either end");
        }
        CheckVersion(app.Version);
        if (!Path.IsPathFullyQualified(app.DataDirectory))
        {
            throw BackupErrors.NameInvalid("data directory", app.DataDirectory, "it must be an absolute path");
        }
        foreach (var addon in app.Addons)
        {
            AddonHandlers.For(addon.Type).Validate(addon);
        }
        _ = new ExcludeRules(app.Exclude);
        return app with
        {
            Location = app.Location.ToLowerInvariant(),
            Addons = [.. app.Addons.Distinct()],
            DataDirectory = Path.TrimEndingDirectorySeparator(Path.GetFullPath(app.DataDirectory)),
        };
    }

    /// <summary>Refuses what is no version.</summary>
    /// <exception cref="BackupException">It is none.</exception>
    public static void CheckVersion(string version)
    {
        if (!AppNames.IsVersion(version))
        {
            throw BackupErrors.NameInvalid("version", version, "letters, digits, dots, dashes, pluses and tildes, at most 64");
        }
    }
}
