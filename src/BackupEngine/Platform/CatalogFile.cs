using CloudBackup.Catalog;

namespace CloudBackup.Platform;

/// <summary>The catalog as a file: making a new one, and telling one from what is none.</summary>
internal static class CatalogFile
{
    private const string FolderName = "new-catalog";

    /// <summary>
    /// Makes the catalog of a new platform and opens it. It gets its name when it is complete: an empty file of that name is always damage, never
    /// a beginning. Of several processes that do this side by side, one makes it.
    /// </summary>
    /// <exception cref="BackupException">It cannot be made.</exception>
    public static PlatformDatabase Create(PlatformHome home, int schema)
    {
        var path = Path.Join(home.MakeTemporaryFolder(FolderName), "platform.db");
        try
        {
            PlatformDatabase.Make(path, schema);
            File.Move(path, home.DatabasePath, overwrite: false);
        }
        catch (IOException) when (File.Exists(home.DatabasePath))
        {
            // Another process was quicker.
        }
        catch (Exception failure) when (failure is IOException or UnauthorizedAccessException)
        {
            throw MachineFailure.ExplainHome(home.Path, failure);
        }
        finally
        {
            home.RemoveTemporaryFolder(FolderName);
        }
        return PlatformDatabase.Open(home.DatabasePath, schema);
    }
}
