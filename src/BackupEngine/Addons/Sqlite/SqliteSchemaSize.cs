namespace CloudBackup.Addons.Sqlite;

/// <summary>
/// Counts the schema of a database, to tell whether SQLite reads it soon. SQLite compares each part of a statement with all earlier ones, such as
/// the constraints of a table, and each index of a table with all others, and asks for no stop meanwhile. So the work of a row grows with the square
/// of its length, and that of the indexes with the square of their number.
/// </summary>
internal sealed class SqliteSchemaSize
{
    private const int LongestRow = 64 * 1024;
    private const long MostWork = 3L * LongestRow * LongestRow;
    private const int MostRows = 100_000;
    private const int MostIndexes = 10_000;

    private long _work;
    private int _rows;
    private int _indexes;
    private bool _hasLongRow;

    /// <summary>Whether SQLite could take long to read it.</summary>
    public bool IsTooLarge => _hasLongRow || _work > MostWork || _rows > MostRows || _indexes > MostIndexes;

    /// <summary>Counts a row.</summary>
    /// <param name="length">The length of its record.</param>
    /// <param name="hasPages">Whether it is about a table or an index.</param>
    /// <param name="record">The record, or its beginning.</param>
    public void Add(int length, bool hasPages, ReadOnlySpan<byte> record)
    {
        _rows++;
        _hasLongRow |= length > LongestRow;
        _work += (long)length * length;
        // Any other text may be that of an index, whatever the row says about itself.
        if (hasPages && SqliteRecord.ReadSql(record) is var sql && !sql.StartsWith("CREATE TABLE "u8) && !sql.StartsWith("C\0R\0E\0A\0T\0E\0 \0T\0"u8)
            && !sql.StartsWith("\0C\0R\0E\0A\0T\0E\0 \0T"u8))
        {
            _indexes++;
        }
    }
}
