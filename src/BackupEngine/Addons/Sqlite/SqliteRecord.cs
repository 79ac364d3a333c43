using System.Buffers.Binary;

namespace CloudBackup.Addons.Sqlite;

/// <summary>SQLite's records (sqlite.org/fileformat2.html, "Record Format").</summary>
internal static class SqliteRecord
{
    private const int LongestVarint = 9;

    /// <summary>Reads a number of one to nine bytes; returns how many, or 0 when the bytes end before.</summary>
    public static int ReadVarint(ReadOnlySpan<byte> bytes, out long value)
    {
        value = 0;
        for (var i = 0; i < Math.Min(LongestVarint, bytes.Length); i++)
        {
            if (i == LongestVarint - 1)
            {
                value = (value << 8) | bytes[i];
                return LongestVarint;
            }
            value = (value << 7) | (uint)(bytes[i] & 0x7F);
            if (bytes[i] < 0x80)
            {
                return i + 1;
            }
        }
        return 0;
    }

    /// <summary>How many bytes a value takes, by the number that stands for its type.</summary>
    public static long LengthOf(long type) => type switch
    {
        >= 0 and <= 4 => type,
        5 => 6,
        6 or 7 => 8,
        >= 12 => (type - 12) / 2,
        >= 8 => 0,
        _ => int.MaxValue, // a negative one: no record is that long
    };

    /// <summary>
    /// The page where the table or index begins that a row of the schema describes; 0 for what has none, such as a view. Null when the bytes,
    /// the beginning of the row, do not say.
    /// </summary>
    public static uint? ReadRootPage(ReadOnlySpan<byte> row)
    {
        const int RootColumn = 3;
        var at = ReadVarint(row, out var head);
        if (at == 0 || head > row.Length)
        {
            return null;
        }
        var start = head;
        for (var column = 0; column <= RootColumn; column++)
        {
            var read = at < head ? ReadVarint(row[at..(int)head], out var type) : Missing(out type);
            if (read == 0)
            {
                return null;
            }
            at += read;
            if (column == RootColumn)
            {
                return start + LengthOf(type) <= row.Length ? ReadUnsigned(row, (int)start, type) : null;
            }
            start += LengthOf(type);
            if (start > row.Length)
            {
                return null;
            }
        }
        return null;
    }

    /// <summary>The text of a row of the schema; empty when it has none, or the bytes do not hold it all.</summary>
    public static ReadOnlySpan<byte> ReadSql(ReadOnlySpan<byte> row)
    {
        const int SqlColumn = 4;
        var at = ReadVarint(row, out var head);
        var start = head;
        for (var column = 0; at > 0 && at < head && start <= row.Length; column++)
        {
            var read = ReadVarint(row[at..(int)head], out var type);
            if (read == 0 || column == SqlColumn)
            {
                return read > 0 && LengthOf(type) <= row.Length - start ? row.Slice((int)start, (int)LengthOf(type)) : [];
            }
            at += read;
            start += LengthOf(type);
        }
        return [];
    }

    private static int Missing(out long type)
    {
        type = 0;
        return 0;
    }

    private static uint? ReadUnsigned(ReadOnlySpan<byte> row, int start, long type)
    {
        long value = type == 9 ? 1 : 0;
        if (type is >= 1 and <= 6)
        {
            Span<byte> bytes = stackalloc byte[8];
            bytes.Fill((sbyte)row[start] < 0 ? (byte)0xFF : (byte)0);
            row.Slice(start, (int)LengthOf(type)).CopyTo(bytes[^(int)LengthOf(type)..]);
            value = BinaryPrimitives.ReadInt64BigEndian(bytes);
        }
        return value is >= 0 and <= uint.MaxValue && type is >= 0 and <= 9 ? (uint)value : null;
    }
}
