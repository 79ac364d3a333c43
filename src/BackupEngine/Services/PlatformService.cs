using CloudBackup.Apps;
using CloudBackup.FileTree;
using CloudBackup.Platform;

namespace CloudBackup;

/// <summary>The platform itself.</summary>
public sealed class PlatformService
{
    private readonly EngineContext _context;

    internal PlatformService(EngineContext context) => _context = context;

    /// <summary>What is known of the platform.</summary>
    public BackupPlatform Get()
    {
        var document = _context.Platform.Get();
        return new BackupPlatform
        {
            Id = document.Id,
            PlatformHome = _context.Home.Path,
            Version = _context.Version,
            ExtraDirectory = document.ExtraDirectories,
        };
    }

    /// <summary>Says which folders belong to the platform besides its home.</summary>
    /// <exception cref="BackupException">One cannot be opened, or overlaps another, the home, an app's data, or a site's storage.</exception>
    public BackupPlatform SetExtraDirectories(IReadOnlyList<string> directories)
    {
        FolderClaim.RequireRows(_context, "check of the extra directories");
        List<string> wanted = [.. directories.Select(Normalize).Distinct()];
        ExtraDirectories.Check(
            wanted, [FolderClaim.Of(_context.Home), .. _context.Apps.List().Select(FolderClaim.Of), .. FolderClaim.Of(_context.Sites.List())]);
        foreach (var directory in wanted)
        {
            try
            {
                LocalFileSystem.Open(directory).Dispose();
            }
            catch (FileTreeException failure)
            {
                throw BackupErrors.ExtraDirectoryUnusable(directory, failure);
            }
        }
        _context.Platform.Save(_context.Platform.Get() with { ExtraDirectories = wanted });
        return Get();
    }

    private static string Normalize(string directory) => Path.IsPathFullyQualified(directory)
        ? Path.TrimEndingDirectorySeparator(Path.GetFullPath(directory))
        : throw BackupErrors.NameInvalid("extra directory", directory, "it must be an absolute path");
}
