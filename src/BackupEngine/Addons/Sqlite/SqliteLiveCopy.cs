using CloudBackup.FileTree;

namespace CloudBackup.Addons.Sqlite;

/// <summary>
/// Copies the files of a database that its app writes to, by SQLite's locks and without SQLite: its code never meets a file that another user
/// can change under it. The copy is one that a power cut could have left, so SQLite brings it to one state by the journal or the log in it.
/// <para>
/// In write-ahead mode writers go on. A checkpoint may write to the database meanwhile, but only pages that are in the log too, which is
/// copied last and whole: the log wins. In the older modes a reader keeps writers from their last step, so the copy is made in short steps
/// and begins again when the database changed in between; a database that never rests is held for one copy at last.
/// </para>
/// </summary>
/// <param name="folder">The database's folder, open.</param>
/// <param name="name">The database's name in it.</param>
/// <param name="look">Refuses what is not a regular file.</param>
/// <param name="dataPath">The path of the data directory.</param>
/// <param name="copies">A folder of this run, empty and closed to others.</param>
/// <param name="cancellationToken">Stops the copy.</param>
internal sealed class SqliteLiveCopy(
    DirectoryNode folder, string name, Action look, string dataPath, DirectoryNode copies, CancellationToken cancellationToken)
{
    /// <summary>The copy's name; the names of its side files begin with it.</summary>
    public const string CopyName = "db";

    private const int Attempts = 12;
    private const int RestartsBeforeHolding = 5;
    private const int SliceLength = 1024 * 1024;
    private const int HeaderLength = 100;
    private const int LogHeaderLength = 32;
    private const byte WriteAheadVersion = 2;

    private static readonly TimeSpan LongestWait = TimeSpan.FromMinutes(1);

    private readonly byte[] _buffer = new byte[SliceLength];
    private TimeSpan _waited;

    /// <summary>Copies, and returns the facts and attributes of the database file that was copied.</summary>
    /// <exception cref="BackupException">It is locked, or replaced again and again.</exception>
    /// <exception cref="FileTreeException">It cannot be read or has vanished.</exception>
    public (FileFacts Facts, IReadOnlyList<ExtendedAttribute> Attributes) Run()
    {
        for (var attempt = 0; attempt < Attempts; attempt++)
        {
            cancellationToken.ThrowIfCancellationRequested();
            look();
            try
            {
                using var file = folder.OpenFile(name);
                if (TryCopy(file, hold: attempt >= RestartsBeforeHolding || _waited > LongestWait))
                {
                    return (file.ReadFacts(), file.ReadAttributes());
                }
            }
            catch (FileTreeException failure) when (failure.MeansGone)
            {
                // Replaced between the look and the opening: the next look says what it is now.
            }
        }
        throw BackupErrors.SqliteReplaced(Path.Join(folder.Path, name));
    }

    private bool TryCopy(ReadableFile file, bool hold)
    {
        RemoveCopies();
        SqliteLocks.EnterDatabase(file, cancellationToken);
        var header = ReadStart(file, HeaderLength);
        using var log = TryOpen("-wal");
        var isWriteAhead = log is not null || (header.Length == HeaderLength && header.AsSpan(18, 2).Contains(WriteAheadVersion));
        using var index = isWriteAhead ? TryOpen("-shm") : null;
        if (index is not null)
        {
            SqliteLocks.EnterLog(index, cancellationToken);
            if (!IsStill(index, "-shm"))
            {
                return false;
            }
        }
        var logHeader = ReadStart(log, LogHeaderLength);
        using var journal = TryOpenHotJournal(file);
        if (journal is not null)
        {
            CopyJournal(journal);
        }
        if (!TryCopyDatabase(file, header, inSteps: !(hold || isWriteAhead || journal is not null)))
        {
            return false;
        }
        if (log is not null)
        {
            CopyWhole(log, "-wal");
        }
        return IsStill(file, "") && IsStill(log, "-wal") && (!isWriteAhead || IsStill(index, "-shm"))
            // A log that was empty had nothing that the database lacks, and one that begins since stays while a reader's place is held.
            && (logHeader.Length == 0 || logHeader.AsSpan().SequenceEqual(ReadStart(log, LogHeaderLength)));
    }

    /// <summary>False when the database changed between two steps.</summary>
    private bool TryCopyDatabase(ReadableFile file, byte[] header, bool inSteps)
    {
        var size = file.ReadFacts().Size;
        using var copy = copies.CreateFile(CopyName);
        long offset = 0;
        while (TryReadSlice(file, offset, size, out var start, out var count))
        {
            if (inSteps)
            {
                SqliteLocks.LeaveDatabase(file);
            }
            copy.Write(_buffer.AsSpan(0, count), start);
            offset = start + count;
            if (inSteps)
            {
                _waited += SqliteLocks.EnterDatabase(file, cancellationToken);
                using var journal = TryOpenHotJournal(file);
                // A writer that is in the way at each step would make the copy last for ever.
                if (_waited > LongestWait || journal is not null || file.ReadFacts().Size != size
                    || !header.AsSpan().SequenceEqual(ReadStart(file, HeaderLength)))
                {
                    return false;
                }
            }
        }
        copy.SetLength(size);
        return true;
    }

    private void CopyWhole(ReadableFile file, string suffix)
    {
        using var copy = copies.CreateFile(CopyName + suffix);
        CopyContent(file, copy, file.ReadFacts().Size);
    }

    private void CopyContent(ReadableFile file, WritableFile copy, long size)
    {
        for (long offset = 0; TryReadSlice(file, offset, size, out var start, out var count); offset = start + count)
        {
            copy.Write(_buffer.AsSpan(0, count), start);
        }
        copy.SetLength(size);
    }

    /// <summary>Reads the next stretch of data into the buffer; holes are passed over.</summary>
    private bool TryReadSlice(ReadableFile file, long offset, long size, out long start, out int count)
    {
        cancellationToken.ThrowIfCancellationRequested();
        count = 0;
        if (!file.TryFindData(offset, out start, out var end) || start >= size)
        {
            return false;
        }
        count = file.Read(_buffer.AsSpan(0, (int)Math.Min(SliceLength, Math.Min(end, size) - start)), start);
        return count > 0;
    }

    /// <summary>The journal of a write that was never finished; one whose writer is alive belongs to pages that are not written yet.</summary>
    private ReadableFile? TryOpenHotJournal(ReadableFile file)
    {
        var journal = TryOpen("-journal");
        if (journal is null || (ReadStart(journal, 1) is [not 0] && !SqliteLocks.HasWriter(file)))
        {
            return journal;
        }
        journal.Dispose();
        return null;
    }

    /// <summary>
    /// Copies a journal. One that is part of a write to several databases names a file, and counts only as long as that is there. SQLite can
    /// see no file beside the copy, so the copy of a journal that counts leaves the name out.
    /// </summary>
    private void CopyJournal(ReadableFile journal)
    {
        var size = journal.ReadFacts().Size;
        using var copy = copies.CreateFile(CopyName + "-journal");
        CopyContent(journal, copy, size);
        if (SqliteSuperJournal.ReadPath(journal, size) is { } super && !SqliteSuperJournal.IsMissing(super, dataPath))
        {
            copy.Write(stackalloc byte[SqliteSuperJournal.EndLength], size - SqliteSuperJournal.EndLength);
        }
    }

    private ReadableFile? TryOpen(string suffix)
    {
        try
        {
            return folder.OpenFile(name + suffix);
        }
        catch (FileTreeException failure) when (failure.Kind == FileTreeErrorKind.NotFound)
        {
            return null;
        }
    }

    private bool IsStill(ReadableFile? opened, string suffix)
    {
        try
        {
            return folder.Stat(name + suffix).Identity == opened?.Facts.Identity;
        }
        catch (FileTreeException failure) when (failure.Kind == FileTreeErrorKind.NotFound)
        {
            return opened is null;
        }
    }

    private static byte[] ReadStart(ReadableFile? file, int length)
    {
        var start = new byte[length];
        return file is null ? [] : start[..file.Read(start, 0)];
    }

    private void RemoveCopies()
    {
        foreach (var copy in copies.ReadNames(cancellationToken))
        {
            copies.RemoveFile(copy);
        }
    }
}
