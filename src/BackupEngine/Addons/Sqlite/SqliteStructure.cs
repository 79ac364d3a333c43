using System.Buffers.Binary;
using CloudBackup.FileTree;

namespace CloudBackup.Addons.Sqlite;

/// <summary>
/// Checks that a database file is what sqlite.org/fileformat2.html says: each page is part of one table, index, list or map, keys are in their
/// order, and records are as long as they say. The work grows with the file and with nothing else. SQLite's own check would also run what the
/// schema says: expressions of the app's user, who decides how long they take, and collations and functions that only the app has.
/// </summary>
internal sealed class SqliteStructure
{
    private const int HeaderLength = 100;
    private const int DeepestTree = 20;
    private const int LongestSchemaRow = 256 * 1024;

    private readonly ReadableFile _file;
    private readonly SqliteSchemaSize _schema;
    private readonly CancellationToken _cancellationToken;
    private readonly byte[]?[] _levels = new byte[DeepestTree + 1][];
    private readonly List<(int Start, int End)> _stretches = [];
    private readonly List<uint> _roots = [];
    private readonly byte[] _header = new byte[HeaderLength];

    private SqlitePages _pages = null!;
    private bool _isSchema;

    private SqliteStructure(ReadableFile file, SqliteSchemaSize schema, CancellationToken cancellationToken) =>
        (_file, _schema, _cancellationToken) = (file, schema, cancellationToken);

    /// <summary>The first thing that is wrong with a database; null when all is well.</summary>
    /// <param name="file">The database.</param>
    /// <param name="schema">Counts its schema.</param>
    /// <param name="cancellationToken">Stops the check.</param>
    public static string? FindDefect(ReadableFile file, SqliteSchemaSize schema, CancellationToken cancellationToken)
    {
        try
        {
            new SqliteStructure(file, schema, cancellationToken).Check();
            return null;
        }
        catch (InvalidDataException failure)
        {
            return failure.Message;
        }
    }

    /// <summary>Whether a file with content does not begin as every database does.</summary>
    public static bool IsForeign(ReadableFile file)
    {
        var start = new byte[SqlitePages.Magic.Length];
        return file.Read(start, 0) > 0 && !start.AsSpan().SequenceEqual(SqlitePages.Magic);
    }

    private void Check()
    {
        if (_file.Facts.Size == 0)
        {
            return; // a database that nothing was written to
        }
        _file.Read(_header, 0);
        _pages = SqlitePages.Open(_file, _header, _cancellationToken);
        _isSchema = true;
        _ = Walk(1, PageUse.Root, 0, isTable: true, null, null, 0);
        _isSchema = false;
        CheckFreeList();
        foreach (var root in _roots)
        {
            _ = Walk(root, PageUse.Root, 0, isTable: null, null, null, 0);
        }
        _pages.RequireAllUsed();
    }

    private void CheckFreeList()
    {
        var left = ReadHeader(36);
        var entries = new byte[_pages.UsableSize];
        for (var page = ReadHeader(32); page != 0; page = Read32(entries, 0))
        {
            _pages.Use(page, PageUse.Free, 0);
            _pages.Read(page, entries);
            var count = Read32(entries, 4);
            if (count > (entries.Length / 4) - 2 || count + 1 > left)
            {
                throw new InvalidDataException($"page {page} lists more free pages than there are");
            }
            for (var i = 0; i < count; i++)
            {
                _pages.Use(Read32(entries, 8 + (4 * i)), PageUse.Free, 0);
            }
            left -= count + 1;
        }
        if (left != 0)
        {
            throw new InvalidDataException($"{left} pages are missing in the list of free pages");
        }
    }

    /// <summary>Checks a page and all below it; returns how many levels there are.</summary>
    private int Walk(uint number, PageUse use, uint parent, bool? isTable, long? above, long? upTo, int depth)
    {
        if (depth > DeepestTree)
        {
            throw new InvalidDataException($"page {number} is too deep in its tree");
        }
        _pages.Use(number, use, parent);
        var bytes = _levels[depth] ??= new byte[_pages.UsableSize];
        _pages.Read(number, bytes);
        var page = new SqlitePage(bytes, number);
        if (isTable is { } wanted && wanted != page.IsTable)
        {
            throw new InvalidDataException($"page {number} is not of the kind of its tree");
        }
        CheckCells(page, above, upTo);
        return page.IsLeaf ? 1 : 1 + WalkBelow(page, above, upTo, depth);
    }

    private int WalkBelow(in SqlitePage page, long? above, long? upTo, int depth)
    {
        var levels = 0;
        for (var i = 0; i <= page.CellCount; i++)
        {
            var isLast = i == page.CellCount;
            var cell = isLast ? default : page.ReadCell(i);
            var limit = isLast || !page.IsTable ? upTo : cell.Row;
            var found = Walk(isLast ? page.RightChild : cell.Child, PageUse.Tree, page.Number, page.IsTable, above, limit, depth + 1);
            if (i > 0 && found != levels)
            {
                throw new InvalidDataException($"the pages below page {page.Number} are not equally deep");
            }
            levels = found;
            above = page.IsTable ? limit : null;
        }
        return levels;
    }

    private void CheckCells(in SqlitePage page, long? above, long? upTo)
    {
        _stretches.Clear();
        for (var i = 0; i < page.CellCount; i++)
        {
            var cell = page.ReadCell(i);
            _stretches.Add((cell.Start, cell.End));
            if (page.IsTable && (cell.Row <= above || cell.Row > upTo))
            {
                throw new InvalidDataException($"row {cell.Row} on page {page.Number} is out of order");
            }
            above = page.IsTable ? cell.Row : null;
            page.CheckRecord(cell);
            CheckOverflow(page, cell);
            if (page.IsTable && page.IsLeaf && _isSchema)
            {
                AddRoot(page, cell);
            }
        }
        page.CheckCoverage(_stretches);
    }

    private void CheckOverflow(in SqlitePage page, in SqliteCell cell)
    {
        var (next, use, parent) = (cell.Overflow, PageUse.FirstOverflow, page.Number);
        long left = cell.Length - cell.Local;
        while (left > 0)
        {
            _pages.Use(next, use, parent);
            (next, use, parent) = (_pages.ReadNext(next), PageUse.Overflow, next);
            left -= _pages.UsableSize - 4;
        }
        if (next != 0)
        {
            throw new InvalidDataException($"a record of page {page.Number} is longer than it says");
        }
    }

    /// <summary>Notes where the table or index of a row of the schema begins.</summary>
    private void AddRoot(in SqlitePage page, in SqliteCell cell)
    {
        var row = _pages.ReadRecord(page, cell, LongestSchemaRow);
        var root = SqliteRecord.ReadRootPage(row) ?? throw new InvalidDataException($"the schema is wrong on page {page.Number}");
        _schema.Add(cell.Length, root != 0, row);
        if (root != 0)
        {
            _roots.Add(root);
        }
    }

    private uint ReadHeader(int at) => Read32(_header, at);

    private static uint Read32(byte[] bytes, int at) => BinaryPrimitives.ReadUInt32BigEndian(bytes.AsSpan(at));
}
