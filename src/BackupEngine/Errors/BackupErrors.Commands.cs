namespace CloudBackup;

internal static partial class BackupErrors
{
    public static BackupException PathNotOnFileSystem(string path, string provider) => new(
        nameof(PathNotOnFileSystem),
        BackupErrorCategory.InvalidInput,
        $"The path '{path}' belongs to the PowerShell provider {provider}. CloudBackup works with files and folders: name a path of the file system.",
        path);
}
