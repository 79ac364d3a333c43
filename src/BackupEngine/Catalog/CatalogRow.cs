using System.Text;
using System.Text.Json;
using System.Text.Json.Serialization.Metadata;
using CloudBackup.Infrastructure;
using Microsoft.Data.Sqlite;

namespace CloudBackup.Catalog;

/// <summary>Reads documents of the catalog's rows.</summary>
internal static class CatalogRow
{
    private const int LongestShown = 100;

    /// <summary>The document in a column; null when it cannot be read, which is noted for a warning.</summary>
    /// <param name="database">The catalog.</param>
    /// <param name="row">The row.</param>
    /// <param name="column">The number of the column.</param>
    /// <param name="type">What it is a document of.</param>
    /// <param name="what">What the row is a row of.</param>
    /// <param name="wayOut">How it is replaced or removed.</param>
    /// <param name="findFault">Says what else is wrong with it; null when nothing is.</param>
    /// <param name="onUnreadable">Gets the row when it cannot be read.</param>
    public static T? TryRead<T>(
        PlatformDatabase database,
        SqliteDataReader row,
        int column,
        JsonTypeInfo<T> type,
        string what,
        string wayOut,
        Func<T, string?>? findFault = null,
        Action<UnreadableRow>? onUnreadable = null)
        where T : class
    {
        string fault;
        try
        {
            var document = OutsideJson.Read(Encoding.UTF8.GetBytes(Text(row, column)), type);
            if (findFault?.Invoke(document) is not { } found)
            {
                return document;
            }
            fault = found;
        }
        catch (JsonException failure)
        {
            fault = failure.Message;
        }
        var unreadable = new UnreadableRow(what, fault, wayOut, what);
        database.Unreadable.Note(unreadable);
        onUnreadable?.Invoke(unreadable);
        return null;
    }

    /// <summary>A column as text, whatever it holds.</summary>
    public static string Text(SqliteDataReader row, int column) => row.IsDBNull(column) ? "" : row.GetString(column);

    /// <summary>A column as a text that can be shown.</summary>
    public static string Shown(SqliteDataReader row, int column) => OutsideText.Clean(Text(row, column), LongestShown);
}
