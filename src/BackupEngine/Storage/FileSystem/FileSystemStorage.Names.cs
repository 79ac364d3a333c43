using CloudBackup.FileTree;

namespace CloudBackup.Storage.FileSystem;

internal sealed partial class FileSystemStorage
{
    /// <inheritdoc/>
    public StorageCapabilities TryNames(StorageCapabilities declared) => FileSystemErrors.Run("", () =>
    {
        var folder = Root();
        var name = PartialName.For("", random);
        if (folder.ReadNameRules().IsCertain || !Takes(folder, name, out var isCaseInsensitive))
        {
            return declared;
        }
        return declared with
        {
            IsCaseInsensitive = isCaseInsensitive,
            TakesAnyBytes = Takes(folder, name + PathText.FromBytes([0xFF]), out _),
            ForbiddenCharacters = Takes(folder, name + ":", out _) ? "" : NameRules.Windows.ForbiddenCharacters,
        };
    });

    /// <summary>Whether an empty file can have a name, and whether it is then found by the same in capitals.</summary>
    private static bool Takes(DirectoryNode folder, string name, out bool isCaseInsensitive)
    {
        isCaseInsensitive = false;
        try
        {
            using var file = folder.CreateFile(name);
        }
        catch (FileTreeException failure) when (failure.Kind is not FileTreeErrorKind.OutOfSpace)
        {
            return false;
        }
        try
        {
            isCaseInsensitive = folder.Exists(name.ToUpperInvariant());
        }
        finally
        {
            folder.RemoveFile(name);
        }
        return true;
    }
}
