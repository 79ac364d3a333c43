using CloudBackup.FileTree;
using CloudBackup.Infrastructure;

namespace CloudBackup.Storage.FileSystem;

/// <summary>Which names the file system takes: what it says, and what a trial finds out.</summary>
internal sealed class PlaceNames(StoreFolder store, IRandomSource random)
{
    /// <summary>What the file system says.</summary>
    public StorageCapabilities Read()
    {
        try
        {
            var rules = store.Root().ReadNameRules();
            return new StorageCapabilities
            {
                LongestName = rules.LongestName,
                TakesAnyBytes = rules.TakesAnyBytes,
                ForbiddenCharacters = rules.ForbiddenCharacters,
                IsCaseInsensitive = rules.IsCaseInsensitive,
                IsReserved = PartialName.IsPartial,
            };
        }
        catch (Exception failure) when (failure is StorageException or FileTreeException)
        {
            return new StorageCapabilities(); // the first real call says what is wrong
        }
    }

    /// <summary>Finds out by empty files, as <see cref="INameTrial.TryNames"/> says.</summary>
    public StorageCapabilities Try(StorageCapabilities declared) => FileSystemErrors.Run("", () =>
    {
        var folder = store.Root();
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
