using CloudBackup.FileTree;
using CloudBackup.Formats.Index;
using CloudBackup.Formats.Tar;
using CloudBackup.Source;

namespace CloudBackup.Import;

/// <summary>Reads a tar archive from its beginning to its end, without an index.</summary>
internal sealed class TarEntries
{
    private readonly TarHeaderReader _headers = new(ArchiveReading.LongestName);
    private readonly byte[] _block = new byte[TarFormat.BlockSize];
    private readonly TarInput _input;
    private readonly ArchiveReading _reading;

    private TarEntries(Stream archive, ArchiveReading reading)
    {
        _input = new TarInput(archive, reading.CancellationToken);
        _reading = reading;
    }

    /// <summary>The entries, in order; each is to be read before the next one is asked for. The stream is read to its end.</summary>
    /// <exception cref="TarFormatException">It is not a tar archive, is cut, or something follows it.</exception>
    public static IEnumerable<LocalEntry> Read(Stream archive, ArchiveReading reading) => new TarEntries(archive, reading).Read();

    private IEnumerable<LocalEntry> Read()
    {
        var isKept = false;
        while (true)
        {
            if (!isKept && !_input.TryReadBlock(_block))
            {
                ReachEndWithoutMark();
                yield break;
            }
            isKept = false;
            switch (_headers.Accept(_block))
            {
                case TarHeaderStep.Payload:
                    var payload = new byte[TarFormat.Padded(_headers.PayloadLength)];
                    _input.ReadExactly(payload);
                    _headers.AcceptPayload(payload.AsSpan(0, _headers.PayloadLength));
                    break;
                case TarHeaderStep.Skip:
                    NoteSkipped();
                    _input.Begin(_headers.ContentLength).Skip();
                    break;
                case TarHeaderStep.Entry:
                    var content = BeginContent();
                    if (Describe(_headers.Entry!) is { } entry)
                    {
                        yield return new LocalEntry(entry, content.Read) { Sparse = _headers.Sparse };
                    }
                    isKept = _headers.Entry!.Kind == EntryKind.HardLink ? SkipLinkContent() : SkipContent(content);
                    break;
                default:
                    // What encrypts or compresses the archive proves itself only at the very end.
                    _input.RequireEnd(_block, _reading.Path);
                    yield break;
            }
        }
    }

    private void ReachEndWithoutMark()
    {
        if (_input.IsEmpty)
        {
            throw new TarFormatException("It is empty.");
        }
        if (_headers.HasPendingRecords)
        {
            throw new TarFormatException("The archive is cut: the entry that an extended header is of is missing.");
        }
        _reading.Note("The archive has no end mark: if it was cut exactly between two entries, nothing else shows it. Compare it with its source.");
    }

    private void NoteSkipped()
    {
        if (_headers.Type != TarFormat.GnuLabelType)
        {
            _reading.Note($"{{0}} entries of type '{(char)_headers.Type}', which only the program that made the archive knows, are left out.");
        }
    }

    private TarContent BeginContent()
    {
        for (; _headers.HasMoreMap; _headers.AcceptMap(_block))
        {
            _input.ReadExactly(_block);
        }
        var isLink = _headers.Entry!.Kind == EntryKind.HardLink;
        var content = _input.Begin(isLink ? 0 : _headers.ContentLength);
        if (_headers.IsMapInContent)
        {
            content.ReadMap(_headers.Sparse!);
        }
        if (_headers.Sparse is { } sparse && sparse.StoredSize != content.Left)
        {
            throw new TarFormatException($"'{PathText.ForDisplay(_headers.Entry.Path)}': the map of a sparse file does not fit its content.");
        }
        return content;
    }

    private static bool SkipContent(TarContent content)
    {
        content.Skip();
        return false;
    }

    /// <summary>
    /// A hard link may say how long its file is, and some programs write the content again; whether they did shows only what follows.
    /// Returns whether the next header is read already.
    /// </summary>
    private bool SkipLinkContent()
    {
        var length = TarFormat.Padded(_headers.ContentLength);
        if (length == 0 || !_input.TryReadBlock(_block))
        {
            return false;
        }
        if (!_block.AsSpan().ContainsAnyExcept((byte)0) || TarChecksum.IsRight(_block))
        {
            return true;
        }
        _input.Begin(length - TarFormat.BlockSize).Skip();
        return false;
    }

    /// <summary>Null for the root of the archive.</summary>
    private IndexEntry? Describe(EntryFacts entry)
    {
        var path = LocalEntry.PathOf(entry.Path);
        if (path.Length == 0)
        {
            return entry.Kind == EntryKind.Directory ? null : throw new TarFormatException("An entry that is not a folder has no name.");
        }
        var described = new IndexEntry
        {
            Facts = entry with
            {
                Path = path,
                UserName = "", // numbers count, and names of any length would be kept with each folder
                GroupName = "",
                LinkTarget = entry.Kind == EntryKind.HardLink && entry.LinkTarget is { } target ? LocalEntry.PathOf(target) : entry.LinkTarget,
            },
            IsSparse = _headers.Sparse is not null,
        };
        return _headers.AclTexts is { } acl ? ForeignAcl.Apply(described, acl, _reading) : described;
    }
}
