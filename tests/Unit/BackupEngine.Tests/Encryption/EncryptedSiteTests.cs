using System.Security.Cryptography;
using CloudBackup.Encryption;
using CloudBackup.Layout;
using CloudBackup.Tests.Support;
using Microsoft.Data.Sqlite;

namespace CloudBackup.Tests.Encryption;

public sealed class EncryptedSiteTests
{
    private const string Password = "correct horse battery";

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Fact]
    public async Task An_encrypted_backup_comes_back_and_nothing_of_it_is_readable_in_the_storage()
    {
        using var platform = await StartAsync();
        var backup = await platform.BackUpAsync(new() { Label = "very-private-label" });
        Assert.True(backup.Encrypted);
        await platform.Engine.AppBackups.AnnotateAsync(backup.Id, old => old with { Label = "other-private-label" }, platform.Observer, Token);
        Assert.Equal(
            [$"{backup.RemotePath}.backupinfo.enc", $"{backup.RemotePath}.index.gz.enc", $"{backup.RemotePath}.tar.gz.enc", $"notes/{backup.RemotePath}.json.enc"],
            platform.StoredFiles().Where(path => !path.StartsWith("keys/", StringComparison.Ordinal)));
        foreach (var path in platform.StoredFiles())
        {
            var text = System.Text.Encoding.Latin1.GetString(await File.ReadAllBytesAsync(Path.Join(platform.SitePath, path), Token));
            Assert.DoesNotContain("private", text, StringComparison.Ordinal);
            Assert.DoesNotContain("wiki.example.com", text, StringComparison.Ordinal);
        }
        Assert.True((await platform.Engine.AppBackups.TestAsync(backup.Id, platform.Observer, Token)).IsValid);
        await platform.Engine.AppBackups.RestoreToAsync(backup.Id, platform.Folder["back"], platform.Observer, Token);
        Assert.Equal(Tree.Describe(platform.Data), Tree.Describe(platform.Folder["back/data"]));
        await platform.RestoreAsync(backup.Id);
    }

    [Fact]
    public async Task A_lost_platform_home_is_rebuilt_from_the_storage_and_the_password()
    {
        using var platform = await StartAsync();
        var backup = await platform.BackUpAsync();
        await platform.Engine.AppBackups.AnnotateAsync(backup.Id, old => old with { Label = "kept" }, platform.Observer, Token);
        using var fresh = BackupEngine.Open(new() { PlatformHome = platform.Folder["fresh"] });
        var site = platform.Engine.Sites.Get("local");
        await fresh.Sites.AddAsync(site, Secret.Password(Password), platform.Observer, Token);
        var found = Assert.Single(await fresh.SyncAsync(null, [], platform.Observer, Token));
        Assert.Equal((backup.Id, "kept", true, backup.Size), (found.Id, found.Label, found.Encrypted, found.Size));
        await fresh.AppBackups.RestoreToAsync(found.Id, platform.Folder["back"], platform.Observer, Token);
        Assert.Equal(Tree.Describe(platform.Data), Tree.Describe(platform.Folder["back/data"]));
        Assert.DoesNotContain(platform.Observer.Warnings, warning => warning.Contains("set-user-id", StringComparison.Ordinal));
    }

    [Fact]
    public async Task A_wrong_password_for_a_storage_in_use_is_told_at_once_and_leaves_nothing()
    {
        using var platform = await StartAsync();
        using var fresh = BackupEngine.Open(new() { PlatformHome = platform.Folder["fresh"] });
        var site = platform.Engine.Sites.Get("local");
        var failure = await Assert.ThrowsAsync<BackupException>(() =>
            fresh.Sites.AddAsync(site, Secret.Password("correct horse batterz"), platform.Observer, Token));
        Assert.Equal("WrongPassword", failure.ErrorId);
        Assert.Empty(fresh.Sites.List());
        Assert.Empty(Directory.EnumerateFiles(platform.Folder["fresh/secrets"]));
        failure = await Assert.ThrowsAsync<BackupException>(() => fresh.Sites.AddAsync(site, Secret.Password(""), platform.Observer, Token));
        Assert.Equal("PasswordEmpty", failure.ErrorId);
    }

    [Fact]
    public async Task A_password_for_a_site_that_does_not_exist_is_kept_nowhere()
    {
        using var platform = await StartAsync();
        var (keys, stored) = (KeyFiles(platform), platform.StoredFiles());
        var unknown = platform.Engine.Sites.Get("local") with { Name = "other" };
        var failure = await Assert.ThrowsAsync<BackupException>(() =>
            platform.Engine.Sites.UpdateAsync(unknown, Secret.Password("another one"), platform.Observer, Token));
        Assert.Equal("SiteNotFound", failure.ErrorId);
        Assert.Equal(keys, KeyFiles(platform));
        Assert.Equal(stored, platform.StoredFiles());
    }

    [Fact]
    public async Task A_new_password_is_for_new_backups_and_old_keys_go_with_the_last_backup_that_needs_them()
    {
        using var platform = await StartAsync();
        var old = await platform.BackUpAsync();
        await platform.Engine.Sites.UpdateAsync(platform.Engine.Sites.Get("local"), Secret.Password("another one"), platform.Observer, Token);
        var young = await platform.BackUpAsync();
        Assert.NotEqual(old.KeyId, young.KeyId);
        platform.Reopen();
        foreach (var backup in new[] { old, young })
        {
            Assert.True((await platform.Engine.AppBackups.TestAsync(backup.Id, platform.Observer, Token)).IsValid);
        }
        Assert.Equal(2, KeyFiles(platform).Length);
        await platform.Engine.AppBackups.RemoveAsync(old.Id, platform.Observer, Token);
        Assert.Equal([$"key-{young.KeyId}"], KeyFiles(platform));
        Assert.DoesNotContain($"keys/{old.KeyId}.json", platform.StoredFiles());
        await platform.Engine.AppBackups.RemoveAsync(young.Id, platform.Observer, Token);
        Assert.Equal([$"key-{young.KeyId}"], KeyFiles(platform));
    }

    [Fact]
    public async Task Encryption_can_be_switched_off_for_new_backups()
    {
        using var platform = await StartAsync();
        var old = await platform.BackUpAsync();
        await platform.Engine.Sites.UpdateAsync(platform.Engine.Sites.Get("local"), new SiteSecrets { RemovePassword = true }, platform.Observer, Token);
        var young = await platform.BackUpAsync();
        Assert.Equal((true, false), (old.Encrypted, young.Encrypted));
        Assert.All(new[] { old, young }, backup => Assert.True(platform.Engine.AppBackups.TestAsync(backup.Id, platform.Observer, Token).Result.IsValid));
    }

    [Fact]
    public async Task Backups_of_a_password_that_is_not_known_are_told_and_their_records_stay()
    {
        using var platform = await StartAsync();
        var old = await platform.BackUpAsync();
        await platform.Engine.Sites.UpdateAsync(platform.Engine.Sites.Get("local"), Secret.Password("another one"), platform.Observer, Token);
        var young = await platform.BackUpAsync();
        using var fresh = BackupEngine.Open(new() { PlatformHome = platform.Folder["fresh"] });
        var observer = new TestObserver();
        await fresh.Sites.AddAsync(platform.Engine.Sites.Get("local"), Secret.Password("another one"), observer, Token);
        Assert.Equal(young.Id, Assert.Single(await fresh.SyncAsync(null, [], observer, Token)).Id);
        Assert.Contains(observer.Warnings, warning => warning.Contains("1 backups on local are encrypted with a password", StringComparison.Ordinal));
        var both = await fresh.SyncAsync(null, [Secret.Of("no"), Secret.Of(Password)], observer, Token);
        Assert.Equal([young.Id, old.Id], both.Select(backup => backup.Id));
        Assert.Equal(2, Directory.EnumerateFiles(platform.Folder["fresh/secrets"]).Count());
        // What was known stays known when its key is lost.
        File.Delete(platform.Folder[$"fresh/secrets/key-{old.KeyId}"]);
        using var again = BackupEngine.Open(new() { PlatformHome = platform.Folder["fresh"] });
        await again.SyncAsync(null, [], observer, Token);
        Assert.Equal(2, again.AppBackups.List().Count);
        var failure = await Assert.ThrowsAsync<BackupException>(() => again.AppBackups.TestAsync(old.Id, observer, Token));
        Assert.Equal("KeyMissing", failure.ErrorId);
    }

    [Fact]
    public async Task A_site_that_is_forgotten_and_added_again_needs_no_password_for_its_backups()
    {
        using var platform = await StartAsync();
        var backup = await platform.BackUpAsync();
        var site = platform.Engine.Sites.Get("local");
        platform.Engine.Sites.Remove("local", forgetBackups: true);
        await platform.Engine.Sites.AddAsync(site with { KeyId = null }, SiteSecrets.None, platform.Observer, Token);
        Assert.Equal(backup.Id, Assert.Single(await platform.Engine.SyncAsync(null, [], platform.Observer, Token)).Id);
        Assert.True((await platform.Engine.AppBackups.TestAsync(backup.Id, platform.Observer, Token)).IsValid);
    }

    [Fact]
    public async Task Objects_of_another_backup_under_the_same_key_are_not_taken_for_this_one()
    {
        using var platform = await StartAsync();
        var one = await platform.BackUpAsync();
        await File.WriteAllTextAsync(Path.Join(platform.Data, "more"), "more", Token);
        var two = await platform.BackUpAsync();
        foreach (var extension in new[] { ".tar.gz.enc", ".index.gz.enc", ".backupinfo.enc" })
        {
            var path = Path.Join(platform.SitePath, one.RemotePath + extension);
            var kept = await File.ReadAllBytesAsync(path, Token);
            File.Copy(Path.Join(platform.SitePath, two.RemotePath + extension), path, overwrite: true);
            Assert.False((await platform.Engine.AppBackups.TestAsync(one.Id, platform.Observer, Token)).IsValid, extension);
            await File.WriteAllBytesAsync(path, kept, Token);
        }
        Assert.True((await platform.Engine.AppBackups.TestAsync(one.Id, platform.Observer, Token)).IsValid);
    }

    [Fact]
    public async Task Backups_whose_MAC_covers_the_magic_are_read_too()
    {
        using var platform = await StartAsync();
        var backup = await platform.BackUpAsync();
        var keys = BackupKeys.Derive(Secret.Of(Password));
        var cipher = new CipherPair(keys, true);
        string At(string extension) => Path.Join(platform.SitePath, backup.RemotePath + extension);
        Remac(At(".tar.gz.enc"));
        Remac(At(".index.gz.enc"));
        var info = BackupInfo.FromBytes(cipher.Decrypt(await File.ReadAllBytesAsync(At(".backupinfo.enc"), Token)));
        var hash = Convert.ToHexStringLower(SHA256.HashData(await File.ReadAllBytesAsync(At(".index.gz.enc"), Token)));
        info = info with { Index = info.Index with { Sha256 = hash, Mac = cipher.Sealer.IndexMac(info.RemotePath, hash) } };
        await File.WriteAllBytesAsync(At(".backupinfo.enc"), cipher.Encrypt(info.ToBytes()), Token);
        Remac(At(".backupinfo.enc"));
        Assert.Single(await platform.Engine.SyncAsync(null, [], platform.Observer, Token));
        Assert.True((await platform.Engine.AppBackups.TestAsync(backup.Id, platform.Observer, Token)).IsValid);
        await platform.Engine.AppBackups.RestoreToAsync(backup.Id, platform.Folder["back"], platform.Observer, Token);

        void Remac(string path)
        {
            var bytes = File.ReadAllBytes(path);
            HMACSHA256.HashData(keys.DataHmacKey, bytes.AsSpan()[..^32], bytes.AsSpan()[^32..]);
            File.WriteAllBytes(path, bytes);
        }
    }

    [Fact]
    public async Task Only_the_owner_can_read_the_keys_and_the_catalog_holds_nothing_of_them()
    {
        using var platform = await StartAsync();
        var backup = await platform.BackUpAsync();
        await Assert.ThrowsAsync<BackupException>(() => platform.BackUpAsync(new() { Site = "none" }));
        var file = platform.Folder[$"home/secrets/key-{backup.KeyId}"];
        if (!OperatingSystem.IsWindows())
        {
            Assert.Equal(UnixFileMode.UserRead | UnixFileMode.UserWrite, File.GetUnixFileMode(file));
        }
        using var keys = BackupKeys.Derive(Secret.Of(Password));
        var all = keys.ToBytes();
        string[] forbidden = [Password, .. Enumerable.Range(0, 4).SelectMany(part => Forms(all.AsSpan(part * 32, 32))), .. Forms(all)];
        var seen = string.Join('\n', platform.Observer.Everything) + DumpOf(platform.Folder["home/platform.db"]) + backup
            + System.Text.Json.JsonSerializer.Serialize(platform.Engine.Sites.List());
        Assert.Contains(backup.KeyId!, seen, StringComparison.Ordinal);
        Assert.All(forbidden, secret => Assert.DoesNotContain(secret, seen, StringComparison.OrdinalIgnoreCase));
        Assert.All(forbidden, secret => Assert.DoesNotContain(secret, StoredText(platform), StringComparison.OrdinalIgnoreCase));
    }

    private static string[] Forms(ReadOnlySpan<byte> secret) => [Convert.ToHexString(secret), Convert.ToBase64String(secret).TrimEnd('=')];

    private static string StoredText(TestPlatform platform) => string.Concat(
        platform.StoredFiles().Select(path => System.Text.Encoding.Latin1.GetString(File.ReadAllBytes(Path.Join(platform.SitePath, path)))));

    private static string DumpOf(string database)
    {
        using var connection = new SqliteConnection($"Data Source={database};Mode=ReadOnly;Pooling=False");
        connection.Open();
        using var tables = connection.CreateCommand();
        tables.CommandText = "SELECT name FROM sqlite_master WHERE type = 'table'";
        var names = new List<string>();
        using (var reader = tables.ExecuteReader())
        {
            while (reader.Read())
            {
                names.Add(reader.GetString(0));
            }
        }
        Assert.Contains("site", names);
        return string.Join('\n', names.SelectMany(name => RowsOf(connection, name)));
    }

    private static List<string> RowsOf(SqliteConnection connection, string table)
    {
        using var command = connection.CreateCommand();
        command.CommandText = $"SELECT * FROM \"{table}\"";
        using var reader = command.ExecuteReader();
        var rows = new List<string>();
        while (reader.Read())
        {
            rows.Add(string.Join('|', Enumerable.Range(0, reader.FieldCount).Select(reader.GetValue)));
        }
        return rows;
    }

    private static string[] KeyFiles(TestPlatform platform) =>
        [.. Directory.EnumerateFiles(platform.Folder["home/secrets"]).Select(Path.GetFileName).OfType<string>().Order(StringComparer.Ordinal)];

    private static async Task<TestPlatform> StartAsync()
    {
        var platform = new TestPlatform();
        SampleTree.MakeSmall(platform.Data, new SeededRandom(11), files: 40, largest: 5000);
        return await platform.SetUpAsync(secrets: Secret.Password(Password));
    }
}
