using System.Text.Json;
using CloudBackup.Backup;
using CloudBackup.Catalog;
using CloudBackup.Tests.Support;
using Microsoft.Data.Sqlite;

namespace CloudBackup.Tests.Catalog;

/// <summary>
/// Rows of the catalog with any value in any column and any field: the other rows can be used, each failure has an id, and nothing is removed.
/// </summary>
public sealed class CatalogRowTests : IDisposable
{
    private const string Other = "other.example.com";

    private static readonly string[] Tables = ["site", "app", "backup", "restore_journal", "platform", "platform_restore"];

    private static readonly object[] Values = ["", "x", "{}", "null", "[]", long.MaxValue, long.MinValue, -1L, 1e300];

    private static readonly string[] Fields = ["null", "\"x\"", "{}", "-1", "1e300", "\"-01:00:00\"", "[null]"];

    private readonly TestPlatform _platform = new();

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    private string Database => _platform.Folder["home/platform.db"];

    public void Dispose() => _platform.Dispose();

    [Fact]
    public async Task Any_value_in_any_column_harms_no_other_row()
    {
        await SetUpAsync();
        foreach (var table in Tables)
        {
            foreach (var column in Query($"SELECT name FROM pragma_table_info('{table}')"))
            {
                foreach (var value in Values.Append(DBNull.Value))
                {
                    await TryAsync($"UPDATE {table} SET {column} = $value WHERE rowid = (SELECT MIN(rowid) FROM {table})", value, $"{table}.{column} = {value}");
                }
            }
        }
    }

    [Fact]
    public async Task Any_value_in_any_field_of_a_document_harms_no_other_row()
    {
        await SetUpAsync();
        var number = 0;
        foreach (var table in Tables)
        {
            using var document = JsonDocument.Parse(Query($"SELECT document FROM {table} ORDER BY rowid LIMIT 1")[0]);
            foreach (var field in document.RootElement.EnumerateObject().Select(property => property.Name).Append("limits.timeout"))
            {
                for (var turn = 0; turn < 3; turn++)
                {
                    var value = Fields[number++ % Fields.Length];
                    await TryAsync(
                        $"UPDATE {table} SET document = json_set(document, '$.{field}', json($value)) WHERE rowid = (SELECT MIN(rowid) FROM {table})",
                        value,
                        $"{table}.{field} = {value}");
                }
            }
        }
    }

    private async Task SetUpAsync()
    {
        await _platform.SetUpAsync();
        _platform.AddApp(Other, files: 1);
        _platform.Folder.Write("data/file", "1");
        var backup = await _platform.BackUpAsync();
        await _platform.BackUpPlatformAsync();
        _platform.Engine.Dispose();
        using (var database = PlatformDatabase.Open(Database))
        {
            new RestoreJournal(database).Save(new RestoreJournalEntry
            {
                AppId = Guid.AllBitsSet,
                BackupId = backup.Id,
                DataDirectory = _platform.Folder["gone"],
                IsWholeFolder = true,
                Version = "1",
                Phase = RestorePhase.Unpacking,
            });
            new PlatformRestoreJournal(database).Save(new PlatformRestoreEntry { BackupId = "box_v1_00000000", Site = "local", Phase = PlatformRestorePhase.Apps });
        }
        SqliteConnection.ClearAllPools();
        File.Copy(Database, Database + ".good");
    }

    private async Task TryAsync(string sql, object value, string what)
    {
        SqliteConnection.ClearAllPools();
        Array.ForEach(Directory.GetFiles(_platform.Folder["home"], "platform.db-*"), File.Delete);
        File.Copy(Database + ".good", Database, overwrite: true);
        try
        {
            using var connection = Connect();
            using var command = connection.CreateCommand();
            command.CommandText = sql;
            command.Parameters.AddWithValue("$value", value);
            command.ExecuteNonQuery();
        }
        catch (SqliteException)
        {
            return; // the table takes no such value
        }
        var before = Count();
        try
        {
            _platform.Reopen();
            await UseAsync();
        }
        catch (BackupException failure) when (what.StartsWith("site.", StringComparison.Ordinal))
        {
            Assert.NotEqual("", failure.ErrorId); // the only site cannot be used, and says so
        }
        catch (Exception failure)
        {
            Assert.Fail($"{what}: {failure}");
        }
        finally
        {
            _platform.Engine.Dispose();
        }
        Assert.True(before.Zip(Count()).All(pair => pair.First <= pair.Second), what);
    }

    private async Task UseAsync()
    {
        var (engine, observer) = (_platform.Engine, _platform.Observer);
        _ = engine.AppBackups.List();
        _ = engine.PlatformBackups.List();
        var sites = engine.Sites.List();
        Assert.Contains(Other, engine.Apps.List().Select(app => app.Location));
        await GuardAsync(async () => _ = await engine.Cleanup.PlanAsync(null, observer, Token));
        await GuardAsync(() => Task.FromResult(engine.Platform.Get()));
        if (sites.Count > 0)
        {
            var outcomes = new List<AppBackupOutcome>();
            await engine.AppBackups.CreateManyAsync(
                [.. engine.Apps.List().Select(app => app.Location)], new AppBackupOptions { Site = sites[0].Name }, 1, outcomes.Add, observer, Token);
            Assert.NotNull(outcomes.Single(outcome => outcome.App.Location == Other).Backup);
            Assert.DoesNotContain(outcomes, outcome => outcome.Failure?.ErrorId == "Unforeseen");
        }
        Assert.DoesNotContain(engine.TakeCatalogWarnings(), warning => warning.Contains("Exception", StringComparison.Ordinal));
    }

    private static async Task GuardAsync(Func<Task> action)
    {
        try
        {
            await action();
        }
        catch (BackupException failure)
        {
            Assert.NotEqual("", failure.ErrorId);
        }
    }

    private List<long> Count() => [.. Tables.Select(table => long.Parse(Query($"SELECT COUNT(*) FROM {table}")[0], System.Globalization.CultureInfo.InvariantCulture))];

    private List<string> Query(string sql)
    {
        using var connection = Connect();
        using var command = connection.CreateCommand();
        command.CommandText = sql;
        using var reader = command.ExecuteReader();
        var found = new List<string>();
        while (reader.Read())
        {
            found.Add(reader.GetString(0));
        }
        return found;
    }

    private SqliteConnection Connect()
    {
        var connection = new SqliteConnection($"Data Source={Database};Pooling=False");
        connection.Open();
        return connection;
    }
}
