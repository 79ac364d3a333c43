namespace CloudBackup.Storage;

/// <summary>Rules for object paths.</summary>
internal static class StoragePath
{
    /// <summary>Joins two paths, either of which may be empty.</summary>
    public static string Join(string folder, string path) => folder.Length == 0 ? path : path.Length == 0 ? folder : $"{folder}/{path}";

    /// <summary>The folder part; empty for an object at the top.</summary>
    public static string FolderOf(string path) => path.LastIndexOf('/') is >= 0 and var slash ? path[..slash] : "";

    /// <summary>The last part.</summary>
    public static string NameOf(string path) => path[(path.LastIndexOf('/') + 1)..];

    /// <summary>Refuses paths that could leave the site's place.</summary>
    /// <exception cref="StorageException">The path is empty, absolute, or has an empty or dot part.</exception>
    public static string Check(string path) =>
        IsValid(path) ? path : throw new StorageException(StorageErrorKind.Misconfigured, path, $"'{path}' is no path of an object.");

    /// <summary>Whether a path could be one of ours: not empty, not absolute, and without an empty or dot part.</summary>
    public static bool IsValid(string path)
    {
        foreach (var part in path.AsSpan().Split('/'))
        {
            if (path.AsSpan(part) is "" or "." or "..")
            {
                return false;
            }
        }
        return true;
    }
}
