namespace CloudBackup.FileTree;

/// <summary>A regular file that is open for reading. Not thread-safe.</summary>
internal abstract class ReadableFile(string path, FileFacts facts) : IDisposable
{
    /// <summary>Where the file is, for messages.</summary>
    public string Path { get; } = path;

    /// <summary>The facts when the file was opened.</summary>
    public FileFacts Facts { get; } = facts;

    /// <summary>The facts now.</summary>
    public abstract FileFacts ReadFacts();

    /// <summary>Reads into the whole of <paramref name="buffer"/> unless the file ends before; returns the bytes read.</summary>
    public abstract int Read(Span<byte> buffer, long offset);

    /// <summary>
    /// The next stretch of real data at or after <paramref name="offset"/>; false when only a hole follows. A file system without holes
    /// answers with everything up to the end.
    /// </summary>
    public abstract bool TryFindData(long offset, out long start, out long end);

    /// <summary>The file's extended attributes.</summary>
    public abstract IReadOnlyList<ExtendedAttribute> ReadAttributes();

    /// <summary>
    /// Takes a shared lock on a stretch of the file, as record locks of other programs see it; false when another one locks it exclusively.
    /// Closing the file releases it.
    /// </summary>
    /// <exception cref="FileTreeException">The file system has no locks.</exception>
    public virtual bool TryLockShared(long start, long length) => throw NoLocks();

    /// <summary>Releases a lock.</summary>
    public virtual void Unlock(long start, long length) => throw NoLocks();

    /// <summary>Whether another program locks part of a stretch.</summary>
    public virtual bool IsLocked(long start, long length) => throw NoLocks();

    /// <inheritdoc/>
    public abstract void Dispose();

    private FileTreeException NoLocks() => new(FileTreeErrorKind.NotSupported, "lock", Path, "this system has no record locks");
}
