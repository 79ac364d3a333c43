using System.Text;
using System.Text.Json.Nodes;
using CloudBackup.Catalog;
using CloudBackup.Layout;
using CloudBackup.Tests.Cleanup;
using CloudBackup.Tests.Support;

namespace CloudBackup.Tests.Catalog;

/// <summary>
/// Whoever can write to the storage puts records there that are malformed, or say impossible things: the good backups, and everything that is done
/// with them, go on as before.
/// </summary>
public sealed class PoisonTests
{
    private const int Kilobyte = 1024;

    private static readonly string[] Values =
    [
        "null", "\"\"", "\"x\"", "\"../../x\"", "\"/etc/passwd\"", "0", "-1", "-4.5", "9223372036854775807", "9223372036854775808", "1e308", "1e999",
        "true", "[]", "{}", "[null]", "[[]]", "[\"../../x\"]", "[{}]", "\"9999-12-31T23:59:59.9999999+00:00\"", "\"0001-01-01T00:00:00+14:00\"",
        "\"0001-01-01T00:00:00-14:00\"", "\"2026-02-30T25:61:00Z\"", "\"\\ud800\"", "\"\\u0000\\u001b[2J\"", "99", "\"Ready\"", "\"Removing\"",
        new string('[', 300) + new string(']', 300), $"\"{new string('a', 100 * Kilobyte)}\"",
    ];

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task A_record_with_any_value_in_any_place_harms_no_other_backup(bool isPlatforms)
    {
        using var scene = await Scene.StartAsync();
        SiteBackup info = isPlatforms ? scene.Box : scene.App;
        var number = 0;
        foreach (var place in Places(JsonNode.Parse(scene.Template(info))!, []))
        {
            foreach (var value in Values)
            {
                scene.Forge(info, number++, text => Replace(text, place, value));
            }
        }
        Assert.True(number > 700);
        await scene.AssertAllWorksAsync();
    }

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    public async Task A_record_whose_bytes_are_damaged_harms_no_other_backup(int seed)
    {
        using var scene = await Scene.StartAsync();
        var random = new SeededRandom(seed);
        for (var number = 0; number < 400; number++)
        {
            scene.ForgeBytes(number % 2 == 0 ? scene.App : scene.Box, number, bytes => Damage(bytes, random));
        }
        await scene.AssertAllWorksAsync();
    }

    [Fact]
    public async Task Records_that_are_huge_empty_twins_or_copies_harm_no_other_backup()
    {
        using var scene = await Scene.StartAsync();
        using (var huge = File.Create(scene.PathOf(scene.Forge(scene.App, 1, text => text), ".backupinfo")))
        {
            huge.SetLength(100L * Kilobyte * Kilobyte);
        }
        scene.ForgeBytes(scene.App, 2, _ => []);
        scene.Forge(scene.App, 3, text => Replace(text, ["id"], $"\"{scene.App.Id}\""));
        var fourth = scene.Forge(scene.App, 4, text => text);
        scene.Forge(scene.App, 5, text => Replace(text, ["id"], $"\"{fourth.Split('/')[1]}_00000004\""));
        File.Copy(scene.PathOf(scene.App.RemotePath, ".backupinfo"), scene.PathOf(scene.App.RemotePath, ".backupinfo.enc"));
        await scene.AssertAllWorksAsync();
        Assert.Contains(scene.Warnings, warning => warning.Contains(scene.App.RemotePath, StringComparison.Ordinal));
    }

    [Theory]
    [InlineData("null", BackupState.Creating)]
    [InlineData("\"app_wiki.example.com_v1.2.0_ffffffff\"", BackupState.Failed)]
    public async Task What_an_interrupted_run_left_is_not_believed_when_its_record_is_forged(string id, BackupState state)
    {
        using var scene = await Scene.StartAsync();
        var interrupted = await scene.Platform.BackUpAsync();
        scene.Write($"{interrupted.RemotePath}.backupinfo", Replace(scene.Template(interrupted), ["id"], id));
        using (var database = PlatformDatabase.Open(scene.Platform.Folder["home/platform.db"]))
        {
            new BackupStore(database).Save(new BackupRecord { Backup = interrupted with { State = BackupState.Creating } });
        }
        scene.Time.Advance(TimeSpan.FromHours(1));
        Assert.Equal(BackupState.Ready, (await scene.Platform.BackUpAsync()).State);
        Assert.Equal(state, scene.Platform.Engine.AppBackups.Get(interrupted.Id).State);
        scene.Time.Advance(TimeSpan.FromHours(1));
        await scene.AssertAllWorksAsync();
    }

    [Theory]
    [InlineData("{\"label\":null,\"preserveUntil\":\"9999-12-31T23:59:59.9999999+00:00\"}")]
    [InlineData("{\"label\":\"\\ud800\"}")]
    [InlineData("{\"preserveUntil\":\"10000-01-01\"}")]
    [InlineData("{\"label\":{}}")]
    [InlineData("[]")]
    [InlineData("null")]
    [InlineData("")]
    public async Task A_bad_note_does_not_hide_its_backup(string note)
    {
        using var scene = await Scene.StartAsync();
        scene.Write($"notes/{scene.App.RemotePath}.json", note);
        await scene.AssertAllWorksAsync();
    }

    [Fact]
    public async Task Objects_beside_the_backups_that_say_nonsense_harm_nothing()
    {
        using var scene = await Scene.StartAsync(BackupFormat.Rsync);
        var state = Directory.GetFiles(Path.Join(scene.Platform.SitePath, "snapshot"), "*.state");
        Assert.NotEmpty(state);
        foreach (var value in Values.Concat(Values.Select(value => $"{{\"cloudbackupSnapshot\":1,\"token\":{value},\"isComplete\":true,\"content\":{value}}}")))
        {
            Array.ForEach(state, path => File.WriteAllText(path, value));
            scene.Write("keys/0123456789abcdef.json", value);
            scene.Write("keys/fedcba9876543210.json", $"{{\"cloudbackupKey\":1,\"keyId\":{value},\"created\":{value}}}");
            scene.Platform.Folder.Write("data/more", value);
            Assert.Equal(BackupState.Ready, (await scene.Platform.BackUpAsync()).State);
            scene.Time.Advance(TimeSpan.FromHours(1));
        }
        using var password = Secret.Of("a password");
        await scene.Platform.Engine.Sites.UpdateAsync(
            scene.Platform.Engine.Sites.Get("local"), new SiteSecrets { Password = password }, scene.Platform.Observer, Token);
        await scene.AssertAllWorksAsync();
    }

    [Theory]
    [InlineData("UPDATE backup SET document = '{}'")]
    [InlineData("UPDATE backup SET document = 'null'")]
    [InlineData("UPDATE backup SET document = '{'")]
    [InlineData("UPDATE backup SET document = x'ff00', kind = NULL, id = NULL")]
    [InlineData("UPDATE backup SET created = 9223372036854775807")]
    [InlineData("UPDATE backup SET created = -9223372036854775808, state = 'Ready'")]
    [InlineData("UPDATE backup SET id = '../../x'")]
    [InlineData("UPDATE backup SET document = json_set(document, '$.version', NULL)")]
    [InlineData("UPDATE backup SET document = json_set(document, '$.missing', json('[null]'))")]
    public async Task A_row_of_the_catalog_that_cannot_be_read_is_passed_over_named_and_written_again_by_a_sync(string damage)
    {
        using var scene = await Scene.StartAsync();
        var other = await scene.Platform.BackUpAsync();
        scene.Time.Advance(TimeSpan.FromHours(1));
        scene.Execute(damage.Replace("kind = NULL", "kind = 'odd'", StringComparison.Ordinal) + $" WHERE remote_path = '{scene.App.RemotePath}'");
        Assert.Contains(other.Id, scene.Platform.Engine.AppBackups.List().Select(backup => backup.Id));
        var isTold = scene.Platform.Engine.TakeCatalogWarnings();
        Assert.Equal(damage.Contains("created =", StringComparison.Ordinal) ? 0 : 1, isTold.Count);
        Assert.All(isTold, warning => Assert.Contains("Sync-BackupCatalog local", warning, StringComparison.Ordinal));
        Assert.Empty(scene.Platform.Engine.TakeCatalogWarnings());
        await scene.AssertAllWorksAsync();
        Assert.Empty(scene.Platform.Engine.TakeCatalogWarnings());
        // What this platform made is still known to be so.
        scene.Time.Advance(TimeSpan.FromDays(1));
        await scene.Platform.RestoreAsync(scene.App.Id);
        Assert.DoesNotContain(scene.Warnings, warning => warning.Contains("set-user-id", StringComparison.Ordinal));
    }

    [Fact]
    public async Task Rows_of_apps_and_sites_that_cannot_be_read_are_named_and_can_be_removed()
    {
        using var scene = await Scene.StartAsync();
        scene.Platform.AddApp("other.example.com");
        var engine = scene.Platform.Engine;
        await engine.Sites.AddAsync(engine.Sites.Get("local") with { Name = "second", IsDefault = false, Prefix = "p" }, SiteSecrets.None, scene.Platform.Observer, Token);
        scene.Execute("UPDATE app SET document = '{\"id\":null}' WHERE location = 'other.example.com'");
        scene.Execute("UPDATE site SET document = '{\"settings\":null}' WHERE name = 'second'");
        Assert.Equal([TestPlatform.Location], engine.Apps.List().Select(app => app.Location));
        Assert.Equal(["local"], engine.Sites.List().Select(site => site.Name));
        var told = engine.TakeCatalogWarnings();
        Assert.Contains(told, warning => warning.Contains("Unregister-BackupApp other.example.com", StringComparison.Ordinal));
        Assert.Contains(told, warning => warning.Contains("Remove-BackupSite second", StringComparison.Ordinal));
        engine.Apps.Unregister("other.example.com", scene.Platform.Observer);
        engine.Sites.Remove("second", forgetBackups: true);
        await scene.AssertAllWorksAsync();
        Assert.Empty(engine.TakeCatalogWarnings());
    }

    private static string Replace(string text, object[] place, string value)
    {
        const string Mark = "\"the value goes here\"";
        var root = JsonNode.Parse(text)!;
        if (place.Length == 0)
        {
            return value;
        }
        var parent = place.Take(place.Length - 1).Aggregate(root, (node, key) => key is int index ? node[index]! : node[(string)key]!);
        var mark = JsonNode.Parse(Mark);
        if (place[^1] is int last)
        {
            parent[last] = mark;
        }
        else
        {
            parent[(string)place[^1]] = mark;
        }
        return root.ToJsonString().Replace(Mark, value, StringComparison.Ordinal);
    }

    private static IEnumerable<object[]> Places(JsonNode? node, object[] way)
    {
        yield return way;
        var inner = node switch
        {
            JsonObject pairs => pairs.SelectMany(pair => Places(pair.Value, [.. way, pair.Key])),
            JsonArray list => list.Index().SelectMany(pair => Places(pair.Item, [.. way, pair.Index])),
            _ => [],
        };
        foreach (var place in inner)
        {
            yield return place;
        }
    }

    private static byte[] Damage(byte[] bytes, SeededRandom random)
    {
        var damaged = bytes.ToList();
        for (var change = random.Next(4); change >= 0; change--)
        {
            var at = random.Next(damaged.Count);
            switch (random.Next(5))
            {
                case 0:
                    damaged[at] = (byte)random.Next(256);
                    break;
                case 1:
                    damaged.RemoveRange(at, Math.Min(damaged.Count - at - 1, random.Next(40)));
                    break;
                case 2:
                    damaged.InsertRange(at, random.Bytes(random.Next(20)));
                    break;
                case 3:
                    damaged[at] ^= (byte)(1 << random.Next(8));
                    break;
                default:
                    damaged.InsertRange(at, [.. damaged.Skip(random.Next(damaged.Count)).Take(60)]);
                    break;
            }
        }
        return [.. damaged];
    }

    /// <summary>A platform with good backups, and forged ones of the year before in its storage.</summary>
    private sealed class Scene : IDisposable
    {
        private static readonly DateTimeOffset Forged = new(2025, 2, 1, 0, 0, 0, TimeSpan.Zero);

        private readonly Timeline _timeline;

        private Scene(Timeline timeline) => _timeline = timeline;

        public TestPlatform Platform => _timeline.Platform;

        public Microsoft.Extensions.Time.Testing.FakeTimeProvider Time => _timeline.Time;

        public required AppBackup App { get; init; }

        public required PlatformBackup Box { get; init; }

        public IEnumerable<string> Warnings => Platform.Observer.Warnings;

        public static async Task<Scene> StartAsync(BackupFormat format = BackupFormat.Tgz)
        {
            var timeline = await Timeline.StartAsync("within 30 days, 2 last");
            if (format != BackupFormat.Tgz)
            {
                var site = timeline.Engine.Sites.Get("local") with { Format = format };
                await timeline.Engine.Sites.UpdateAsync(site, SiteSecrets.None, timeline.Observer, Token);
            }
            timeline.Platform.Folder.Write("data/a", "one");
            var app = await timeline.Platform.BackUpAsync();
            timeline.Time.Advance(TimeSpan.FromHours(1));
            var box = await timeline.Platform.BackUpPlatformAsync();
            timeline.Time.Advance(TimeSpan.FromHours(1));
            return new Scene(timeline) { App = app, Box = box };
        }

        public string Template(SiteBackup backup) => File.ReadAllText(PathOf(backup.RemotePath, ".backupinfo"));

        public string PathOf(string remotePath, string extension) => Path.Join(Platform.SitePath, remotePath + extension);

        public void Write(string path, string text) => Platform.Folder.Write($"site/{path}", text);

        /// <summary>Stores a copy of a backup in a folder of its own, with another record.</summary>
        public string Forge(SiteBackup backup, int number, Func<string, string> change)
        {
            return ForgeBytes(backup, number, bytes => Encoding.UTF8.GetBytes(change(Encoding.UTF8.GetString(bytes))));
        }

        public string ForgeBytes(SiteBackup backup, int number, Func<byte[], byte[]> change)
        {
            var created = Forged.AddMilliseconds(number);
            var name = backup.RemotePath.Split('/')[1];
            var remotePath = $"{BackupNames.Tag(created)}/{name}";
            Directory.CreateDirectory(Path.GetDirectoryName(PathOf(remotePath, ""))!);
            foreach (var extension in new[] { ".tar.gz", ".index.gz" })
            {
                File.Copy(PathOf(backup.RemotePath, extension), PathOf(remotePath, extension));
            }
            var info = JsonNode.Parse(Template(backup))!;
            info["id"] = $"{name}_{number:x8}";
            info["remotePath"] = remotePath;
            info["created"] = created.ToString("O", System.Globalization.CultureInfo.InvariantCulture);
            File.WriteAllBytes(PathOf(remotePath, ".backupinfo"), change(Encoding.UTF8.GetBytes(info.ToJsonString())));
            return remotePath;
        }

        public void Execute(string sql)
        {
            using var database = PlatformDatabase.Open(Platform.Folder["home/platform.db"]);
            Assert.Equal(1, database.Execute(sql));
        }

        /// <summary>Does everything that is done with backups, twice: what one has left in the catalog is there for the next.</summary>
        public async Task AssertAllWorksAsync()
        {
            for (var round = 0; round < 2; round++)
            {
                var found = await Platform.Engine.SyncAsync(null, [], Platform.Observer, Token);
                Assert.Contains(App.Id, found.Select(backup => backup.Id));
                Assert.Contains(Box.Id, found.Select(backup => backup.Id));
                Assert.Equal(App.RemotePath, Platform.Engine.AppBackups.Get(App.Id).RemotePath);
                Assert.Contains(Box.Id, Platform.Engine.PlatformBackups.List().Select(backup => backup.Id));
                var made = await Platform.BackUpAsync();
                Assert.Equal(BackupState.Ready, made.State);
                Assert.True((await Platform.Engine.AppBackups.TestAsync(App.Id, Platform.Observer, Token)).IsValid);
                await Platform.RestoreAsync(made.Id);
                Time.Advance(TimeSpan.FromHours(1));
                Assert.Equal(BackupState.Ready, (await Platform.BackUpPlatformAsync()).State);
                var cleaned = await _timeline.CleanAsync(isClockRight: true);
                Assert.Empty(cleaned.Failures);
                Platform.Engine.AppBackups.Get(App.Id);
                Platform.Engine.PlatformBackups.Get(Box.Id);
                await Platform.Engine.AppBackups.RemoveAsync(made.Id, Platform.Observer, Token);
                Time.Advance(TimeSpan.FromHours(1));
                Platform.Reopen();
            }
        }

        public void Dispose() => _timeline.Dispose();
    }
}
