namespace CloudBackup;

/// <summary>Failures of imports.</summary>
internal static partial class BackupErrors
{
    public static BackupException RemotePathNeeded(string site) => new(
        nameof(RemotePathNeeded),
        BackupErrorCategory.InvalidInput,
        $"Which backup of '{site}' is meant? Give its path below the prefix, without extension, with -RemotePath.",
        site);

    public static BackupException ImportNotFound(string site, string remotePath) => new(
        nameof(ImportNotFound),
        BackupErrorCategory.NotFound,
        $"The site '{site}' holds no backup '{remotePath}'. Check site, prefix and path; the path has no extension.",
        remotePath);

    public static BackupException ImportOfPlatform(string id) => new(
        nameof(ImportOfPlatform),
        BackupErrorCategory.InvalidInput,
        $"'{id}' is the backup of a platform, not of an app. Restore-Platform restores it.",
        id);

    public static BackupException ImportVersionDiffers(string location, string version, string backup) => new(
        nameof(ImportVersionDiffers),
        BackupErrorCategory.InvalidState,
        $"{location} has version {version}, and the backup is of {backup}: data of one version may be useless to another. Bring the app to {backup} "
        + "first, with Update-BackupApp.",
        location);

    public static BackupException ImportPasswordNeeded(string path) => new(
        nameof(ImportPasswordNeeded),
        BackupErrorCategory.AccessDenied,
        $"'{path}' is encrypted. Give its password with -Password.",
        path);

    public static BackupException ImportUnreadable(string path, string reason, Exception? inner) => new(
        nameof(ImportUnreadable),
        BackupErrorCategory.Damaged,
        $"'{path}' cannot be imported: {reason}",
        path,
        inner);
}
