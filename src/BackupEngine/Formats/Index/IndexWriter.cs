using System.Buffers;
using System.IO.Compression;
using System.Text.Json;

namespace CloudBackup.Formats.Index;

/// <summary>
/// Writes an index file as two gzip members: the entries as they come, then the lengths of the archive's members and the closing line.
/// Where the second begins is noted in the backup info, so that the lengths are found without reading the entries. Not thread-safe.
/// </summary>
internal sealed class IndexWriter : IDisposable
{
    private const int MembersPerLine = 4096;

    private readonly Stream _output;
    private readonly List<uint> _members = [];
    private GZipStream _gzip;

    /// <summary>Starts the index; <paramref name="output"/> stays open.</summary>
    public IndexWriter(Stream output)
    {
        _output = output;
        _gzip = StartMember();
        WriteLine(json => json.WriteNumber(IndexFormat.Header, IndexFormat.Version));
    }

    /// <summary>Entries written so far.</summary>
    public long EntryCount { get; private set; }

    /// <summary>Bytes of the files in these entries: what a restore compares with the backup's record.</summary>
    public long SourceBytes { get; private set; }

    /// <summary>Members recorded so far.</summary>
    public int MemberCount => _members.Count;

    /// <summary>Adds lines made by <see cref="IndexEntryWriter"/>.</summary>
    /// <param name="lines">The lines.</param>
    /// <param name="count">How many there are.</param>
    /// <param name="sourceBytes">The sizes of the files in them, added up.</param>
    public void AddEntries(ReadOnlySpan<byte> lines, int count, long sourceBytes = 0)
    {
        _gzip.Write(lines);
        EntryCount += count;
        SourceBytes += sourceBytes;
    }

    /// <summary>Records the compressed length of the next member.</summary>
    public void AddMember(int length) => _members.Add((uint)length);

    /// <summary>Writes the rest and returns where the second gzip member begins. Without this the index does not count as complete.</summary>
    public long Complete()
    {
        _gzip.Dispose();
        var offset = _output.Position;
        _gzip = StartMember();
        for (var start = 0; start < _members.Count; start += MembersPerLine)
        {
            var line = _members.GetRange(start, Math.Min(MembersPerLine, _members.Count - start));
            WriteLine(json =>
            {
                json.WriteStartArray(IndexFormat.Members);
                line.ForEach(length => json.WriteNumberValue(length));
                json.WriteEndArray();
            });
        }
        WriteLine(json => json.WriteNumber(IndexFormat.End, EntryCount));
        _gzip.Dispose();
        return offset;
    }

    /// <inheritdoc/>
    public void Dispose() => _gzip.Dispose();

    private GZipStream StartMember() => new(_output, CompressionLevel.Fastest, leaveOpen: true);

    private void WriteLine(Action<Utf8JsonWriter> write)
    {
        var buffer = new ArrayBufferWriter<byte>();
        using (var json = new Utf8JsonWriter(buffer))
        {
            json.WriteStartObject();
            write(json);
            json.WriteEndObject();
        }
        _gzip.Write(buffer.WrittenSpan);
        _gzip.Write("\n"u8);
    }
}
