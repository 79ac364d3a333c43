using CloudBackup.FileTree;
using CloudBackup.Infrastructure;

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
        $"'{path}' is encrypted, and no key of this platform opens it. Give its password with -Password.",
        path);

    public static BackupException ImportMixed(string path, string item) => new(
        nameof(ImportMixed),
        BackupErrorCategory.InvalidInput,
        $"'{path}' holds encrypted files and plain ones, and '{PathText.ForDisplay(item)}' is not what the others are. Take away what does not belong "
        + "there. A folder that is as it should be can be imported as a tar or zip archive, which is taken as it stands.",
        path);

    public static BackupException ImportMetadataDiffers(string path, string metadata, string item, string difference) => new(
        nameof(ImportMetadataDiffers),
        BackupErrorCategory.Damaged,
        $"'{path}' is not what its {metadata} says: '{PathText.ForDisplay(item)}' {difference}. Fetch the folder again. To import it as it "
        + "stands, without modes, owners and links, remove that file.",
        path);

    public static BackupException ImportConfigMissing(string path, string config) => new(
        nameof(ImportConfigMissing),
        BackupErrorCategory.InvalidInput,
        $"'{path}' holds no {config}, so it does not say what the app is. Register the app with Register-BackupApp, and import without -Register.",
        path);

    public static BackupException ImportDataMissing(string path) => new(
        nameof(ImportDataMissing),
        BackupErrorCategory.InvalidInput,
        $"'{path}' holds no folder 'data' at its top, which is what an import brings in. Unpack it, put the app's files into a folder 'data', and "
        + "import the folder around that.",
        path);

    public static BackupException ImportLocationNeeded(string path) => new(
        nameof(ImportLocationNeeded),
        BackupErrorCategory.InvalidInput,
        $"'{path}' does not say which app it is of. Give the app's location.",
        path);

    public static BackupException ImportNameDiffers(string path, string name, string content) => new(
        nameof(ImportNameDiffers),
        BackupErrorCategory.Damaged,
        $"'{path}' has the name of the backup {name}, but holds {OutsideText.Clean(content, 200)}. Fetch the right one; to import this one, rename it.",
        path);

    public static BackupException ImportUnreadable(string path, string reason, Exception? inner) => new(
        nameof(ImportUnreadable),
        BackupErrorCategory.Damaged,
        $"'{path}' cannot be imported: {reason}",
        path,
        inner);

    public static BackupException ImportFormatUnknown(string path) => new(
        nameof(ImportFormatUnknown),
        BackupErrorCategory.InvalidInput,
        $"'{path}' is not an archive that CloudBackup reads: tar (bare, .gz or .bz2) or zip. It may be damaged from its first block on. If another "
        + "program reads it, unpack it and import the folder.",
        path);

    public static BackupException ImportFormatUnsupported(string path, string format, string command, bool isCompressed) => new(
        nameof(ImportFormatUnsupported),
        BackupErrorCategory.InvalidInput,
        (isCompressed ? $"'{path}' holds {format} in compressed form, which" : $"'{path}' is {format}, which") + " CloudBackup does not read. "
        + (isCompressed ? "Unpack it, and import the folder that comes out." : $"Unpack it, for example with: {command} - and import what comes out."),
        path);

    public static BackupException ImportArchiveFollows(string path, long position) => new(
        nameof(ImportArchiveFollows),
        BackupErrorCategory.InvalidInput,
        $"'{path}' holds a second tar archive behind the first, from byte {position} on (or its headers are damaged there). An import would leave it "
        + "out. Unpack all of it with 'tar -xi', check the result, and import the folder.",
        path);

    public static BackupException ImportLinkTargetMissing(string path, string link, string target) => new(
        nameof(ImportLinkTargetMissing),
        BackupErrorCategory.Damaged,
        $"'{path}' cannot be imported: '{PathText.ForDisplay(link)}' is a hard link to '{PathText.ForDisplay(target)}', which the archive does not "
        + "hold. Pack both together.",
        path);

    public static BackupException ImportTooManyFolders(string path, long most) => new(
        nameof(ImportTooManyFolders),
        BackupErrorCategory.InvalidInput,
        $"'{path}' holds more folders and links than fit into {most / (1024 * 1024)} MiB of memory, a third of what this process may use. "
        + "Unpack it and import the folder, or give the process more memory.",
        path);

    public static BackupException ImportZipEncodingUnknown(string name, Exception inner) => new(
        nameof(ImportZipEncodingUnknown),
        BackupErrorCategory.InvalidInput,
        $"'{name}' is not a code page. Give its number or name with -ZipEncoding, for example 437, 866, 932, gbk or windows-1252.",
        name,
        inner);
}
