using CloudBackup.Encryption;
using CloudBackup.FileTree;
using CloudBackup.Formats.Rsync;
using CloudBackup.Storage;

namespace CloudBackup.Import;

/// <summary>
/// Lists what stands in a folder, each folder before what is in it, in the order of the names that its names stand for: that of
/// <c>fsmetadata.json</c>. One folder's names are in memory at a time per level.
/// </summary>
/// <param name="source">The folder that is imported, for messages.</param>
/// <param name="names">What its names stand for.</param>
internal sealed class FolderWalk(string source, ObjectNames names)
{
    /// <summary>Walks everything below a folder.</summary>
    /// <exception cref="BackupException">A folder cannot be read, or a name is none of an encrypted file.</exception>
    public IEnumerable<FolderItem> Run(DirectoryNode folder, CancellationToken cancellationToken) => Run(folder, "", cancellationToken);

    private IEnumerable<FolderItem> Run(DirectoryNode folder, string path, CancellationToken cancellationToken)
    {
        foreach (var item in List(folder, path, cancellationToken))
        {
            cancellationToken.ThrowIfCancellationRequested();
            yield return item;
            if (item.Facts.Kind != EntryKind.Directory)
            {
                continue;
            }
            using var inside = Read(item.Path, () => folder.OpenDirectory(item.Name));
            foreach (var below in Run(inside, item.Path, cancellationToken))
            {
                yield return below;
            }
        }
    }

    private List<FolderItem> List(DirectoryNode folder, string path, CancellationToken cancellationToken) => Read(path, () => folder
        .ReadNames(cancellationToken)
        .Select(name => Look(folder, path, name))
        .OrderBy(item => item.Path, PathOrder.Instance)
        .ToList());

    private FolderItem Look(DirectoryNode folder, string path, string name)
    {
        var facts = folder.Stat(name);
        var isNamedAsItIs = names.Form == NameForm.Plain || (names.Form == NameForm.Suffixed && facts.Kind == EntryKind.Directory);
        var plain = isNamedAsItIs ? name : PathOf(StoragePath.Join(path, name), name);
        return new FolderItem(StoragePath.Join(path, plain), facts, folder, name);
    }

    private string PathOf(string path, string name)
    {
        // Only who has the keys can make such names; a mistake of theirs must not lead elsewhere either.
        if (names.PathOf(name) is { } plain && !plain.AsSpan().ContainsAny('/', '\0'))
        {
            return plain;
        }
        throw names.Form == NameForm.Encrypted
            ? BackupErrors.WrongPasswordOrDamaged($"the name '{PathText.ForDisplay(path)}'", MacCheck.Failure())
            : BackupErrors.ImportMixed(source, path);
    }

    private static T Read<T>(string path, Func<T> action)
    {
        try
        {
            return action();
        }
        catch (FileTreeException failure)
        {
            throw BackupErrors.FileNotRead(PathText.ForDisplay(path.Length == 0 ? failure.Path : path), failure);
        }
    }
}
