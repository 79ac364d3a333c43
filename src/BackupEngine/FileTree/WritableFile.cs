namespace CloudBackup.FileTree;

/// <summary>A new regular file that is being written. Writes to different offsets may run at the same time.</summary>
internal abstract class WritableFile(string path) : IDisposable
{
    /// <summary>Where the file is, for messages.</summary>
    public string Path { get; } = path;

    /// <summary>Writes all of <paramref name="buffer"/> at <paramref name="offset"/>.</summary>
    public abstract void Write(ReadOnlySpan<byte> buffer, long offset);

    /// <summary>
    /// Makes the content of this new file that of <paramref name="source"/> as it is now: sharing the blocks where the file system can,
    /// copied by the system elsewhere, and returns its length.
    /// </summary>
    public virtual long CopyFrom(ReadableFile source)
    {
        var buffer = new byte[256 * 1024];
        long length = 0;
        while (source.Read(buffer, length) is > 0 and var count)
        {
            Write(buffer.AsSpan(0, count), length);
            length += count;
        }
        return length;
    }

    /// <summary>Sets the length; what was not written reads as zeros.</summary>
    public abstract void SetLength(long length);

    /// <summary>Lets the system start writing a stretch to the disk, so that a later <see cref="Flush"/> has less to do. A hint.</summary>
    public abstract void StartFlush(long offset, long count);

    /// <summary>Makes the content durable.</summary>
    public abstract void Flush();

    /// <summary>Removes the access control list that the file has inherited from the folder it was made in.</summary>
    public virtual void RemoveAccessLists()
    {
    }

    /// <summary>Sets owner, mode, attributes and time.</summary>
    public abstract void ApplyMetadata(in EntryMetadata metadata, MetadataLosses losses);

    /// <inheritdoc/>
    public abstract void Dispose();
}
