using Microsoft.Win32.SafeHandles;

namespace CloudBackup.FileTree.Portable;

/// <summary>A new file that is being written, by .NET's own means.</summary>
internal sealed class PortableWritableFile(SafeFileHandle file, string path) : WritableFile(path)
{
    private EntryMetadata? _atClose;

    /// <inheritdoc/>
    public override void Write(ReadOnlySpan<byte> buffer, long offset)
    {
        var bytes = buffer.ToArray();
        PortableErrors.Run("write", Path, () => RandomAccess.Write(file, bytes, offset));
    }

    /// <inheritdoc/>
    public override void SetLength(long length) => PortableErrors.Run("set the length of", Path, () => RandomAccess.SetLength(file, length));

    /// <inheritdoc/>
    public override void StartFlush(long offset, long count)
    {
    }

    /// <inheritdoc/>
    public override void Flush() => PortableErrors.Run("flush", Path, () => RandomAccess.FlushToDisk(file));

    /// <inheritdoc/>
    public override void ApplyMetadata(in EntryMetadata metadata, MetadataLosses losses)
    {
        // Windows moves the time once more when a written file is closed.
        _atClose = metadata;
        foreach (var attribute in metadata.Attributes)
        {
            losses.Add($"attribute {attribute.Name}");
        }
    }

    /// <inheritdoc/>
    public override void Dispose()
    {
        if (file.IsClosed)
        {
            return;
        }
        file.Dispose();
        if (_atClose is { } metadata)
        {
            PortableErrors.Run("set the mode and time of", Path, () => PortableDirectory.Apply(new FileInfo(Path), metadata));
        }
    }
}
