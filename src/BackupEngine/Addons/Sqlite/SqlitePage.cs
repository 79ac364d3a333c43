using System.Buffers.Binary;

namespace CloudBackup.Addons.Sqlite;

/// <summary>One page of a tree of a SQLite database (sqlite.org/fileformat2.html, "B-tree Pages"): its cells, none of which may overlap.</summary>
internal readonly ref struct SqlitePage
{
    private const byte InteriorIndex = 2;
    private const byte InteriorTable = 5;
    private const byte LeafIndex = 10;
    private const byte LeafTable = 13;

    private readonly ReadOnlySpan<byte> _bytes;
    private readonly int _start;

    /// <summary>Reads the head of a page.</summary>
    /// <param name="bytes">The part of the page that SQLite uses.</param>
    /// <param name="number">Its number; the first page begins with the head of the database.</param>
    /// <exception cref="InvalidDataException">It is not a page of a tree.</exception>
    public SqlitePage(ReadOnlySpan<byte> bytes, uint number)
    {
        _bytes = bytes;
        Number = number;
        _start = number == 1 ? 100 : 0;
        var kind = bytes[_start];
        if (kind is not (InteriorIndex or InteriorTable or LeafIndex or LeafTable))
        {
            throw Bad("is not a page of a table or index");
        }
        IsLeaf = kind is LeafIndex or LeafTable;
        IsTable = kind is InteriorTable or LeafTable;
        CellCount = Read16(_start + 3);
        if (CellArray + (2 * CellCount) > ContentStart || ContentStart > bytes.Length)
        {
            throw Bad("has more cells than it can hold");
        }
    }

    /// <summary>The page's number.</summary>
    public uint Number { get; }

    /// <summary>Whether it has no pages below.</summary>
    public bool IsLeaf { get; }

    /// <summary>Whether its cells have row numbers.</summary>
    public bool IsTable { get; }

    /// <summary>How many cells it has.</summary>
    public int CellCount { get; }

    /// <summary>The last page below one that is no leaf.</summary>
    public uint RightChild => Read32(_start + 8);

    private int CellArray => _start + (IsLeaf ? 8 : 12);

    private int ContentStart => Read16(_start + 5) is 0 ? 65536 : Read16(_start + 5);

    /// <summary>Reads a cell.</summary>
    /// <exception cref="InvalidDataException">It does not fit the page.</exception>
    public SqliteCell ReadCell(int index)
    {
        var start = Read16(CellArray + (2 * index));
        if (start < ContentStart || start > _bytes.Length - 4)
        {
            throw Bad($"has a cell outside its content, at {start}");
        }
        var at = start;
        var child = IsLeaf ? 0 : Read32(at);
        at += IsLeaf ? 0 : 4;
        var length = IsTable && !IsLeaf ? 0 : ReadVarint(ref at);
        var row = IsTable ? ReadVarint(ref at) : 0;
        if (length is < 0 or > int.MaxValue)
        {
            throw Bad("has a cell of an impossible length");
        }
        var local = Local((int)length);
        var overflow = local < length ? at + local : 0;
        var end = Math.Max(start + 4, at + local + (overflow > 0 ? 4 : 0));
        if (end > _bytes.Length)
        {
            throw Bad("has a cell that does not end on it");
        }
        return new SqliteCell(start, end, child, row, (int)length, at, local, overflow > 0 ? Read32(overflow) : 0);
    }

    /// <summary>Makes sure that cells and free blocks do not overlap, and that all other bytes are counted as fragments.</summary>
    /// <param name="stretches">The stretches of the cells; the free blocks are added.</param>
    /// <exception cref="InvalidDataException">They do.</exception>
    public void CheckCoverage(List<(int Start, int End)> stretches)
    {
        AddFreeBlocks(stretches);
        stretches.Sort();
        var (at, fragments) = (ContentStart, 0);
        foreach (var (start, end) in stretches)
        {
            if (start < at)
            {
                throw Bad($"has bytes that are used twice, at {start}");
            }
            fragments += start - at;
            at = end;
        }
        fragments += _bytes.Length - at;
        if (fragments != _bytes[_start + 7])
        {
            throw Bad($"has {fragments} unused bytes and counts {_bytes[_start + 7]}");
        }
    }

    /// <summary>Makes sure that a record's head describes its length, as far as the head is on the page.</summary>
    /// <exception cref="InvalidDataException">It does not.</exception>
    public void CheckRecord(in SqliteCell cell)
    {
        if (cell.Length == 0)
        {
            return;
        }
        var at = cell.Payload;
        var head = ReadVarint(ref at);
        if (head > cell.Length || head < at - cell.Payload)
        {
            throw Bad("has a record with a wrong head");
        }
        if (head > cell.Local)
        {
            return;
        }
        var length = head;
        while (at < cell.Payload + head)
        {
            length += SqliteRecord.LengthOf(ReadVarint(ref at));
        }
        if (at != cell.Payload + head || length != cell.Length)
        {
            throw Bad("has a record that is not as long as its head says");
        }
    }

    private void AddFreeBlocks(List<(int Start, int End)> stretches)
    {
        var at = 0;
        for (int next = Read16(_start + 1); next != 0; next = Read16(next))
        {
            if (next <= at || next > _bytes.Length - 4 || next + Read16(next + 2) > _bytes.Length)
            {
                throw Bad("has a wrong list of free bytes");
            }
            at = next;
            stretches.Add((next, next + Read16(next + 2)));
        }
    }

    private int Local(int length)
    {
        var usable = _bytes.Length;
        var most = IsTable ? usable - 35 : ((usable - 12) * 64 / 255) - 23;
        var least = ((usable - 12) * 32 / 255) - 23;
        if (length <= most)
        {
            return length;
        }
        var local = least + ((length - least) % (usable - 4));
        return local <= most ? local : least;
    }

    private long ReadVarint(ref int at)
    {
        var read = SqliteRecord.ReadVarint(_bytes[Math.Min(at, _bytes.Length)..], out var value);
        at += read > 0 ? read : throw Bad("has a cell that does not end on it");
        return value;
    }

    private int Read16(int at) => BinaryPrimitives.ReadUInt16BigEndian(_bytes[at..]);

    private uint Read32(int at) =>
        at <= _bytes.Length - 4 ? BinaryPrimitives.ReadUInt32BigEndian(_bytes[at..]) : throw Bad("has a cell that does not end on it");

    private InvalidDataException Bad(string what) => new($"page {Number} {what}");
}

/// <summary>A cell of a page.</summary>
/// <param name="Start">Where it begins on the page.</param>
/// <param name="End">Where it ends.</param>
/// <param name="Child">The page below it; 0 on a leaf.</param>
/// <param name="Row">Its row number, in a table.</param>
/// <param name="Length">The length of its record.</param>
/// <param name="Payload">Where the record begins.</param>
/// <param name="Local">How much of it is on the page.</param>
/// <param name="Overflow">The page where it continues; 0 when it does not.</param>
internal readonly record struct SqliteCell(int Start, int End, uint Child, long Row, int Length, int Payload, int Local, uint Overflow);
