using System.Text.Json.Nodes;
using CloudBackup.Encryption;
using CloudBackup.Storage;
using CloudBackup.Storage.Decorators;
using CloudBackup.Tests.Support;

namespace CloudBackup.Tests.PlatformRestore;

/// <summary>An older platform backup is restored only when you know of the newer one.</summary>
public sealed class PlatformFinderTests
{
    private const string Password = "correct horse";

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Theory]
    [InlineData("newer version")]
    [InlineData("invalid")]
    [InlineData("archived")]
    public async Task A_newest_backup_that_cannot_be_read_is_not_passed_over(string fault)
    {
        using var old = await new TestPlatform().SetUpAsync(secrets: Secret.Password(Password));
        var (first, newest) = (await old.BackUpPlatformAsync(), await old.BackUpPlatformAsync());
        var path = $"{newest.RemotePath}.backupinfo.enc";
        Rewrite(old.Folder[$"site/{path}"], record =>
        {
            record["cloudbackupInfo"] = fault == "newer version" ? 99 : 1;
            record["created"] = fault == "invalid" ? "tomorrow" : record["created"]!.GetValue<string>();
        });
        using var machine = new NewMachine(old, storage => fault == "archived" ? new ArchivingStorage(storage, path) : storage);
        PlatformRestoreOptions With(PlatformRestoreOptions options) => options with { Secrets = Secret.Password(Password) };
        var refusal = Assert.Single((await machine.PreviewAsync(With)).Checks, check => check.Outcome == CheckOutcome.Failed);
        Assert.Contains(newest.RemotePath, refusal.Detail, StringComparison.Ordinal);
        Assert.Contains($"-Id {first.Id}", refusal.Detail, StringComparison.Ordinal);
        Assert.Equal("NewestPlatformBackupUnreadable", await machine.FailAsync(With));
        machine.AssertUntouched();
        Assert.True((await machine.RestoreAsync(options => With(options) with { BackupId = first.Id })).IsComplete);
    }

    [Fact]
    public async Task A_single_backup_that_cannot_be_read_says_why()
    {
        using var old = await new TestPlatform().SetUpAsync(secrets: Secret.Password(Password));
        var box = await old.BackUpPlatformAsync();
        Rewrite(old.Folder[$"site/{box.RemotePath}.backupinfo.enc"], record => record["cloudbackupInfo"] = 99);
        using var machine = new NewMachine(old);
        Assert.Equal("BackupRecordUnreadable", await machine.FailAsync(options => options with { Secrets = Secret.Password(Password) }));
    }

    [Fact]
    public async Task Another_object_of_the_same_key_at_the_place_of_a_record_is_junk()
    {
        using var old = await new TestPlatform().SetUpAsync(secrets: Secret.Password(Password));
        var box = await old.BackUpPlatformAsync();
        old.Folder.Write("site/2090-01-01-000000-000/box_v9.backupinfo.enc", "");
        var place = old.Folder["site/2090-01-01-000000-000/box_v9.backupinfo.enc"];
        File.Copy(old.Folder[$"site/{box.RemotePath}.backupinfo.enc"], place, overwrite: true);
        Rewrite(place, record => record.AsObject().Clear());
        using var machine = new NewMachine(old);
        Assert.Equal(box.Id, (await machine.PreviewAsync(options => options with { Secrets = Secret.Password(Password) })).BackupId);
    }

    [Fact]
    public async Task An_own_plain_backup_that_cannot_be_read_is_not_passed_over()
    {
        using var platform = await new TestPlatform().SetUpAsync();
        var (first, newest) = (await platform.BackUpPlatformAsync(), await platform.BackUpPlatformAsync());
        await File.WriteAllTextAsync(platform.Folder[$"site/{newest.RemotePath}.backupinfo"], "{}", Token);
        using var plan = await platform.Engine.PlatformRestore.PlanAsync(new PlatformRestoreOptions { Site = "local", Secrets = SiteSecrets.None }, platform.Observer, Token);
        Assert.Contains(plan.Refusals, refusal => refusal.ErrorId == "NewestPlatformBackupUnreadable" && refusal.Message.Contains($"-Id {first.Id}", StringComparison.Ordinal));
    }

    [Fact]
    public async Task A_newer_plain_backup_that_is_passed_over_is_shown_with_the_way_out()
    {
        using var old = await new TestPlatform().SetUpAsync(secrets: Secret.Password(Password));
        var encrypted = await old.BackUpPlatformAsync();
        await old.Engine.Sites.UpdateAsync(old.Engine.Sites.Get("local"), new SiteSecrets { RemovePassword = true }, old.Observer, Token);
        await old.BackUpPlatformAsync();
        var newest = await old.BackUpPlatformAsync();
        using var machine = new NewMachine(old);
        var options = new PlatformRestoreOptions { ConfigFile = machine.ConfigFile, Secrets = Secret.Password(Password) };
        using (var plan = await machine.Engine.PlatformRestore.PlanAsync(options, machine.Observer, Token))
        {
            Assert.Equal((encrypted.Id, true), (plan.Preview.BackupId, plan.PassesOverNewer));
            var check = Assert.Single(plan.Preview.Checks, check => check.Detail.Contains(newest.Id, StringComparison.Ordinal));
            Assert.Equal(CheckOutcome.Warning, check.Outcome);
            Assert.Contains($"-Id {newest.Id}", check.Detail, StringComparison.Ordinal);
            Assert.Contains("does not encrypt", check.Detail, StringComparison.Ordinal);
        }
        using var named = await machine.Engine.PlatformRestore.PlanAsync(options with { BackupId = newest.Id, Secrets = SiteSecrets.None }, machine.Observer, Token);
        Assert.Equal(newest.Id, named.Preview.BackupId);
    }

    private static void Rewrite(string file, Action<JsonNode> change)
    {
        using var keys = BackupKeys.Derive(Secret.Of(Password));
        var record = JsonNode.Parse(Cbv2Bytes.Decrypt(File.ReadAllBytes(file), keys, MacCoverage.Either, out _))!;
        change(record);
        File.WriteAllBytes(file, Cbv2Bytes.Encrypt(System.Text.Encoding.UTF8.GetBytes(record.ToJsonString()), keys, new byte[Cbv2.VectorLength]));
    }

    /// <summary>A storage that has an object and does not give it out.</summary>
    private sealed class ArchivingStorage(IBackupStorage inner, string archived) : StorageDecorator(inner)
    {
        public override Task<Stream> OpenReadAsync(string path, long offset, long? count, CancellationToken cancellationToken) => path == archived
            ? throw new StorageException(StorageErrorKind.Other, path, $"'{path}' is archived by the store. Restore it there first.")
            : base.OpenReadAsync(path, offset, count, cancellationToken);
    }
}
