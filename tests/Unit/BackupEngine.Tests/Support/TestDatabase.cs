using Microsoft.Data.Sqlite;

namespace CloudBackup.Tests.Support;

/// <summary>SQLite databases of tests.</summary>
internal static class TestDatabase
{
    /// <summary>Opens a database, and makes it when it is missing. Nothing of it stays open afterwards.</summary>
    public static SqliteConnection Open(string path)
    {
        var connection = new SqliteConnection($"Data Source={path};Pooling=False");
        connection.Open();
        return connection;
    }

    /// <summary>Runs statements.</summary>
    public static void Execute(SqliteConnection connection, string sql)
    {
        using var command = connection.CreateCommand();
        command.CommandText = sql;
        command.ExecuteNonQuery();
    }
}
