using CloudBackup.Formats.Index;

namespace CloudBackup.Formats;

/// <summary>Takes the content of a backup while it is read: to write it to files, or only to have it checked. Thread-safe.</summary>
internal interface IEntryTarget
{
    /// <summary>
    /// Whether the target holds a file's content already, and has made sure of it by its hash: then it need not be read. A format that reads
    /// everything in one go does not ask.
    /// </summary>
    bool HasContent(IndexEntry entry, CancellationToken cancellationToken) => false;

    /// <summary>Takes a file's content; null when it is not wanted. The content of a short file is checked before this is called.</summary>
    IFileTarget? BeginFile(IndexEntry entry);

    /// <summary>An entry's content or header is not what the index says; throws to end the reading.</summary>
    void OnDamaged(IndexEntry entry, string reason);

    /// <summary>
    /// All contents are what the index says, but something around them is not, such as the checksum at the end of an archive. A restore brings
    /// everything back, so this is no damage.
    /// </summary>
    void OnDoubt(string reason)
    {
    }

    /// <summary>Beside the backup's objects is one that no entry of the index has. A restore does not read it, so this is no damage.</summary>
    void OnUnknown(string path)
    {
    }
}

/// <summary>Takes the content of one file, in order. Disposed without <see cref="Complete"/> when the content turned out damaged.</summary>
internal interface IFileTarget : IDisposable
{
    /// <summary>Takes the next bytes.</summary>
    void Write(ReadOnlySpan<byte> data);

    /// <summary>All content came and its hash is right.</summary>
    void Complete();
}

/// <summary>Takes the content of a file whose holes are known.</summary>
internal interface ISparseFileTarget : IFileTarget
{
    /// <summary>Leaves a hole.</summary>
    void Skip(long length);
}
