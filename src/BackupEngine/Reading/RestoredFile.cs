using System.Buffers;
using System.Security.Cryptography;
using CloudBackup.FileTree;
using CloudBackup.Formats.Index;

namespace CloudBackup.Reading;

/// <summary>Looks whether a file that an interrupted restore has left is what it should be.</summary>
internal static class RestoredFile
{
    private const int BufferLength = 256 * 1024;

    /// <summary>
    /// Whether a file is whole: length, time, one name only, and the hash of its content. The time is what is set last, so all other metadata
    /// is there with it.
    /// </summary>
    /// <exception cref="FileTreeException">It cannot be read.</exception>
    public static bool IsWhole(DirectoryNode parent, string name, IndexEntry entry, CancellationToken cancellationToken)
    {
        if (!parent.Exists(name) || !Fits(parent.Stat(name), entry))
        {
            return false;
        }
        using var file = parent.OpenFile(name);
        if (!Fits(file.Facts, entry))
        {
            return false;
        }
        using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        var buffer = ArrayPool<byte>.Shared.Rent(BufferLength);
        try
        {
            for (long offset = 0; offset < entry.Size;)
            {
                cancellationToken.ThrowIfCancellationRequested();
                var count = file.Read(buffer.AsSpan(0, (int)Math.Min(buffer.Length, entry.Size - offset)), offset);
                if (count == 0)
                {
                    return false;
                }
                hash.AppendData(buffer, 0, count);
                offset += count;
            }
        }
        finally
        {
            ArrayPool<byte>.Shared.Return(buffer);
        }
        return hash.GetHashAndReset().AsSpan().SequenceEqual(entry.Sha256);
    }

    private static bool Fits(in FileFacts facts, IndexEntry entry) => facts.Kind == EntryKind.File && facts.LinkCount == 1
        && facts.Size == entry.Size && facts.Modified == entry.Facts.Modified;
}
