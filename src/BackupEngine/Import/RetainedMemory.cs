using CloudBackup.FileTree;
using CloudBackup.Formats.Index;

namespace CloudBackup.Import;

/// <summary>Bounds what an import keeps in memory until its end: an archive of a few kilobytes can hold folders for gigabytes.</summary>
/// <param name="path">The source, for messages.</param>
/// <param name="most">Bytes.</param>
internal sealed class RetainedMemory(string path, long most)
{
    private const int BytesPerEntry = 400;

    private long _taken;

    /// <summary>A third of the memory that this process may use.</summary>
    public static RetainedMemory Of(string path) => new(path, GC.GetGCMemoryInfo().TotalAvailableMemoryBytes / 3);

    /// <summary>Takes the memory for an entry.</summary>
    /// <exception cref="BackupException">There is not so much.</exception>
    public void Take(IndexEntry entry) => Take(
        BytesPerEntry + (sizeof(char) * (entry.Path.Length + (entry.LinkTarget?.Length ?? 0))) + entry.Facts.Attributes.Sum(SizeOf));

    /// <summary>Takes the memory for a path.</summary>
    /// <exception cref="BackupException">There is not so much.</exception>
    public void Take(string text) => Take(BytesPerEntry + (sizeof(char) * text.Length));

    private static long SizeOf(ExtendedAttribute attribute) => 64 + (sizeof(char) * attribute.Name.Length) + attribute.Value.Length;

    private void Take(long bytes)
    {
        _taken += bytes;
        if (_taken > most)
        {
            throw BackupErrors.ImportTooManyFolders(path, most);
        }
    }
}
