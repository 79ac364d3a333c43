using System.Buffers.Binary;
using System.Numerics;
using CloudBackup.FileTree;

namespace CloudBackup.Addons.Sqlite;

/// <summary>What a page is used for, by the numbers that the map of an auto-vacuum database has for it.</summary>
internal enum PageUse
{
    /// <summary>The top of a table or index.</summary>
    Root = 1,

    /// <summary>In the list of free pages.</summary>
    Free = 2,

    /// <summary>The first one that continues a record.</summary>
    FirstOverflow = 3,

    /// <summary>A later one that continues a record.</summary>
    Overflow = 4,

    /// <summary>Below another page of a table or index.</summary>
    Tree = 5,
}

/// <summary>The pages of a database file: reads them, and makes sure that each is used once.</summary>
internal sealed class SqlitePages
{
    private const int LockByte = 0x40000000;
    private const int MapEntryLength = 5;
    private const int ChunkBits = 16;

    /// <summary>How every database begins.</summary>
    public static ReadOnlySpan<byte> Magic => "SQLite format 3\0"u8;

    private readonly ReadableFile _file;
    private readonly CancellationToken _cancellationToken;
    private readonly int _size;
    private readonly uint _count;
    private readonly bool _hasMap;
    private readonly uint _lockPage;

    /// <summary>Which pages were met, in stretches: a file that only claims to be long takes no memory.</summary>
    private readonly Dictionary<uint, ulong[]> _used = [];

    private SqlitePages(ReadableFile file, int size, int usable, uint count, bool hasMap, CancellationToken cancellationToken)
    {
        (_file, _size, UsableSize, _count, _hasMap, _cancellationToken) = (file, size, usable, count, hasMap, cancellationToken);
        _lockPage = (uint)(LockByte / size) + 1;
    }

    /// <summary>How many bytes of a page SQLite uses.</summary>
    public int UsableSize { get; }

    /// <summary>Reads the head of a file.</summary>
    /// <exception cref="InvalidDataException">It is not a database.</exception>
    public static SqlitePages Open(ReadableFile file, ReadOnlySpan<byte> header, CancellationToken cancellationToken)
    {
        var size = BinaryPrimitives.ReadUInt16BigEndian(header[16..]) is 1 ? 65536 : BinaryPrimitives.ReadUInt16BigEndian(header[16..]);
        var usable = size - header[20];
        if (!header.StartsWith(Magic) || size < 512 || !BitOperations.IsPow2(size) || usable < 480
            || header[19] > 2 || !header[21..24].SequenceEqual((ReadOnlySpan<byte>)[64, 32, 32]))
        {
            throw new InvalidDataException("the file is not a database");
        }
        var inFile = (file.Facts.Size + size - 1) / size;
        var inHeader = BinaryPrimitives.ReadUInt32BigEndian(header[28..]);
        // An old version of SQLite writes the file, and not the number of pages.
        long count = inHeader == 0 || !header[24..28].SequenceEqual(header[92..96]) ? inFile : inHeader;
        if (count <= inFile && !CanName(file, count))
        {
            throw new InvalidDataException($"the file has {count} pages and too little data to use them");
        }
        return count <= inFile && count <= uint.MaxValue
            ? new SqlitePages(file, size, usable, (uint)count, BinaryPrimitives.ReadUInt32BigEndian(header[52..]) != 0, cancellationToken)
            : throw new InvalidDataException($"the file has {inFile} pages of {count}");
    }

    /// <summary>
    /// Each page but the first and the lock page is named somewhere, in four bytes or more that are not in a hole. So the memory for the pages
    /// that were met is at most a part of the data.
    /// </summary>
    private static bool CanName(ReadableFile file, long count)
    {
        var left = (count - 2) * sizeof(uint);
        for (long offset = 0; left > 0 && file.TryFindData(offset, out var start, out var end); offset = end)
        {
            left -= end - start;
        }
        return left <= 0;
    }

    /// <summary>Reads a page; what the file does not have of it reads as zeros.</summary>
    public void Read(uint page, Span<byte> bytes)
    {
        _cancellationToken.ThrowIfCancellationRequested();
        bytes[_file.Read(bytes, Place(page))..].Clear();
    }

    /// <summary>The page that a page of a long record names as the next one.</summary>
    public uint ReadNext(uint page)
    {
        _cancellationToken.ThrowIfCancellationRequested();
        Span<byte> next = stackalloc byte[4];
        next.Clear();
        _file.Read(next, Place(page));
        return BinaryPrimitives.ReadUInt32BigEndian(next);
    }

    /// <summary>The beginning of a record, up to a length.</summary>
    public byte[] ReadRecord(in SqlitePage page, in SqliteCell cell, int longest)
    {
        var record = new byte[Math.Min(cell.Length, longest)];
        _file.Read(record.AsSpan(0, Math.Min(cell.Local, record.Length)), Place(page.Number) + cell.Payload);
        var next = cell.Overflow;
        for (var at = cell.Local; at < record.Length; at += UsableSize - 4)
        {
            _file.Read(record.AsSpan(at, Math.Min(UsableSize - 4, record.Length - at)), Place(next) + 4);
            next = ReadNext(next);
        }
        return record;
    }

    /// <summary>Notes the use of a page.</summary>
    /// <param name="page">The page.</param>
    /// <param name="use">What for.</param>
    /// <param name="parent">The page that leads to it, as the map names it; 0 for none.</param>
    /// <exception cref="InvalidDataException">There is no such page, it is used already, or the map says otherwise.</exception>
    public void Use(uint page, PageUse use, uint parent)
    {
        if (page == 0 || page > _count || IsSpecial(page))
        {
            throw new InvalidDataException($"page {parent} leads to page {page}, which it cannot");
        }
        var chunk = page >> ChunkBits;
        if (!_used.TryGetValue(chunk, out var bits))
        {
            _used[chunk] = bits = new ulong[(1 << ChunkBits) / 64];
        }
        var (word, bit) = BitOf(page);
        if ((bits[word] & bit) != 0)
        {
            throw new InvalidDataException($"page {page} is used twice");
        }
        bits[word] |= bit;
        if (_hasMap && page > 1)
        {
            CheckMap(page, use, parent);
        }
    }

    /// <summary>Makes sure that no page was left out.</summary>
    /// <exception cref="InvalidDataException">One was.</exception>
    public void RequireAllUsed()
    {
        for (uint page = 1; page <= _count && page != 0; page++)
        {
            var (word, bit) = BitOf(page);
            if (!IsSpecial(page) && !(_used.TryGetValue(page >> ChunkBits, out var bits) && (bits[word] & bit) != 0))
            {
                throw new InvalidDataException($"page {page} is not used");
            }
        }
    }

    /// <summary>Where in its chunk a page is noted.</summary>
    private static (int Word, ulong Bit) BitOf(uint page)
    {
        var at = (int)(page & ((1 << ChunkBits) - 1));
        return (at / 64, 1UL << (at % 64));
    }

    private long Place(uint page) => (page - 1L) * _size;

    /// <summary>The page where locks are taken holds nothing; a page of the map is found by its number.</summary>
    private bool IsSpecial(uint page) => page == _lockPage || (_hasMap && page > 1 && MapOf(page) == page);

    private uint MapOf(uint page)
    {
        var perMap = (uint)(UsableSize / MapEntryLength) + 1;
        var map = ((page - 2) / perMap * perMap) + 2;
        return map == _lockPage ? map + 1 : map;
    }

    private void CheckMap(uint page, PageUse use, uint parent)
    {
        Span<byte> entry = stackalloc byte[MapEntryLength];
        entry.Clear();
        var map = MapOf(page);
        _file.Read(entry, Place(map) + (MapEntryLength * (page - map - 1L)));
        if (entry[0] != (byte)use || BinaryPrimitives.ReadUInt32BigEndian(entry[1..]) != parent)
        {
            throw new InvalidDataException($"the map has page {page} elsewhere");
        }
    }
}
