using System.Text;
using CloudBackup.Encryption;
using CloudBackup.FileTree;
using CloudBackup.Formats.Objects;
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
    public IEnumerable<FolderItem> Run(DirectoryNode folder, CancellationToken cancellationToken)
    {
        using var folders = new FolderChain(folder);
        var frames = new Stack<(List<Found>.Enumerator Items, int Length)>();
        var path = new StringBuilder();
        frames.Push((List(folder, "", cancellationToken).GetEnumerator(), 0));
        while (frames.TryPop(out var frame))
        {
            cancellationToken.ThrowIfCancellationRequested();
            if (!frame.Items.MoveNext())
            {
                if (folders.Count > 0)
                {
                    Read(path.ToString(0, frame.Length), () => Leave(folders));
                }
                continue;
            }
            frames.Push(frame);
            var found = frame.Items.Current;
            path.Length = frame.Length;
            var item = new FolderItem(
                path.Append(path.Length > 0 ? "/" : "").Append(found.Plain).ToString(), found.Facts, folders.Last, found.Name);
            yield return item;
            if (found.Facts.Kind == EntryKind.Directory)
            {
                folders.Push(found.Name, Read(item.Path, () => folders.Last.OpenDirectory(found.Name)));
                frames.Push((List(folders.Last, item.Path, cancellationToken).GetEnumerator(), item.Path.Length));
            }
        }
    }

    private static bool Leave(FolderChain folders)
    {
        folders.Pop();
        return true;
    }

    private List<Found> List(DirectoryNode folder, string path, CancellationToken cancellationToken) => Read(path, () => folder
        .ReadNames(cancellationToken)
        .Select(name => Look(folder, path, name))
        .OrderBy(found => found.Plain, PathOrder.Instance)
        .ToList());

    private Found Look(DirectoryNode folder, string path, string name)
    {
        var facts = folder.Stat(name);
        var isNamedAsItIs = names.Form == NameForm.Plain || (names.Form == NameForm.Suffixed && facts.Kind == EntryKind.Directory);
        return new Found(isNamedAsItIs ? name : PathOf(StoragePath.Join(path, name), name), facts, name);
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

    /// <summary>An entry of a folder, without the path to it: a folder of many names may lie deep.</summary>
    private readonly record struct Found(string Plain, FileFacts Facts, string Name);
}
