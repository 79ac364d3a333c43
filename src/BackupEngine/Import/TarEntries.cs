using CloudBackup.FileTree;
using CloudBackup.Formats.Index;
using CloudBackup.Formats.Tar;
using CloudBackup.Formats.Tgz;

namespace CloudBackup.Import;

/// <summary>Reads a tar archive from its beginning to its end, without an index.</summary>
internal static class TarEntries
{
    /// <summary>The entries, in order; each is to be read before the next one is asked for. The stream is read to its end.</summary>
    /// <exception cref="TarFormatException">It is no tar archive, or is cut.</exception>
    public static IEnumerable<LocalEntry> Read(Stream archive)
    {
        var headers = new TarHeaderReader();
        var block = new byte[TarFormat.BlockSize];
        while (true)
        {
            ReadExactly(archive, block);
            switch (headers.Accept(block))
            {
                case TarHeaderStep.Payload:
                    var payload = new byte[TarFormat.Padded(headers.PayloadLength)];
                    ReadExactly(archive, payload);
                    headers.AcceptPayload(payload.AsSpan(0, headers.PayloadLength));
                    break;
                case TarHeaderStep.Entry:
                    var content = new Content(archive, headers.Entry!.Size);
                    var path = LocalEntry.PathOf(headers.Entry.Path);
                    if (path.Length > 0)
                    {
                        yield return new LocalEntry(IndexEntryOf(headers.Entry, path), content.Read);
                    }
                    content.Skip();
                    break;
                default:
                    // What encrypts or compresses the archive proves itself only at the very end.
                    archive.CopyTo(Stream.Null);
                    yield break;
            }
        }
    }

    private static IndexEntry IndexEntryOf(TarEntry entry, string path) => EntryBuilder.ForIndex(entry, sha256: null, member: 0, offset: 0) with
    {
        Path = path,
        LinkTarget = entry.Kind == EntryKind.HardLink && entry.LinkTarget is { } target ? LocalEntry.PathOf(target) : entry.LinkTarget,
    };

    private static void ReadExactly(Stream archive, byte[] buffer)
    {
        if (archive.ReadAtLeast(buffer, buffer.Length, throwOnEndOfStream: false) < buffer.Length)
        {
            throw new TarFormatException("The archive is cut: it has no end.");
        }
    }

    private sealed class Content(Stream archive, long size)
    {
        private long _left = size;
        private long _padding = TarFormat.Padded(size) - size;

        public int Read(byte[] buffer)
        {
            var count = (int)Math.Min(buffer.Length, _left);
            if (count == 0)
            {
                return 0;
            }
            var read = archive.Read(buffer, 0, count);
            _left -= read > 0 ? read : throw new TarFormatException("The archive is cut: a file has no end.");
            return read;
        }

        public void Skip()
        {
            var buffer = new byte[TarFormat.BlockSize];
            for (_left += _padding, _padding = 0; _left > 0;)
            {
                Read(buffer);
            }
        }
    }
}
