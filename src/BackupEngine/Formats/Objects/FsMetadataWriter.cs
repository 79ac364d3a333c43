using System.Buffers;
using System.Security.Cryptography;
using CloudBackup.Formats.Index;

namespace CloudBackup.Formats.Objects;

/// <summary>
/// Writes <c>fsmetadata.json</c>: what a plain folder tree cannot carry everywhere, so that the folder of a backup alone is enough to make
/// the source again. One JSON object; each entry of its list stands on a line of its own, in the words of the index, without hashes.
/// </summary>
internal sealed class FsMetadataWriter : IDisposable
{
    /// <summary>The path inside a backup.</summary>
    public const string Path = "fsmetadata.json";

    /// <summary>The first line.</summary>
    public static ReadOnlySpan<byte> Start => "{\"cloudbackupFsMetadata\":1,\"entries\":[\n"u8;

    /// <summary>The last line.</summary>
    public static ReadOnlySpan<byte> End => "]}\n"u8;

    private const int FlushAt = 128 * 1024;

    private readonly FileStream _file;
    private readonly IncrementalHash _hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
    private readonly IndexEntryWriter _entries = new();
    private readonly ArrayBufferWriter<byte> _buffer = new(FlushAt + 4096);
    private bool _hasEntries;

    /// <summary>Starts the file in a folder of the run.</summary>
    public FsMetadataWriter(string folder)
    {
        LocalPath = System.IO.Path.Join(folder, Path);
        _file = new FileStream(LocalPath, FileMode.Create, FileAccess.Write, FileShare.Read, bufferSize: 0);
        _buffer.Write(Start);
    }

    /// <summary>Where the file is written.</summary>
    public string LocalPath { get; }

    /// <summary>Adds an entry.</summary>
    public void Add(IndexEntry entry)
    {
        if (_hasEntries)
        {
            _buffer.Write(","u8);
        }
        _hasEntries = true;
        _entries.Write(entry with { Sha256 = null }, _buffer);
        if (_buffer.WrittenCount >= FlushAt)
        {
            Empty();
        }
    }

    /// <summary>Ends the file and returns its length and hash.</summary>
    public (long Length, byte[] Sha256) Complete()
    {
        _buffer.Write(End);
        Empty();
        _file.Flush();
        return (_file.Length, _hash.GetHashAndReset());
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        _file.Dispose();
        _hash.Dispose();
        _entries.Dispose();
    }

    private void Empty()
    {
        _hash.AppendData(_buffer.WrittenSpan);
        _file.Write(_buffer.WrittenSpan);
        _buffer.ResetWrittenCount();
    }
}
