using CloudBackup.PlatformRestore;
using CloudBackup.Tests.Support;

namespace CloudBackup.Tests.PlatformRestore;

/// <summary>A platform backup that anyone can have written does not fill folders that decide what the machine runs.</summary>
public sealed class DoubtfulPlatformTests
{
    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Theory]
    [InlineData(true, false)]
    [InlineData(false, false)]
    [InlineData(false, true)]
    public async Task Hidden_folders_are_filled_only_with_consent(bool isApp, bool allowsCommands)
    {
        using var old = await new TestPlatform().SetUpAsync();
        var hidden = old.Folder.Make("wiki/.ssh");
        await File.WriteAllTextAsync(Path.Join(hidden, "authorized_keys"), "x", Token);
        if (isApp)
        {
            old.Engine.Apps.Register(new BackupApp { Id = Guid.Empty, Location = "odd.example.com", Version = "1", PackageName = "x", DataDirectory = hidden });
        }
        else
        {
            old.Engine.Platform.SetExtraDirectories([hidden]);
        }
        await old.BackUpPlatformAsync();
        using var machine = new NewMachine(old);
        var failure = await Assert.ThrowsAsync<BackupException>(() => machine.RestoreAsync(options => options with { AllowCommand = allowsCommands }));
        Assert.Equal("SystemFolderRefused", failure.ErrorId);
        Assert.Contains(hidden, failure.Message, StringComparison.Ordinal);
        Assert.False(Directory.Exists(hidden));
        Assert.True((await machine.RestoreAsync(options => options with { AllowCommand = false, AllowSystemFolder = true })).IsRestored);
        Assert.True(File.Exists(Path.Join(hidden, "authorized_keys")));
    }

    [Theory]
    [InlineData(false, true)]
    [InlineData(true, false)]
    public async Task Only_a_backup_that_anyone_can_have_written_is_asked_about(bool isEncrypted, bool isDoubtful)
    {
        using var old = await new TestPlatform().SetUpAsync(secrets: isEncrypted ? Secret.Password("correct horse") : null);
        await old.BackUpPlatformAsync();
        using var machine = new NewMachine(old);
        var options = new PlatformRestoreOptions { ConfigFile = machine.ConfigFile, Secrets = isEncrypted ? Secret.Password("correct horse") : SiteSecrets.None };
        using var plan = await machine.Engine.PlatformRestore.PlanAsync(options, machine.Observer, Token);
        Assert.Equal(isDoubtful, plan.IsDoubtful);
    }

    [Theory]
    [InlineData("/etc/systemd/system/x.service.d", true)]
    [InlineData("/etc", true)]
    [InlineData("/", true)]
    [InlineData("/var", true)]
    [InlineData("/var/spool/cron", true)]
    [InlineData("/root/.ssh", true)]
    [InlineData("/usr/local/bin", true)]
    [InlineData("/boot/grub", true)]
    [InlineData("/home/wiki", true)]
    [InlineData("/home/wiki/.config/x", true)]
    [InlineData("/srv/../etc/x", true)]
    [InlineData("/home/wiki/data", false)]
    [InlineData("/srv/wiki", false)]
    [InlineData("/var/www/wiki", false)]
    [InlineData("/var/lib/wiki", false)]
    [InlineData("/opt/wiki/data", false)]
    [InlineData("/mnt/disk", false)]
    [InlineData("/etcetera", false)]
    public void Folders_of_the_system_are_known(string path, bool isSystem) => Assert.Equal(isSystem, SystemFolders.Contains(path));
}
