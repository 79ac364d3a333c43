using CloudBackup.Formats.Index;
using CloudBackup.Reading;

namespace CloudBackup.Import;

/// <summary>The folders of an import: they get their modes and times when nothing below them changes any more.</summary>
internal sealed class LocalFolders
{
    private readonly Dictionary<string, IndexEntry> _folders = new(StringComparer.Ordinal);

    /// <summary>Adds a folder; what is said last of it counts.</summary>
    public void Add(IndexEntry folder) => _folders[folder.Path] = folder;

    /// <summary>Forgets a folder that a later entry took the place of.</summary>
    public void Remove(string path) => _folders.Remove(path);

    /// <summary>Sets what they have besides their content.</summary>
    public void Finish(RestoreTarget target, CancellationToken cancellationToken)
    {
        // A path is less than all that are below it. From the last one on, none is closed to us before what is in it is done.
        var folders = _folders.Values.ToArray();
        Array.Sort(folders, (x, y) => string.CompareOrdinal(y.Path, x.Path));
        target.FinishFolders(folders, cancellationToken);
    }
}
