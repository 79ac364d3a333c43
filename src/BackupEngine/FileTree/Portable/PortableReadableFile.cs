using Microsoft.Win32.SafeHandles;

namespace CloudBackup.FileTree.Portable;

/// <summary>A file that is open for reading, by .NET's own means.</summary>
internal sealed class PortableReadableFile(SafeFileHandle file, string path, FileFacts facts) : ReadableFile(path, facts)
{
    /// <inheritdoc/>
    public override FileFacts ReadFacts() => PortableErrors.Run("examine", Path, () => PortableFacts.Of(Path));

    /// <inheritdoc/>
    public override int Read(Span<byte> buffer, long offset)
    {
        try
        {
            var total = 0;
            while (total < buffer.Length)
            {
                var count = RandomAccess.Read(file, buffer[total..], offset + total);
                if (count == 0)
                {
                    break;
                }
                total += count;
            }
            return total;
        }
        catch (Exception failure) when (failure is IOException or UnauthorizedAccessException)
        {
            throw new FileTreeException(FileTreeErrorKind.InputOutput, "read", Path, failure.Message.TrimEnd('.'), failure);
        }
    }

    /// <inheritdoc/>
    public override bool TryFindData(long offset, out long start, out long end)
    {
        (start, end) = (offset, long.MaxValue);
        return true;
    }

    /// <inheritdoc/>
    public override IReadOnlyList<ExtendedAttribute> ReadAttributes() => [];

    /// <inheritdoc/>
    public override void Dispose() => file.Dispose();
}
